import {
	allowedLoss,
	follow,
	followAll,
	JOB_LENGTHS,
	MEDIAN_JOB,
	NODE,
	OTHERS,
} from '../../tools/polling-simulation.mts';

function named(text: string) {
	const found = OTHERS.find(({ name }) => name.includes(text));
	if (!found) throw new Error(`No schedule of ${text}`);
	return found;
}
const openAi = named('OpenAI');
const tenSeconds = OTHERS[3] ?? openAi;
const peer = named('nearest peer');
const client = named('official client');

describe('the simulation', () => {
	it('asks at the moments of the schedule, until the job is done', () => {
		expect(follow(tenSeconds, 74_000)).toEqual({ requests: 8, lost: 6_000 });
		expect(follow(openAi, 74_000)).toEqual({ requests: 8, lost: 16_000 });
		expect(follow(client, 74_000)).toEqual({ requests: 148, lost: 0 });
		// 5 + 6.5 + 8.45 = 19.95 s, then 10.985 s more.
		expect(follow(peer, 20_000).requests).toBe(4);
		expect(follow(peer, 20_000).lost).toBeCloseTo(10_935);
	});

	it('covers 1 s to 30 min', () => {
		expect(JOB_LENGTHS.at(0)).toBe(1_000);
		expect(JOB_LENGTHS.at(-1)).toBeCloseTo(1_800_000);
	});

	it('shows a schedule that loses more than is allowed', () => {
		expect(allowedLoss(20_000)).toBe(2_000);
		expect(allowedLoss(600_000)).toBe(30_000);
		expect(followAll(tenSeconds).worstOfAllowed).toBeGreaterThan(1);
		expect(followAll(tenSeconds).overAllowed).toBeGreaterThan(0);
	});
});

describe("the node's schedule", () => {
	it('keeps the bounds', () => {
		const { worstOfAllowed, overAllowed } = followAll(NODE);
		expect(worstOfAllowed).toBeLessThanOrEqual(1);
		expect(overAllowed).toBe(0);
		expect(follow(NODE, MEDIAN_JOB).requests).toBeLessThanOrEqual(45);
	});

	it('asks less often than the official client, and loses less time than n8n and the peer', () => {
		const node = followAll(NODE);
		expect(followAll(client).meanRequests / node.meanRequests).toBeGreaterThan(5);
		for (const other of [openAi, tenSeconds, peer]) {
			expect(followAll(other).meanLost).toBeGreaterThan(node.meanLost);
		}
	});
});
