import { fingerprintOf, ledgerIn } from '../../../../nodes/shared/generation/journal.ts';

const FIRST = { runIndex: 0, itemIndex: 0 };
const NAME = 'workflow - execution 1 - item 0';

/** A ledger in which one project is noted, at the first place under fingerprint "f". */
function ledgerWithProject(context: Record<string, unknown> = {}) {
	const ledger = ledgerIn(context);
	ledger.noteSending(FIRST, { fingerprint: 'f', name: NAME });
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
		ledger.noteSending(FIRST, { fingerprint: 'f', name: NAME });
		expect(ledger.find(FIRST, 'f')).toEqual({ fingerprint: 'f', name: NAME });
		expect(ledger.requestsOf(0)).toEqual([{ itemIndex: 0, name: NAME }]);
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
		ledger.noteSending(first, { fingerprint: 'f', name: NAME });
		ledger.noteProject(first, 'p1');
		ledger.noteSending(second, { fingerprint: 'f', name: NAME });
		ledger.noteProject(second, 'p2');
		expect(ledger.find(first, 'f')?.projectId).toBe('p1');
		expect(ledger.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a changed request takes the place, without the project of the old one', () => {
		const ledger = ledgerWithProject();
		ledger.noteSending(FIRST, { fingerprint: 'g', name: 'other name' });
		expect(ledger.find(FIRST, 'f')).toBeUndefined();
		expect(ledger.find(FIRST, 'g')).toEqual({ fingerprint: 'g', name: 'other name' });
	});

	test('forgets one place only', () => {
		const ledger = ledgerWithProject();
		const second = { runIndex: 0, itemIndex: 1 };
		ledger.noteSending(second, { fingerprint: 'f', name: NAME });
		ledger.noteProject(second, 'p2');
		ledger.forget(FIRST);
		ledger.forget({ runIndex: 7, itemIndex: 7 });
		expect(ledger.find(FIRST, 'f')).toBeUndefined();
		expect(ledger.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a project without a request is not noted', () => {
		const ledger = ledgerIn({});
		ledger.noteProject(FIRST, 'p1');
		expect(ledger.requestsOf(0)).toEqual([]);
	});

	test('lists what a run has asked for', () => {
		const ledger = ledgerWithProject();
		for (const [runIndex, itemIndex] of [
			[1, 0],
			[10, 0],
			[0, 12],
		] as const) {
			ledger.noteSending({ runIndex, itemIndex }, { fingerprint: 'f', name: NAME });
			ledger.noteProject({ runIndex, itemIndex }, `run ${runIndex}, item ${itemIndex}`);
		}
		expect(ledger.requestsOf(0)).toHaveLength(2);
		expect(ledger.requestsOf(0)).toEqual(
			expect.arrayContaining([
				{ itemIndex: 0, name: NAME, projectId: 'p1' },
				{ itemIndex: 12, name: NAME, projectId: 'run 0, item 12' },
			]),
		);
		expect(ledger.requestsOf(2)).toEqual([]);
	});

	describe('a failed item left something behind', () => {
		const LATER = { runIndex: 3, itemIndex: 7 };

		test('which a later run that asks for the same takes over, once', () => {
			const ledger = ledgerWithProject();
			ledger.leave(FIRST);
			ledger.takeOver(LATER, 'f');
			expect(ledger.find(LATER, 'f')?.projectId).toBe('p1');
			expect(ledger.find(FIRST, 'f')).toBeUndefined();
			const next = { runIndex: 4, itemIndex: 0 };
			ledger.noteProject(LATER, 'p1');
			ledger.takeOver(next, 'f');
			expect(ledger.find(next, 'f')).toBeUndefined();
		});

		test('which is still there when the later run refuses to begin', () => {
			const ledger = ledgerWithProject();
			ledger.leave(FIRST);
			ledger.takeOver(LATER, 'f');
			ledger.takeOver({ runIndex: 4, itemIndex: 0 }, 'f');
			expect(ledger.find({ runIndex: 4, itemIndex: 0 }, 'f')?.projectId).toBe('p1');
		});

		test('each of two items takes one, projects first', () => {
			const ledger = ledgerIn({});
			for (const itemIndex of [0, 1]) {
				const place = { runIndex: 0, itemIndex };
				ledger.noteSending(place, { fingerprint: 'f', name: NAME });
				if (itemIndex === 1) ledger.noteProject(place, 'p1');
				ledger.leave(place);
			}
			for (const itemIndex of [0, 1, 2]) ledger.takeOver({ runIndex: 1, itemIndex }, 'f');
			const found = [0, 1, 2].map((itemIndex) => ledger.find({ runIndex: 1, itemIndex }, 'f'));
			expect(found.map((entry) => entry && (entry.projectId ?? 'unknown'))).toEqual([
				'p1',
				'unknown',
				undefined,
			]);
		});

		test.each<[string, (ledger: ReturnType<typeof ledgerIn>) => void, number, string]>([
			[
				'of something else',
				(ledger) => {
					ledger.leave(FIRST);
				},
				3,
				'g',
			],
			[
				'of another item of the same run',
				(ledger) => {
					ledger.leave(FIRST);
				},
				0,
				'f',
			],
			['that was handed on', () => {}, 3, 'f'],
			[
				'that is being made again',
				(ledger) => {
					ledger.leave(FIRST);
					ledger.noteProject(FIRST, 'p1');
				},
				3,
				'f',
			],
			[
				'that came to nothing',
				(ledger) => {
					ledger.forget(FIRST);
					ledger.leave(FIRST);
				},
				3,
				'f',
			],
		])('never what is left %s', (_, happen, runIndex, fingerprint) => {
			const ledger = ledgerWithProject();
			happen(ledger);
			ledger.takeOver({ runIndex, itemIndex: 7 }, fingerprint);
			expect(ledger.find({ runIndex, itemIndex: 7 }, fingerprint)).toBeUndefined();
		});

		test('which does not take the place of what is there already', () => {
			const ledger = ledgerWithProject();
			ledger.leave(FIRST);
			ledger.noteSending(LATER, { fingerprint: 'f', name: NAME });
			ledger.noteProject(LATER, 'p2');
			ledger.takeOver(LATER, 'f');
			expect(ledger.find(LATER, 'f')?.projectId).toBe('p2');
		});
	});

	test('adds up what the other runs have asked for', () => {
		const ledger = ledgerIn({});
		for (const [runIndex, itemIndex, credits] of [
			[0, 0, 100],
			[0, 1, 20],
			[1, 0, null],
			[2, 0, 4000],
		] as const) {
			ledger.noteSending({ runIndex, itemIndex }, { fingerprint: 'f', name: NAME, credits });
		}
		expect(ledger.creditsOfOtherRuns(2)).toBe(120);
		expect(ledgerWithProject().creditsOfOtherRuns(1)).toBe(0);
	});

	describe('of runs that go on at the same time', () => {
		test('each counts what the others are about to ask for', () => {
			const context: Record<string, unknown> = {};
			ledgerIn(context).reserve(0, 24);
			expect(ledgerIn(context).creditsOfOtherRuns(1)).toBe(24);
			expect(ledgerIn(context).creditsOfOtherRuns(0)).toBe(0);
		});

		test('nothing counts twice when it has been asked for', () => {
			const ledger = ledgerIn({});
			ledger.noteSending(FIRST, { fingerprint: 'f', name: NAME, credits: 5 });
			ledger.reserve(0, 24);
			const second = { runIndex: 0, itemIndex: 1 };
			ledger.noteSending(second, { fingerprint: 'g', name: NAME, credits: 24 });
			expect(ledger.creditsOfOtherRuns(1)).toBe(29);
		});

		test('what was not asked for counts no more when the run has ended', () => {
			const ledger = ledgerIn({});
			ledger.reserve(0, 24);
			ledger.release(0);
			expect(ledger.creditsOfOtherRuns(1)).toBe(0);
		});

		test('none is saved with the execution', () => {
			const context: Record<string, unknown> = {};
			ledgerIn(context).reserve(0, 24);
			const saved = JSON.parse(JSON.stringify(context)) as Record<string, unknown>;
			expect(ledgerIn(saved).creditsOfOtherRuns(1)).toBe(0);
		});
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
