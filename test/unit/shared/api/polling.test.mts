import { untilNextPoll } from '../../../../nodes/shared/api/polling.ts';

/** Asks as the schedule says until a job of that length is done. All in milliseconds. */
function simulate(jobLength: number, requestTime = 0): { requests: number; lost: number } {
	for (let now = 0, requests = 1; ; requests++) {
		now += untilNextPoll(now);
		if (now >= jobLength) return { requests, lost: now - jobLength };
		now += requestTime;
	}
}

const JOB_LENGTHS = Array.from({ length: 5_801 }, (_, index) => 20_000 + index * 100);

test('jobs of 20 s to 10 min lose at most 5 % of their length, or 2 s', () => {
	for (const length of JOB_LENGTHS) {
		expect(simulate(length).lost).toBeLessThanOrEqual(Math.max(2_000, length * 0.05));
	}
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
	for (let elapsed = 0; elapsed < 4_000_000; elapsed += 333.3) {
		expect(untilNextPoll(elapsed)).toBeGreaterThan(0);
		expect(untilNextPoll(elapsed)).toBeLessThanOrEqual(30_000);
	}
});

test('after the first 20 s the waits only grow', () => {
	let last = 0;
	for (let elapsed = 20_000; elapsed < 4_000_000; elapsed += 1_000) {
		expect(untilNextPoll(elapsed)).toBeGreaterThanOrEqual(last);
		last = untilNextPoll(elapsed);
	}
});
