import type { EngineRun } from '../../tools/engine/engine.mts';
import { png } from '../../tools/engine/images.mts';
import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { imageItem, openLab, type Lab, type LabRunOptions } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	jest.restoreAllMocks();
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

/** n8n counts by workflow: each test has its own. */
let workflows = 0;
const newWorkflow = (): string => `limits-${++workflows}`;

const NO_WAIT = { waitForCompletion: false };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

const items = (count: number) =>
	Array.from({ length: count }, (_, n) => imageItem(png(320, 180, n), { n }));

const told = ({ error }: EngineRun): string =>
	`${error?.message ?? ''}\n${error?.description ?? ''}`;

/** A time zone where it is about noon, so that no test has two days. */
function noonZone(): string {
	const ahead = 12 - new Date(systemClock.date()).getUTCHours();
	return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

describe('Max Videos Per Day', () => {
	const run = async (
		maxVideosPerDay: number | string,
		workflowId: string,
		options: LabRunOptions = {},
		parameters = {},
	): Promise<EngineRun> =>
		await lab.run(
			{ ...NO_WAIT, ...parameters, options: { maxVideosPerDay } },
			{ workflowId, workflowSettings: { timezone: noonZone() }, ...options },
		);

	it('counts over executions, and refuses a run that would go over it as a whole', async () => {
		const workflow = newWorkflow();
		expect((await run(4, workflow, { items: items(3) })).error).toBeUndefined();
		lab.api.reset();

		const over = await run(4, workflow, { items: items(2) });
		expect(told(over)).toMatch(
			/^Max Videos Per Day: 2 videos would be more than are left of the 4 that this node may ask for today\nNothing was uploaded or charged\. The next day begins at midnight, (UTC|Etc\/GMT[+-]\d+)\. .*\[MAGIC_HOUR_DAILY_LIMIT\]$/,
		);
		expect(lab.kinds()).toEqual([]);

		expect((await run(4, workflow)).error).toBeUndefined();
		expect(told(await run(4, workflow))).toMatch(/^Max Videos Per Day: 1 video would be more/);
		expect(lab.creates()).toHaveLength(1);
	});

	it('lets as many through of 30 executions at once as there are places', async () => {
		const workflow = newWorkflow();
		const runs = await Promise.all(Array.from({ length: 30 }, async () => await run(10, workflow)));

		expect(runs.filter(({ error }) => error === undefined)).toHaveLength(10);
		expect(lab.api.projects).toHaveLength(10);
		expect(lab.kinds().filter((kind) => kind === 'upload')).toHaveLength(10);
	});

	it('goes by the smallest limit of the items', async () => {
		const maxVideosPerDay = '={{ $json.n === 1 ? 2 : 3 }}';
		const over = await run(maxVideosPerDay, newWorkflow(), { items: items(3) });

		expect(told(over)).toContain('left of the 2 that');
		expect(lab.kinds()).toEqual([]);
	});

	it('does not count what Magic Hour refuses', async () => {
		const workflow = newWorkflow();
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		expect(told(await run(1, workflow))).toContain('MAGIC_HOUR_INSUFFICIENT_CREDITS');
		expect((await run(1, workflow)).error).toBeUndefined();
		expect(told(await run(1, workflow))).toContain('MAGIC_HOUR_DAILY_LIMIT');
	});

	it('does not count what was not begun because another item failed', async () => {
		const workflow = newWorkflow();
		lab.api.setFault('upload-urls', { status: 401, body: { message: 'No' } }, 1);
		expect((await run(3, workflow, { items: items(3) })).error).toBeDefined();
		expect((await run(3, workflow, { items: items(3) })).error).toBeUndefined();
	});

	it('counts a request of unknown fate', async () => {
		const workflow = newWorkflow();
		lab.api.setFault('create', { reset: 'after' }, 1);
		expect(told(await run(1, workflow))).toContain('MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN');
		expect(told(await run(1, workflow))).toContain('MAGIC_HOUR_DAILY_LIMIT');
	});

	it('does not count an item twice that n8n tries again', async () => {
		const workflow = newWorkflow();
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		const tried = await run(
			2,
			workflow,
			{ items: items(2), ...RETRY },
			{ waitForCompletion: true, downloadVideo: false },
		);

		expect(tried.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(2);
	});

	it('does not count a request twice that is repeated when there is room for it', async () => {
		const workflow = newWorkflow();
		lab.api.setFault('create', { status: 429, body: { message: 'Slow down' } }, 3);
		expect((await run(2, workflow, { items: items(2) })).error).toBeUndefined();
		expect(told(await run(2, workflow))).toContain('MAGIC_HOUR_DAILY_LIMIT');
	});

	it('begins anew at midnight in the time zone of the workflow', async () => {
		const workflow = newWorkflow();
		const date = jest.spyOn(systemClock, 'date');
		const inTokyo = async (time: string): Promise<string> => {
			date.mockReturnValue(Date.parse(time));
			return told(await run(1, workflow, { workflowSettings: { timezone: 'Asia/Tokyo' } }));
		};

		expect(await inTokyo('2026-11-25T14:30:00Z')).toBe('\n');
		expect(await inTokyo('2026-11-25T14:59:59Z')).toContain('MAGIC_HOUR_DAILY_LIMIT');
		expect(await inTokyo('2026-11-25T15:00:00Z')).toBe('\n');
	});

	it.each(['Europe/Atlantis', 'DEFAULT'])('refuses the time zone %s', async (timezone) => {
		const refused = await run(5, newWorkflow(), { workflowSettings: { timezone } });

		expect(told(refused)).toContain(`time zone is ${timezone}, which is not known`);
		expect(lab.kinds()).toEqual([]);
	});

	it.each([0, 1_001, '={{ $json.none }}'])('%s is no limit', async (limit) => {
		const refused = await run(limit, newWorkflow());

		expect(told(refused)).toContain('Max Videos Per Day: must be a number from 1 to 1000');
		expect(lab.kinds()).toEqual([]);
	});
});

describe('Keep in Reserve', () => {
	/** 5 s at 24 credits a second. */
	const COST = 120;
	const CHEAP = { model: { __rl: true, mode: 'id', value: 'ltx-2.3' }, resolution: '480p' };
	/** Leaves room for so many credits. */
	const room = (credits: number): number => lab.api.balance('business') - credits;
	const run = async (
		keepInReserve: number | string,
		options: LabRunOptions = {},
		parameters = {},
	): Promise<EngineRun> =>
		await lab.run({ ...CHEAP, ...NO_WAIT, ...parameters, options: { keepInReserve } }, options);
	const kinds = (): string[] => lab.api.requests.map(({ kind }) => kind);

	it('reads the balance once for all items, and lets a run through that leaves just as much', async () => {
		const kept = room(3 * COST);
		expect((await run(kept, { items: items(3) })).error).toBeUndefined();

		expect(lab.accountReads()).toBe(1);
		expect(kinds()[0]).toBe('account');
		expect(lab.api.balance('business')).toBe(kept);
	});

	it('uploads and charges nothing where less would be left', async () => {
		const kept = room(3 * COST - 1);
		const refused = await run(kept, { items: items(3) });

		expect(told(refused)).toContain(
			`Keep in Reserve: 3 videos are estimated at 360 credits, of ${lab.api.balance('business')} that the account has; ${kept} are to be left\nNothing was uploaded or charged.`,
		);
		expect(kinds()).toEqual(['account']);
	});

	it('goes by the largest of the items', async () => {
		const [most, less] = [room(3 * COST - 1), room(3 * COST)];
		const refused = await run(`={{ $json.n === 1 ? ${most} : ${less} }}`, { items: items(3) });

		expect(told(refused)).toContain(`${most} are to be left`);
	});

	it('makes no request when the cost of an item is not known', async () => {
		const model = { __rl: true, mode: 'id', value: 'a-model-of-tomorrow' };
		const refused = await run(1, {}, { model });

		expect(told(refused)).toMatch(/^Keep in Reserve: the cost of item 0 is not known/);
		expect(lab.kinds()).toEqual([]);
	});

	it.each([
		['is refused', { status: 401, body: { message: 'No' } }, 'MAGIC_HOUR_UNAUTHORIZED'],
		['fails', { status: 503, body: { message: 'Busy' } }, 'MAGIC_HOUR_SERVER_ERROR'],
		['gets no answer', { hang: 'after' as const }, 'MAGIC_HOUR_NETWORK_ERROR'],
		['names no credits', { raw: '{"tier":"pro"}' }, 'MAGIC_HOUR_CREDIT_LIMIT'],
	])('uploads and charges nothing when the reading %s', async (_, fault, code) => {
		lab.api.setFault('account', fault);
		const refused = await run(1);

		expect(told(refused)).toMatch(/^Keep in Reserve: .*\nNothing was uploaded or charged\. /);
		expect(told(refused)).toContain(`[${code}]`);
		expect(new Set(kinds())).toEqual(new Set(['account']));
	});

	it('lets as many through of 30 executions at once as there are credits for', async () => {
		const kept = room(7 * COST + COST / 2);
		const runs = await Promise.all(Array.from({ length: 30 }, async () => await run(kept)));

		expect(runs.filter(({ error }) => error === undefined)).toHaveLength(7);
		expect(lab.api.projects).toHaveLength(7);
		expect(lab.kinds().filter((kind) => kind === 'upload')).toHaveLength(7);
	});

	it('does not keep what Magic Hour has refused', async () => {
		const kept = room(COST);
		lab.api.setFault('create', { status: 422, body: { message: 'No' } }, 1);
		expect((await run(kept)).error).toBeDefined();
		expect((await run(kept)).error).toBeUndefined();
	});

	it('does not count a video again that an earlier try has paid for', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const parameters = { waitForCompletion: true, downloadVideo: false };

		expect((await run(room(COST), RETRY, parameters)).error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
	});
});
