import { untilNextPoll } from '../../../../nodes/shared/api/polling.ts';

/** Asks as the schedule says until a job of that length is done. All in milliseconds. */
function simulate(jobLength: number, requestTime = 0): { requests: number; lost: number } {
	for (let now = 0, requests = 1; ; requests++) {
		now += untilNextPoll(now);
		if (now >= jobLength) return { requests, lost: now - jobLength };
		now += requestTime;
	}
}

const timesUntil = (end: number, step: number): number[] =>
	Array.from({ length: Math.ceil(end / step) }, (_, index) => index * step);

const HALF_AN_HOUR = 1_800_000;
const JOB_LENGTHS = timesUntil(HALF_AN_HOUR - 1_000 + 1, 50).map((time) => 1_000 + time);

test('jobs of 1 s to 30 min lose at most 5 % of their length, or 2 s', () => {
	expect(JOB_LENGTHS.at(-1)).toBe(HALF_AN_HOUR);
	const losesMore = (length: number) => simulate(length).lost > Math.max(2_000, length * 0.05);
	expect(JOB_LENGTHS.filter(losesMore)).toEqual([]);
});

test('short jobs, of up to 10 s, lose at most 1 s', () => {
	const losesMore = (length: number) => simulate(length).lost > 1_000;
	expect(JOB_LENGTHS.filter((length) => length <= 10_000).filter(losesMore)).toEqual([]);
});

test('a job of 74 s (the median) takes at most 45 requests', () => {
	expect(simulate(74_000).requests).toBeLessThanOrEqual(45);
});

test('requests that take their time make the requests fewer', () => {
	expect(simulate(74_000, 300).requests).toBeLessThan(simulate(74_000).requests);
	expect(simulate(74_000, 300).lost).toBeLessThanOrEqual(74_000 * 0.05);
});

test("half an hour, the longest wait, takes fewer requests than the vendor's advice (every 10 s)", () => {
	expect(simulate(HALF_AN_HOUR).requests).toBeLessThan(180);
});

test('there is always a wait, which only grows, and never one of more than 30 s', () => {
	const waits = timesUntil(4_000_000, 333.3).map((elapsed) => untilNextPoll(elapsed));
	expect(waits.filter((wait) => !(wait > 0 && wait <= 30_000))).toEqual([]);
	expect(waits.filter((wait, index) => wait < (waits[index - 1] ?? 0))).toEqual([]);
});
