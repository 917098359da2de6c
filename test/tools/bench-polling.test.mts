import {
	allowedLoss,
	follow,
	followAll,
	JOB_LENGTHS,
	MEDIAN_JOB,
	NODE,
	OTHERS,
} from '../../tools/polling-simulation.mts';

const [n8n, peer, client] = OTHERS;

describe('the simulation', () => {
	it('asks at the moments of the schedule, until the job is done', () => {
		expect(n8n && follow(n8n, 74_000)).toEqual({ requests: 8, lost: 6_000 });
		expect(client && follow(client, 74_000)).toEqual({ requests: 148, lost: 0 });
		// 5 + 6.5 + 8.45 = 19.95 s, then 10.985 s more.
		expect(peer && follow(peer, 20_000).requests).toBe(4);
		expect(peer && follow(peer, 20_000).lost).toBeCloseTo(10_935);
	});

	it('covers 20 s to 10 min', () => {
		expect(JOB_LENGTHS.at(0)).toBe(20_000);
		expect(JOB_LENGTHS.at(-1)).toBeCloseTo(600_000);
	});

	it('shows a schedule that loses more than is allowed', () => {
		expect(allowedLoss(20_000)).toBe(2_000);
		expect(allowedLoss(600_000)).toBe(30_000);
		expect(n8n && followAll(n8n).worstOfAllowed).toBeGreaterThan(1);
		expect(n8n && followAll(n8n).overAllowed).toBeGreaterThan(0);
	});
});

describe("the node's schedule", () => {
	it('keeps the bounds', () => {
		const { worstOfAllowed, overAllowed } = followAll(NODE);
		expect(worstOfAllowed).toBeLessThanOrEqual(1);
		expect(overAllowed).toBe(0);
		expect(follow(NODE, MEDIAN_JOB).requests).toBeLessThanOrEqual(25);
	});

	it('asks less often than the official client, and loses less time than the others', () => {
		const node = followAll(NODE);
		expect(client && followAll(client).meanRequests / node.meanRequests).toBeGreaterThan(10);
		expect(n8n && followAll(n8n).worstOfAllowed).toBeGreaterThan(node.worstOfAllowed);
		expect(peer && followAll(peer).meanLost).toBeGreaterThan(node.meanLost);
	});
});
