import { RequestError, AbortError } from '../../../../nodes/shared/lib/errors.ts';
import { RateLimitGate } from '../../../../nodes/shared/api/rateLimitGate.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';

const REASON = new RequestError({
	code: 'MAGIC_HOUR_RATE_LIMITED',
	message: 'too many requests',
	hint: '',
	fate: 'refused',
	status: 429,
	temporary: true,
});

function lab(random = 0) {
	const clock = new FakeClock();
	const pace = new RateLimitGate(clock, () => random);
	const begun = clock.now();
	return { clock, pace, begun, never: begun + 3_600_000 };
}

test('nothing waits when nothing was said', async () => {
	const { clock, pace, begun } = lab();
	await pace.waitUntilOpen(begun);
	expect(clock.sleeps).toEqual([]);
});

test('requests wait as long as was said, and not again after that', async () => {
	const { clock, pace, never } = lab();
	pace.pauseFor(20_000, REASON);
	await pace.waitUntilOpen(never);
	await pace.waitUntilOpen(never);
	expect(clock.sleeps).toEqual([20_000]);
});

test('the time that has gone by counts', async () => {
	const { clock, pace, never } = lab();
	pace.pauseFor(20_000, REASON);
	clock.advance(15_000);
	await pace.waitUntilOpen(never);
	expect(clock.sleeps).toEqual([5_000]);
	pace.pauseFor(20_000, REASON);
	clock.advance(20_000);
	await pace.waitUntilOpen(never);
	expect(clock.sleeps).toEqual([5_000]);
});

test.each([
	[20_000, 5_000],
	[5_000, 20_000],
])('of %i and %i ms the longer counts', async (first, second) => {
	const { clock, pace, never, begun } = lab();
	pace.pauseFor(first, REASON);
	pace.pauseFor(second, REASON);
	await pace.waitUntilOpen(never);
	expect(clock.now() - begun).toBe(20_000);
});

test('what is said while waiting is waited for, too', async () => {
	const { clock, pace, never, begun } = lab();
	pace.pauseFor(5_000, REASON);
	const ready = pace.waitUntilOpen(never);
	pace.pauseFor(30_000, REASON);
	await ready;
	expect(clock.now() - begun).toBe(30_000);
});

test('not all come back in the same moment, nor much later', async () => {
	const waits: number[] = [];
	for (const random of [0, 0.3, 0.999]) {
		const { clock, pace, never } = lab(random);
		pace.pauseFor(20_000, REASON);
		await pace.waitUntilOpen(never);
		waits.push(...clock.sleeps);
	}
	expect(new Set(waits).size).toBe(3);
	expect(Math.min(...waits)).toBeGreaterThanOrEqual(20_000);
	expect(Math.max(...waits)).toBeLessThanOrEqual(20_500);
});

test.each([20_000, 60_000])(
	'a wait of %i ms beyond the deadline fails at once, with the answer',
	async (wait) => {
		const { clock, pace, begun } = lab();
		pace.pauseFor(wait, REASON);
		await expect(pace.waitUntilOpen(begun + 20_000)).rejects.toBe(REASON);
		expect(clock.sleeps).toEqual([]);
	},
);

test('ends with the signal', async () => {
	const { clock, pace, never } = lab();
	pace.pauseFor(20_000, REASON);
	await rejectionOf(AbortError, pace.waitUntilOpen(never, AbortSignal.abort()));
	expect(clock.sleeps).toEqual([]);
});
