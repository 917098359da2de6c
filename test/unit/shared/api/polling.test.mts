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

const JOB_LENGTHS = timesUntil(580_001, 100).map((time) => 20_000 + time);

test('jobs of 20 s to 10 min lose at most 5 % of their length, or 2 s', () => {
	const losesMore = (length: number) => simulate(length).lost > Math.max(2_000, length * 0.05);
	expect(JOB_LENGTHS.filter(losesMore)).toEqual([]);
});

test('a job of 74 s (the median) takes at most 25 requests', () => {
	expect(simulate(74_000).requests).toBeLessThanOrEqual(25);
});

test('requests that take their time make the requests fewer', () => {
	expect(simulate(74_000, 300).requests).toBeLessThanOrEqual(25);
	expect(simulate(74_000, 300).lost).toBeLessThanOrEqual(74_000 * 0.05);
});

test('almost nothing is asked before anything can be ready', () => {
	expect(simulate(20_000).requests).toBeLessThanOrEqual(2);
});

test('what fails at once is noticed soon', () => {
	expect(untilNextPoll(0)).toBeLessThanOrEqual(2_000);
});

test("half an hour, the longest wait, takes fewer requests than the vendor's advice (every 10 s)", () => {
	expect(simulate(1_800_000).requests).toBeLessThan(180);
});

test('there is always a wait, and never one of more than 30 s', () => {
	const waits = timesUntil(4_000_000, 333.3).map((elapsed) => untilNextPoll(elapsed));
	expect(waits.filter((wait) => !(wait > 0 && wait <= 30_000))).toEqual([]);
});

test('after the first 20 s the waits only grow', () => {
	const waits = timesUntil(4_000_000, 1_000).map((elapsed) => untilNextPoll(20_000 + elapsed));
	expect(waits.filter((wait, index) => !(wait >= (waits[index - 1] ?? 0)))).toEqual([]);
});
