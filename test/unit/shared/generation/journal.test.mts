import { fingerprintOf, journalIn } from '../../../../nodes/shared/generation/journal.ts';

const FIRST = { runIndex: 0, itemIndex: 0 };
const NAME = 'workflow - execution 1 - item 0';

/** A journal in which one project is noted, at the first place under fingerprint "f". */
function journalWithProject(context: Record<string, unknown> = {}) {
	const journal = journalIn(context);
	journal.noteSending(FIRST, { fingerprint: 'f', name: NAME });
	journal.noteProject(FIRST, 'p1');
	return journal;
}

describe('the journal', () => {
	test('finds the project of the same place and request', () => {
		expect(journalIn({}).find(FIRST, 'f')).toBeUndefined();
		expect(journalWithProject().find(FIRST, 'f')).toEqual({
			fingerprint: 'f',
			name: NAME,
			projectId: 'p1',
		});
	});

	test('knows of a request that was sent and never answered', () => {
		const journal = journalIn({});
		journal.noteSending(FIRST, { fingerprint: 'f', name: NAME });
		expect(journal.find(FIRST, 'f')).toEqual({ fingerprint: 'f', name: NAME });
		expect(journal.requestsOf(0)).toEqual([{ itemIndex: 0, name: NAME }]);
	});

	test.each([
		['another item', { runIndex: 0, itemIndex: 1 }, 'f'],
		['another run', { runIndex: 1, itemIndex: 0 }, 'f'],
		['another request', FIRST, 'g'],
	])('does not find it for %s', (_, place, fingerprint) => {
		expect(journalWithProject().find(place, fingerprint)).toBeUndefined();
	});

	test('never mixes run 1, item 11 with run 11, item 1', () => {
		const journal = journalIn({});
		const [first, second] = [
			{ runIndex: 1, itemIndex: 11 },
			{ runIndex: 11, itemIndex: 1 },
		];
		journal.noteSending(first, { fingerprint: 'f', name: NAME });
		journal.noteProject(first, 'p1');
		journal.noteSending(second, { fingerprint: 'f', name: NAME });
		journal.noteProject(second, 'p2');
		expect(journal.find(first, 'f')?.projectId).toBe('p1');
		expect(journal.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a changed request takes the place, without the project of the old one', () => {
		const journal = journalWithProject();
		journal.noteSending(FIRST, { fingerprint: 'g', name: 'other name' });
		expect(journal.find(FIRST, 'f')).toBeUndefined();
		expect(journal.find(FIRST, 'g')).toEqual({ fingerprint: 'g', name: 'other name' });
	});

	test('forgets one place only', () => {
		const journal = journalWithProject();
		const second = { runIndex: 0, itemIndex: 1 };
		journal.noteSending(second, { fingerprint: 'f', name: NAME });
		journal.noteProject(second, 'p2');
		journal.forget(FIRST);
		journal.forget({ runIndex: 7, itemIndex: 7 });
		expect(journal.find(FIRST, 'f')).toBeUndefined();
		expect(journal.find(second, 'f')?.projectId).toBe('p2');
	});

	test('a project without a request is not noted', () => {
		const journal = journalIn({});
		journal.noteProject(FIRST, 'p1');
		expect(journal.requestsOf(0)).toEqual([]);
	});

	test('lists what a run has asked for', () => {
		const journal = journalWithProject();
		for (const [runIndex, itemIndex] of [
			[1, 0],
			[10, 0],
			[0, 12],
		] as const) {
			journal.noteSending({ runIndex, itemIndex }, { fingerprint: 'f', name: NAME });
			journal.noteProject({ runIndex, itemIndex }, `run ${runIndex}, item ${itemIndex}`);
		}
		expect(journal.requestsOf(0)).toHaveLength(2);
		expect(journal.requestsOf(0)).toEqual(
			expect.arrayContaining([
				{ itemIndex: 0, name: NAME, projectId: 'p1' },
				{ itemIndex: 12, name: NAME, projectId: 'run 0, item 12' },
			]),
		);
		expect(journal.requestsOf(2)).toEqual([]);
	});

	describe('a failed item left something behind', () => {
		const LATER = { runIndex: 3, itemIndex: 7 };

		test('which a later run that asks for the same takes over, once', () => {
			const journal = journalWithProject();
			journal.leave(FIRST);
			journal.takeOver(LATER, 'f');
			expect(journal.find(LATER, 'f')?.projectId).toBe('p1');
			expect(journal.find(FIRST, 'f')).toBeUndefined();
			const next = { runIndex: 4, itemIndex: 0 };
			journal.noteProject(LATER, 'p1');
			journal.takeOver(next, 'f');
			expect(journal.find(next, 'f')).toBeUndefined();
		});

		test('which is still there when the later run refuses to begin', () => {
			const journal = journalWithProject();
			journal.leave(FIRST);
			journal.takeOver(LATER, 'f');
			journal.takeOver({ runIndex: 4, itemIndex: 0 }, 'f');
			expect(journal.find({ runIndex: 4, itemIndex: 0 }, 'f')?.projectId).toBe('p1');
		});

		test('each of two items takes one, projects first', () => {
			const journal = journalIn({});
			for (const itemIndex of [0, 1]) {
				const place = { runIndex: 0, itemIndex };
				journal.noteSending(place, { fingerprint: 'f', name: NAME });
				if (itemIndex === 1) journal.noteProject(place, 'p1');
				journal.leave(place);
			}
			for (const itemIndex of [0, 1, 2]) journal.takeOver({ runIndex: 1, itemIndex }, 'f');
			const found = [0, 1, 2].map((itemIndex) => journal.find({ runIndex: 1, itemIndex }, 'f'));
			expect(found.map((entry) => entry && (entry.projectId ?? 'unknown'))).toEqual([
				'p1',
				'unknown',
				undefined,
			]);
		});

		test.each<[string, (journal: ReturnType<typeof journalIn>) => void, number, string]>([
			[
				'of something else',
				(journal) => {
					journal.leave(FIRST);
				},
				3,
				'g',
			],
			[
				'of another item of the same run',
				(journal) => {
					journal.leave(FIRST);
				},
				0,
				'f',
			],
			['that was handed on', () => {}, 3, 'f'],
			[
				'that is being made again',
				(journal) => {
					journal.leave(FIRST);
					journal.noteProject(FIRST, 'p1');
				},
				3,
				'f',
			],
			[
				'that came to nothing',
				(journal) => {
					journal.forget(FIRST);
					journal.leave(FIRST);
				},
				3,
				'f',
			],
		])('never what is left %s', (_, happen, runIndex, fingerprint) => {
			const journal = journalWithProject();
			happen(journal);
			journal.takeOver({ runIndex, itemIndex: 7 }, fingerprint);
			expect(journal.find({ runIndex, itemIndex: 7 }, fingerprint)).toBeUndefined();
		});

		test('which does not take the place of what is there already', () => {
			const journal = journalWithProject();
			journal.leave(FIRST);
			journal.noteSending(LATER, { fingerprint: 'f', name: NAME });
			journal.noteProject(LATER, 'p2');
			journal.takeOver(LATER, 'f');
			expect(journal.find(LATER, 'f')?.projectId).toBe('p2');
		});
	});

	test('adds up what the other runs have asked for', () => {
		const journal = journalIn({});
		for (const [runIndex, itemIndex, credits] of [
			[0, 0, 100],
			[0, 1, 20],
			[1, 0, null],
			[2, 0, 4000],
		] as const) {
			journal.noteSending({ runIndex, itemIndex }, { fingerprint: 'f', name: NAME, credits });
		}
		expect(journal.creditsOfOtherRuns(2)).toBe(120);
		expect(journalWithProject().creditsOfOtherRuns(1)).toBe(0);
	});

	describe('of runs that go on at the same time', () => {
		test('each counts what the others are about to ask for', () => {
			const context: Record<string, unknown> = {};
			journalIn(context).reserve(0, 24);
			expect(journalIn(context).creditsOfOtherRuns(1)).toBe(24);
			expect(journalIn(context).creditsOfOtherRuns(0)).toBe(0);
		});

		test('nothing counts twice when it has been asked for', () => {
			const journal = journalIn({});
			journal.noteSending(FIRST, { fingerprint: 'f', name: NAME, credits: 5 });
			journal.reserve(0, 24);
			const second = { runIndex: 0, itemIndex: 1 };
			journal.noteSending(second, { fingerprint: 'g', name: NAME, credits: 24 });
			expect(journal.creditsOfOtherRuns(1)).toBe(29);
		});

		test('what was not asked for counts no more when the run has ended', () => {
			const journal = journalIn({});
			journal.reserve(0, 24);
			journal.release(0);
			expect(journal.creditsOfOtherRuns(1)).toBe(0);
		});

		test('none is saved with the execution', () => {
			const context: Record<string, unknown> = {};
			journalIn(context).reserve(0, 24);
			const saved = JSON.parse(JSON.stringify(context)) as Record<string, unknown>;
			expect(journalIn(saved).creditsOfOtherRuns(1)).toBe(0);
		});
	});

	test("lives in the node's context, as n8n saves it, and leaves what else is there", () => {
		const context: Record<string, unknown> = { counter: 3 };
		journalWithProject(context);
		const saved = JSON.parse(JSON.stringify(context)) as Record<string, unknown>;
		expect(saved.counter).toBe(3);
		expect(journalIn(saved).find(FIRST, 'f')?.projectId).toBe('p1');
	});

	test('reads executions that were saved by the first release', () => {
		const context = {
			magicHourProjects: { '2/5': { fingerprint: 'f', name: NAME, projectId: 'p1' } },
		};
		expect(journalIn(context).find({ runIndex: 2, itemIndex: 5 }, 'f')?.projectId).toBe('p1');
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
