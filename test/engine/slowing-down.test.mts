import type { RecordedRequest, RequestKind } from '../../local-api/server.mts';
import { png } from './images.mts';
import { imageItem, openLab, type Lab } from './lab.mts';

/** The node's time runs this many times faster than the server's. */
const SPEED = 40;

let lab: Lab;

beforeAll(async () => {
	lab = await openLab({ speed: SPEED });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const ITEMS = Array.from({ length: 6 }, (_, n) => imageItem(png(320, 180, n), { n }));
const SIX_AT_A_TIME = { downloadVideo: false, options: { concurrentProjects: 6 } };

const tooMany = (headers: Readonly<Record<string, string>> = {}) => ({
	...{ status: 429, body: { message: 'Slow down' } },
	headers,
});

const requestsOf = (kind: RequestKind): RecordedRequest[] =>
	lab.api.requests.filter((request) => request.kind === kind);

/** Seconds of the node's time between the first answer of 429 and each request of a kind that came later. */
function secondsAfterRefusal(kind: RequestKind): number[] {
	const refused = lab.api.requests.find(({ status }) => status === 429);
	const since = ({ at }: RecordedRequest) => ((at - (refused?.at ?? 0)) * SPEED) / 1_000;
	// Those that were under way at the same time can't know of it.
	return requestsOf(kind)
		.map(since)
		.filter((seconds) => seconds > UNDER_WAY);
}
const UNDER_WAY = 8;

describe('one answer of 429 slows the whole batch down', () => {
	it('to a create request: no other is sent before the time that the server asks for', async () => {
		lab.api.setFault('create', tooMany({ 'retry-after': '60' }), 1);
		const run = await lab.run(SIX_AT_A_TIME, { items: ITEMS });

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(6);
		const later = secondsAfterRefusal('create');
		expect(later.length).toBeGreaterThan(0);
		expect(Math.min(...later)).toBeGreaterThanOrEqual(59);
	});

	it('to a poll: no project is asked for before the time that the server asks for', async () => {
		lab.api.setFault('poll', tooMany({ 'retry-after': '60' }), 1);
		const run = await lab.run(SIX_AT_A_TIME, { items: ITEMS });

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
			const run = await lab.run(
				{ options: { concurrentProjects: 6 } },
				{ items: ITEMS.slice(0, 3) },
			);

			expect(run.error).toBeUndefined();
			expect(run.output[0]?.every(({ binary }) => binary?.data)).toBe(true);
			expect(lab.api.projects).toHaveLength(3);
		},
	);

	it('comes back ever more slowly', async () => {
		lab.api.setFault('create', tooMany(), 6);
		await lab.run({ downloadVideo: false });

		const times = requestsOf('create').map(({ at }) => (at * SPEED) / 1_000);
		const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
		// 1 s, doubled each time, with a quarter of jitter: the sixth is 32 s, which is cut to 30 s.
		expect(waits).toHaveLength(6);
		expect(waits[5]).toBeGreaterThan(20);
		expect(waits[5]).toBeGreaterThan((waits[2] ?? Infinity) * 2);
	});

	it('fails the item at its timeout, with nothing created', async () => {
		lab.api.setFault('create', tooMany());
		const run = await lab.run({ options: { timeout: 120 } });

		expect(run.error?.message).toMatch(/too many.*429/);
		expect(lab.api.projects).toHaveLength(0);
	});
});
