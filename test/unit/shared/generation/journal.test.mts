import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { CreateOutcomeUnknownError } from '../../../../nodes/shared/lib/errors.ts';
import {
	fingerprintOf,
	openJournal,
	type Journal,
	type Token,
} from '../../../../nodes/shared/generation/journal.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { fakeDatabase } from '../../../support/fake-database.mts';
import { turns } from '../../../support/deferred.mts';
import { FakeClock } from '../../../support/fake-clock.mts';

/** What n8n keeps of the node in an execution. */
type Context = Record<string, unknown>;

interface Call {
	readonly context?: Context;
	readonly execution?: string;
	readonly mode?: 'manual' | 'retry';
	/** n8n has run the node before in this execution, or in the one that is tried again. */
	readonly isExecuted?: boolean;
	readonly runIndex?: number;
	/** An AI agent calls. */
	readonly asTool?: boolean;
	readonly database?: ReturnType<typeof fakeDatabase>;
	/** Default: one of its own for each call. */
	readonly process?: string;
	/** What the items ask for. */
	readonly items?: readonly string[];
}

function open({
	context = {},
	execution = '1',
	mode = 'manual',
	isExecuted = false,
	runIndex = 0,
	asTool = false,
	database = fakeDatabase(),
	process = randomUUID(),
	items = ['f'],
}: Call = {}): Journal {
	const journal = openJournal(
		{
			getContext: () => context,
			getMode: () => mode,
			getExecutionId: () => execution,
			getExecutionContext: () => ({ establishedAt: 1_764_000_000_000 }),
			// A process has one list of marks for each workflow.
			getWorkflow: () => ({ id: process }),
			getNode: () => ({
				id: 'n',
				name: 'Generate',
				type: asTool ? 'x.imageToVideoTool' : 'x.imageToVideo',
			}),
			getWorkflowDataProxy: () => ({
				$: () => ({ isExecuted }),
				$execution: { customData: new Map<string, string>() },
			}),
			evaluateExpression: () => runIndex,
			helpers: database.helpers,
			logger: { info: () => undefined, warn: () => undefined },
		} as unknown as IExecuteFunctions,
		new FakeClock(),
	);
	journal.takeOver(items.map((fingerprint, itemIndex) => ({ itemIndex, fingerprint })));
	return journal;
}

/** Asks for an item's video. */
async function request(
	journal: Journal,
	itemIndex = 0,
	credits: number | null = 24,
): Promise<Token> {
	const name = `item ${itemIndex}`;
	return await journal.beforeCreate(itemIndex, { name, searchName: name, credits });
}

/** Asks for an item's video, and gets the project. */
async function make(journal: Journal, projectId: string, itemIndex = 0, credits = 24) {
	const token = await request(journal, itemIndex, credits);
	journal.created(token, projectId);
	return token;
}

const saved = (context: Context): Context => JSON.parse(JSON.stringify(context)) as Context;
const idsOf = (journal: Journal, ...items: number[]) =>
	items.map((itemIndex) => {
		const record = journal.previous(itemIndex);
		return record && (record.projectId ?? 'unknown');
	});

describe('the mark of a project whose video is made', () => {
	test('is written again when another process has wiped it out', async () => {
		const database = fakeDatabase();
		const journal = open({ database });
		const token = await make(journal, 'p0');
		const marks = database.marks();
		expect(marks).toHaveLength(1);
		database.wipe();
		await journal.uphold(token, new AbortController().signal);
		expect(database.marks()).toEqual(marks);
	});

	test('is not looked after when the video is there', async () => {
		const database = fakeDatabase();
		const journal = open({ database });
		const token = await make(journal, 'p0');
		database.wipe();
		await journal.uphold(token, AbortSignal.abort());
		expect(database.marks()).toEqual([]);
	});
});

describe('the next try of a call that failed', () => {
	test('has the projects of its items, those that had been handed on included', async () => {
		const context: Context = {};
		const first = open({ context, items: ['f', 'g', 'h'] });
		await make(first, 'p0', 0);
		await make(first, 'p1', 1);
		first.leave(1);
		first.close(false);
		const next = open({ context, items: ['f', 'g', 'h'] });
		expect(idsOf(next, 0, 1, 2)).toEqual(['p0', 'p1', undefined]);
	});

	test('has them as n8n saves and loads them, beside what else is there', async () => {
		const context: Context = { counter: 3 };
		const first = open({ context });
		await make(first, 'p0');
		first.close(false);
		expect(saved(context).counter).toBe(3);
		const retry = open({
			context: saved(context),
			execution: '2',
			mode: 'retry',
			isExecuted: true,
		});
		expect(idsOf(retry, 0)).toEqual(['p0']);
		expect(retry.interrupted).toBe(false);
	});

	test('knows of a request that was sent and never answered', async () => {
		const context: Context = {};
		const first = open({ context });
		await request(first);
		first.leave(0);
		first.close(false);
		expect(idsOf(open({ context }), 0)).toEqual(['unknown']);
	});

	test('knows nothing of what was certainly not created, or refunded', async () => {
		const context: Context = {};
		const first = open({ context, items: ['f', 'g'] });
		await first.notCreated(await request(first, 0));
		await first.failed(await make(first, 'p1', 1), 'refunded');
		first.close(false);
		expect(idsOf(open({ context, items: ['f', 'g'] }), 0, 1)).toEqual([undefined, undefined]);
	});

	test('never mixes run 1, item 11 with run 11, item 1', async () => {
		const context: Context = {};
		const items = Array.from({ length: 12 }, () => 'f');
		for (const [runIndex, itemIndex] of [
			[1, 11],
			[11, 1],
		] as const) {
			const call = open({ context, runIndex, items });
			await make(call, `run ${runIndex}`, itemIndex);
			call.close(false);
		}
		expect(idsOf(open({ context, runIndex: 1, items }), 11)).toEqual(['run 1']);
		expect(idsOf(open({ context, runIndex: 11, items }), 1)).toEqual(['run 11']);
	});
});

describe('what a failed item has left', () => {
	async function left(items = ['f'], projects: readonly (string | undefined)[] = ['p0']) {
		const context: Context = {};
		const first = open({ context, items });
		for (const [itemIndex, project] of projects.entries()) {
			if (project === undefined) await request(first, itemIndex);
			else await make(first, project, itemIndex);
			first.leave(itemIndex);
		}
		first.close(false);
		return context;
	}

	test('goes to a later round that asks for the same, once', async () => {
		const context = await left();
		const round = open({ context, runIndex: 3 });
		expect(idsOf(round, 0)).toEqual(['p0']);
		round.close(true);
		expect(idsOf(open({ context, runIndex: 4 }), 0)).toEqual([undefined]);
	});

	test('goes to the next but one, if the round refuses to begin', async () => {
		const context = await left();
		const round = open({ context, runIndex: 3 });
		round.leave(0);
		round.close(false);
		expect(idsOf(open({ context, runIndex: 4 }), 0)).toEqual(['p0']);
	});

	test('goes to each of two items, projects first', async () => {
		const context = await left(['f', 'f'], [undefined, 'p1']);
		const round = open({ context, runIndex: 1, items: ['f', 'f', 'f'] });
		expect(idsOf(round, 0, 1, 2)).toEqual(['p1', 'unknown', undefined]);
	});

	test('never goes to what asks for something else, in another round', async () => {
		const context = await left();
		expect(idsOf(open({ context, runIndex: 3, items: ['g'] }), 0)).toEqual([undefined]);
	});

	test('is not what was handed on', async () => {
		const context: Context = {};
		const first = open({ context });
		await make(first, 'p0');
		first.close(true);
		expect(idsOf(open({ context, runIndex: 3 }), 0)).toEqual([undefined]);
	});
});

describe('calls of an agent at the same time, all with the same run index', () => {
	const asTool = true;

	test('never have each other’s projects, and lose none', async () => {
		const context: Context = {};
		const calls = [0, 1, 2].map(() => open({ context, asTool }));
		await Promise.all(calls.map(async (call, index) => await make(call, `p${index}`)));
		for (const call of calls) {
			call.leave(0);
			call.close(false);
		}
		const repeated = calls.map(() => open({ context, asTool }));
		const ids = repeated.flatMap((call) => idsOf(call, 0));
		expect([...ids].sort()).toEqual(['p0', 'p1', 'p2']);
		expect(idsOf(open({ context, asTool }), 0)).toEqual([undefined]);
	});

	test('a repeated call has what it left, while another one goes on', async () => {
		const context: Context = {};
		const [failing, other] = [open({ context, asTool }), open({ context, asTool })];
		await make(failing, 'left');
		await make(other, 'under way');
		failing.leave(0);
		failing.close(false);
		expect(idsOf(open({ context, asTool }), 0)).toEqual(['left']);
		expect(idsOf(open({ context, asTool }), 0)).toEqual([undefined]);
	});

	test('each counts what the others have asked for or are about to, nothing twice', async () => {
		const context: Context = {};
		const first = open({ context, asTool, items: ['f', 'g'] });
		first.reserve(24 + 5);
		expect(open({ context, asTool }).spent().credits).toBe(29);
		await make(first, 'p0', 0, 24);
		expect(open({ context, asTool }).spent().credits).toBe(29);
		expect(first.spent().credits).toBe(24);
		first.close(true);
		expect(open({ context, asTool }).spent().credits).toBe(24);
	});

	test.each([
		['at the same time', 0],
		['while the first is noted', 1],
		['one after the other', 50],
	])('in a retry, equal ones do not take each other for an earlier try: %s', async (_, later) => {
		const database = fakeDatabase();
		const context: Context = {};
		await make(open({ context, asTool, database, items: ['g'] }), 'p0');
		const retry = { context: saved(context), database, mode: 'retry', execution: '2' } as const;
		const calls = [1, 2, 3].map((runIndex) => open({ ...retry, asTool, runIndex }));
		await Promise.all(
			calls.map(async (call, index) => {
				for (let turn = 0; turn < index * later; turn++) await turns();
				await make(call, `p${index + 1}`);
			}),
		);
		expect(new Set(database.marks()).size).toBe(2);
	});

	test('in a retry, equal ones are all refused that the earlier try had asked for', async () => {
		const database = fakeDatabase();
		const context: Context = {};
		await make(open({ context, asTool, database, items: ['g'] }), 'p0');
		const beforeTheCut = saved(context);
		await make(open({ context, asTool, database, runIndex: 1 }), 'p1');
		const retry = { context: beforeTheCut, database, mode: 'retry', execution: '2' } as const;
		const calls = [2, 3].map((runIndex) => open({ ...retry, asTool, runIndex }));
		await Promise.all(
			calls.map(async (call) => await rejectionOf(CreateOutcomeUnknownError, request(call))),
		);
	});

	test('none of what is reserved is saved with the execution', () => {
		const context: Context = {};
		open({ context, asTool }).reserve(24);
		expect(open({ context: saved(context), asTool }).spent().credits).toBe(0);
	});
});

describe('the credits of a run', () => {
	test('are those of all its tries, whatever they asked for', async () => {
		const context: Context = {};
		const first = open({ context, items: ['f', 'g'] });
		await make(first, 'p0', 0, 120);
		await make(first, 'p1', 1, 20);
		first.close(false);
		const retry = open({
			context: saved(context),
			execution: '2',
			mode: 'retry',
			items: ['x', 'g'],
		});
		expect(retry.spent()).toMatchObject({ credits: 140, earlier: [{ projectId: 'p0' }] });
		expect(retry.others(0).map(({ projectId }) => projectId)).toEqual(['p0', 'p1']);
	});

	test('are not those of other rounds', async () => {
		const context: Context = {};
		const first = open({ context });
		await make(first, 'p0', 0, 120);
		first.close(true);
		expect(open({ context, runIndex: 1 }).spent().credits).toBe(0);
	});
});

describe('a retry', () => {
	const RETRY = { mode: 'retry', isExecuted: true } as const;

	test('of an execution that had not begun the node has missed nothing', () => {
		expect(open({ mode: 'retry' }).interrupted).toBe(false);
	});

	test('of an execution in which n8n was killed knows that something is missing', () => {
		expect(open(RETRY).interrupted).toBe(true);
	});

	test.each<[string, (context: Context) => Context, Call]>([
		['with the next try of Retry On Fail', (context) => context, RETRY],
		['in the next round of a loop', (context) => context, { ...RETRY, runIndex: 1 }],
		['when it is tried again itself', saved, { ...RETRY, execution: '3' }],
	])('knows it still %s', (_, later, attempt) => {
		const context: Context = {};
		open({ context, ...RETRY }).close(false);
		expect(open({ context: later(context), ...attempt }).interrupted).toBe(true);
	});

	test('of an execution whose later round was cut off is told by the mark alone', async () => {
		const database = fakeDatabase();
		const context: Context = {};
		const first = open({ context, database });
		await make(first, 'p0');
		first.close(true);
		const beforeTheCut = saved(context);
		await make(open({ context, database, runIndex: 1 }), 'p1');
		const retry = open({ context: beforeTheCut, database, ...RETRY, execution: '2', runIndex: 1 });
		await rejectionOf(CreateOutcomeUnknownError, request(retry));
	});
});

describe('a retry that n8n was killed in, tried again', () => {
	const RETRY = { mode: 'retry', execution: '2' } as const;
	/** What the first execution has left. */
	const LEFT: Array<[string, boolean, (first: Journal) => Promise<void>]> = [
		['something else', false, async (first) => void (await make(first, 'p1'))],
		[
			'what was canceled',
			false,
			async (first) => {
				await first.failed(await make(first, 'p1'), 'canceled');
			},
		],
		['a call of the agent', true, async (first) => void (await make(first, 'p1'))],
	];

	test.each(LEFT)(
		'does not ask again, although its execution had left %s',
		async (_, asTool, leave) => {
			const database = fakeDatabase();
			const context: Context = {};
			const first = open({ context, asTool, database });
			await leave(first);
			first.leave(0);
			first.close(false);
			const kept = saved(context);
			await make(open({ ...RETRY, context: saved(kept), asTool, database, items: ['g'] }), 'p2');
			// It had n8n's data of its beginning alone.
			const again = { ...RETRY, execution: '3', context: kept, asTool, database, items: ['g'] };
			await rejectionOf(CreateOutcomeUnknownError, request(open(again)));
		},
	);
});

test.each([false, true])(
	'a retry (agent: %s) asks for nothing while the database does not tell what an earlier try has asked for',
	async (asTool) => {
		const database = fakeDatabase();
		database.breakDown();
		const shared = { context: {}, process: `t${asTool}`, asTool, database };
		const first = open(shared);
		await first.notCreated(await request(first));
		const retry = { ...shared, mode: 'retry', execution: '2' } as const;
		const failure = await rejectionOf(CreateOutcomeUnknownError, request(open(retry)));
		expect(failure.message).toContain("n8n's database did not tell");
		// And does when it tells again.
		database.repair();
		await make(open({ ...retry, context: {}, execution: '3' }), 'p1');
	},
);

describe('executions of one process that have the same mark', () => {
	const RETRY = { mode: 'retry', isExecuted: false } as const;

	test('what one certainly has not created leaves the mark of the other', async () => {
		const shared = { database: fakeDatabase(), process: 'p' };
		const refused = open({ ...shared, execution: '1' });
		const token = await request(refused);
		await make(open({ ...shared, execution: '2' }), 'p2');
		await refused.notCreated(token);
		expect(shared.database.marks()).toHaveLength(1);
		const retry = open({ ...shared, ...RETRY, execution: '3', process: 'started again' });
		await rejectionOf(CreateOutcomeUnknownError, request(retry));
	});

	test('the last one takes it along', async () => {
		const shared = { database: fakeDatabase(), process: 'q' };
		const both = ['1', '2'].map((execution) => open({ ...shared, execution }));
		const tokens = await Promise.all(both.map(async (each) => await request(each)));
		await Promise.all(
			both.map(async (each, index) => {
				await each.notCreated(tokens[index] ?? '');
			}),
		);
		expect(shared.database.marks()).toEqual([]);
	});

	test('of two retries of one execution at the same time, one asks', async () => {
		const shared = { database: fakeDatabase(), process: 'r' };
		const retries = ['2', '3'].map((execution) => open({ ...shared, ...RETRY, execution }));
		const outcomes = await Promise.allSettled(retries.map(async (each) => await request(each)));
		expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
		// And has the mark for itself.
		await retries[0]?.notCreated('1');
		expect(shared.database.marks()).toEqual([]);
	});

	test('an equal call of an agent that is refused leaves the mark of the other', async () => {
		const shared = { context: {}, database: fakeDatabase(), process: 's', asTool: true };
		await make(open(shared), 'p0');
		const refused = open({ ...shared, runIndex: 1 });
		await refused.notCreated(await request(refused));
		expect(shared.database.marks()).toHaveLength(1);
	});
});

describe('executions of two processes that have the same mark', () => {
	test('the later one never removes it', async () => {
		const database = fakeDatabase();
		await make(open({ database, execution: '1' }), 'p1');
		const refused = open({ database, execution: '2' });
		await refused.notCreated(await request(refused));
		expect(database.marks()).toHaveLength(1);
	});

	test('the later one looks after it as long as its video is made', async () => {
		const database = fakeDatabase();
		await request(open({ database, execution: '1' }));
		const later = open({ database, execution: '2' });
		const token = await make(later, 'p2');
		const isOver = new AbortController();
		const upheld = later.uphold(token, isOver.signal);
		for (let minute = 0; minute < 10; minute++) {
			database.wipe();
			for (let turn = 0; turn < 100 && database.marks().length === 0; turn++) await turns();
			expect(database.marks()).toHaveLength(1);
		}
		isOver.abort();
		await upheld;
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
