import type { RecordedRequest, RequestKind } from '../../local-api/server.mts';
import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, JOB_SECONDS, openLab, type Lab } from '../support/engine/lab.mts';

/** A prompt for a video that takes longer than all others. */
const LONG = 'This takes long';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab({
		jobSeconds: ({ style }) => (style?.prompt === LONG ? 120 : JOB_SECONDS),
	});
});

afterEach(() => {
	jest.restoreAllMocks();
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const items = (count: number) =>
	Array.from({ length: count }, (_, n) => imageItem(png(320, 180, n), { n }));

const AT_A_TIME = 6;
const SIX_AT_A_TIME = { downloadVideo: false, options: { concurrentProjects: AT_A_TIME } };

const tooMany = (headers: Readonly<Record<string, string>> = {}) => ({
	...{ status: 429, body: { message: 'Slow down' } },
	headers,
});

const requestsOf = (kind: RequestKind): RecordedRequest[] =>
	lab.api.requests.filter((request) => request.kind === kind);

/**
 * Seconds of the node's time between the first answer of 429 and each request of a kind that came later. The first
 * requests may be under way, one for each video, before that answer comes: these can't know of it.
 */
function secondsAfterRefusal(kind: RequestKind): number[] {
	const requests = requestsOf(kind);
	const refused = requests.find(({ status }) => status === 429)?.at ?? NaN;
	return requests.slice(AT_A_TIME).map(({ at }) => (at - refused) / 1_000);
}

describe('one answer of 429 slows the whole batch down', () => {
	it('to a create request: no other is sent before the time that the server asks for', async () => {
		lab.api.setFault('create', tooMany({ 'retry-after': '60' }), 1);
		const run = await lab.run(SIX_AT_A_TIME, { items: items(9) });

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(9);
		const later = secondsAfterRefusal('create');
		// That of the item that was refused, and those for which there was no room yet.
		expect(later).toHaveLength(4);
		expect(Math.min(...later)).toBeGreaterThanOrEqual(59);
	});

	it('to a poll: no project is asked for before the time that the server asks for', async () => {
		lab.api.setFault('poll', tooMany({ 'retry-after': '60' }), 1);
		const run = await lab.run({ ...SIX_AT_A_TIME, prompt: LONG }, { items: items(6) });

		expect(run.error).toBeUndefined();
		const later = secondsAfterRefusal('poll');
		expect(later.length).toBeGreaterThanOrEqual(6);
		expect(Math.min(...later)).toBeGreaterThanOrEqual(59);
	});
});

describe('429 again and again', () => {
	it.each(['upload-urls', 'upload', 'create', 'poll', 'download'] as const)(
		'to %s fails no item before its timeout',
		async (kind) => {
			lab.api.setFault(kind, tooMany(), 20);
			const run = await lab.run({ options: { concurrentProjects: 6 } }, { items: items(3) });

			expect(run.error).toBeUndefined();
			expect(run.output[0]?.every(({ binary }) => binary?.data)).toBe(true);
			expect(lab.api.projects).toHaveLength(3);
		},
	);

	it('comes back steadily, every 3 to 5 s', async () => {
		lab.api.setFault('create', tooMany(), 6);
		const sleep = jest.spyOn(systemClock, 'sleep');
		await lab.run({ waitForCompletion: false });

		// A machine that is held up makes them longer than the node wants, and never shorter.
		const times = requestsOf('create').map(({ at }) => at / 1_000);
		const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
		expect(waits).toHaveLength(6);
		expect(waits.filter((wait) => wait < 3)).toEqual([]);
		// Those of the marks in n8n's database can't be stopped.
		const wanted = sleep.mock.calls.flatMap(([milliseconds, signal]) =>
			signal ? [milliseconds / 1_000] : [],
		);
		expect(wanted.length).toBeGreaterThanOrEqual(6);
		expect(wanted.filter((wait) => wait > 5)).toEqual([]);
	});

	it('fails the item at its timeout, with nothing created', async () => {
		lab.api.setFault('create', tooMany());
		const run = await lab.run({ options: { timeout: 120 } });

		expect(run.error?.message).toMatch(/too many.*429/);
		expect(lab.api.projects).toHaveLength(0);
	});
});

describe('executions that share an API key', () => {
	const PLAN_LIMIT = 5;
	const start = (count: number, apiKey: string) =>
		Array.from(
			{ length: count },
			async () => await lab.start({ downloadVideo: false }, { items: items(1), apiKey }).result,
		);

	it('find out together how much room there is, and no other video is refused but in a trial', async () => {
		const runs = await Promise.all(start(15, lab.api.keys.pro));

		expect(runs.map(({ error }) => error)).toEqual(runs.map(() => undefined));
		expect(lab.api.projects).toHaveLength(15);
		const refused = requestsOf('create').filter(({ status }) => status === 429);
		// Those that were too many at the beginning, and a trial or two for each of the two times that five have ended.
		expect(refused.length).toBeLessThanOrEqual(15 - PLAN_LIMIT + 6);
	});
});
