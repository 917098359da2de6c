import { fingerprintOf, ledgerIn } from '../../nodes/shared/ledger.ts';

const FIRST = { runIndex: 0, itemIndex: 0 };
const NAME = 'workflow - execution 1 - item 0';

/** A ledger in which one project is noted, at the first place under fingerprint "f". */
function ledgerWithProject(context: Record<string, unknown> = {}) {
	const ledger = ledgerIn(context);
	ledger.noteSending(FIRST, 'f', NAME);
	ledger.noteProject(FIRST, 'p1');
	return ledger;
}

describe('the ledger', () => {
	test('finds the project of the same place and request', () => {
		expect(ledgerIn({}).find(FIRST, 'f')).toBeUndefined();
		expect(ledgerWithProject().find(FIRST, 'f')).toEqual({
			fingerprint: 'f',
			name: NAME,
			projectId: 'p1',
		});
	});

	test('knows of a request that was sent and never answered', () => {
		const ledger = ledgerIn({});
		ledger.noteSending(FIRST, 'f', NAME);
		expect(ledger.find(FIRST, 'f')).toEqual({ fingerprint: 'f', name: NAME });
		expect(ledger.projectsOf(0)).toEqual([]);
	});

	test.each([
		['another item', { runIndex: 0, itemIndex: 1 }, 'f'],
		['another run', { runIndex: 1, itemIndex: 0 }, 'f'],
		['another request', FIRST, 'g'],
	])('does not find it for %s', (_, place, fingerprint) => {
		expect(ledgerWithProject().find(place, fingerprint)).toBeUndefined();
	});

	test('never mixes run 1, item 11 with run 11, item 1', () => {
		const ledger = ledgerIn({});
		const [first, second] = [
			{ runIndex: 1, itemIndex: 11 },
			{ runIndex: 11, itemIndex: 1 },
		];
		ledger.noteSending(first, 'f', NAME);
		ledger.noteProject(first, 'p1');
		ledger.noteSending(second, 'f', NAME);
		ledger.noteProject(second, 'p2');
		expect(ledger.find(first, 'f')?.projectId).toBe('p1');
		expect(ledger.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a changed request takes the place, without the project of the old one', () => {
		const ledger = ledgerWithProject();
		ledger.noteSending(FIRST, 'g', 'other name');
		expect(ledger.find(FIRST, 'f')).toBeUndefined();
		expect(ledger.find(FIRST, 'g')).toEqual({ fingerprint: 'g', name: 'other name' });
	});

	test('forgets one place only', () => {
		const ledger = ledgerWithProject();
		const second = { runIndex: 0, itemIndex: 1 };
		ledger.noteSending(second, 'f', NAME);
		ledger.noteProject(second, 'p2');
		ledger.forget(FIRST);
		ledger.forget({ runIndex: 7, itemIndex: 7 });
		expect(ledger.find(FIRST, 'f')).toBeUndefined();
		expect(ledger.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a project without a request is not noted', () => {
		const ledger = ledgerIn({});
		ledger.noteProject(FIRST, 'p1');
		expect(ledger.projectsOf(0)).toEqual([]);
	});

	test('lists the projects of a run', () => {
		const ledger = ledgerWithProject();
		for (const [runIndex, itemIndex] of [
			[1, 0],
			[10, 0],
			[0, 12],
		] as const) {
			ledger.noteSending({ runIndex, itemIndex }, 'f', NAME);
			ledger.noteProject({ runIndex, itemIndex }, `run ${runIndex}, item ${itemIndex}`);
		}
		expect(ledger.projectsOf(0)).toHaveLength(2);
		expect(ledger.projectsOf(0)).toEqual(
			expect.arrayContaining([
				{ itemIndex: 0, projectId: 'p1' },
				{ itemIndex: 12, projectId: 'run 0, item 12' },
			]),
		);
		expect(ledger.projectsOf(2)).toEqual([]);
	});

	test("lives in the node's context, as n8n saves it, and leaves what else is there", () => {
		const context: Record<string, unknown> = { counter: 3 };
		ledgerWithProject(context);
		const saved = JSON.parse(JSON.stringify(context)) as Record<string, unknown>;
		expect(saved.counter).toBe(3);
		expect(ledgerIn(saved).find(FIRST, 'f')?.projectId).toBe('p1');
	});

	test('reads executions that were saved by the first release', () => {
		const context = {
			magicHourProjects: { '2/5': { fingerprint: 'f', name: NAME, projectId: 'p1' } },
		};
		expect(ledgerIn(context).find({ runIndex: 2, itemIndex: 5 }, 'f')?.projectId).toBe('p1');
	});
});

describe('a fingerprint', () => {
	const values = { model: 'kling-3.0', seconds: 5, audio: false, prompt: undefined };

	test('does not depend on the order of the keys', () => {
		const reversed = Object.fromEntries(Object.entries(values).reverse());
		expect(Object.keys(reversed)).not.toEqual(Object.keys(values));
		expect(fingerprintOf(reversed)).toBe(fingerprintOf(values));
	});

	test.each([
		{ ...values, seconds: 6 },
		{ ...values, seconds: '5' },
		{ ...values, audio: true },
		{ ...values, prompt: '' },
		{ ...values, model: 'kling-3.0 ' },
		{ ...values, more: 1 },
		{},
	])('differs for %j', (other) => {
		expect(fingerprintOf(other)).not.toBe(fingerprintOf(values));
	});

	test('does not mix up values with their neighbours', () => {
		expect(fingerprintOf({ a: '1","b', b: '2' })).not.toBe(fingerprintOf({ a: '1', b: 'b","2' }));
	});

	test('shows nothing of what went into it', () => {
		expect(fingerprintOf(values)).toMatch(/^[0-9a-f]{64}$/);
	});
});
