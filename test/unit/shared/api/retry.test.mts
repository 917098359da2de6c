import { RequestError, AbortError, type Fate } from '../../../../nodes/shared/lib/errors.ts';
import {
	AFTER_PAYING,
	backoff,
	BEFORE_PAYING,
	DOWNLOADING,
	shouldRetry,
	PAYING,
	readRetryAfter,
	withRetries,
	type RetryRule,
} from '../../../../nodes/shared/api/retry.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';

function failure(details: Partial<RequestError> = {}): RequestError {
	return new RequestError({
		code: 'MAGIC_HOUR_SERVER_ERROR',
		message: 'failed',
		hint: '',
		fate: 'unknown',
		temporary: true,
		...details,
	});
}

describe('which answers are followed by another try', () => {
	/** The rule's answers; whatever is not listed is final. From `docs/magic-hour-api.md`. */
	const RULES: ReadonlyArray<[string, RetryRule, readonly number[]]> = [
		['before paying', BEFORE_PAYING, [408, 425, 429, 500, 502, 503, 504]],
		['after paying', AFTER_PAYING, [408, 425, 429, 500, 502, 503, 504]],
		// 429 is safe to repeat, too; the batch does it, when there is room.
		['the paid request itself', PAYING, [502, 503]],
	];
	const STATUSES = [
		301, 400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 425, 429, 500, 501, 502, 503, 504, 520,
	];

	describe.each(RULES)('%s', (_, rule, repeated) => {
		test.each(STATUSES)('%i', (status) => {
			expect(shouldRetry(failure({ status, fate: 'refused' }), rule, 1)).toBe(
				repeated.includes(status),
			);
		});
		test.each(repeated.filter((status) => status !== 429))(
			'%i: no more than the most tries',
			(status) => {
				const refused = failure({ status, fate: 'refused' });
				expect(shouldRetry(refused, rule, 3)).toBe(true);
				expect(shouldRetry(refused, rule, 4)).toBe(rule === AFTER_PAYING);
				expect(shouldRetry(refused, rule, 1_000)).toBe(rule === AFTER_PAYING);
			},
		);
		test.each(repeated)("%i that is not the API's own: not of the paid request", (status) => {
			expect(shouldRetry(failure({ status }), rule, 1)).toBe(rule !== PAYING);
		});
		test('429 only asks for patience', () => {
			expect(shouldRetry(failure({ status: 429 }), rule, 1_000)).toBe(rule !== PAYING);
		});
		test('what is not temporary is final', () => {
			expect(shouldRetry(failure({ temporary: false }), rule, 1)).toBe(false);
			expect(shouldRetry(failure({ temporary: false, fate: 'unsent' }), rule, 1)).toBe(false);
		});
	});

	test.each<[Fate, boolean, boolean]>([
		['unsent', true, true],
		['unknown', true, false],
		['refused', true, true],
	])('no answer, %s: repeated %s, the paid request %s', (fate, free, paid) => {
		expect(shouldRetry(failure({ fate }), BEFORE_PAYING, 1)).toBe(free);
		expect(shouldRetry(failure({ fate }), AFTER_PAYING, 1)).toBe(free);
		expect(shouldRetry(failure({ fate }), PAYING, 1)).toBe(paid);
	});
});

test.each([302, 400, 403, 404, 410, 416, 500, undefined])(
	'a download gets a fresh URL after anything (%p), a few times',
	(status) => {
		expect(shouldRetry(failure({ status, temporary: false }), DOWNLOADING, 1)).toBe(true);
		expect(shouldRetry(failure({ status, temporary: false }), DOWNLOADING, 3)).toBe(true);
		expect(shouldRetry(failure({ status, temporary: true }), DOWNLOADING, 4)).toBe(false);
	},
);

describe('the wait before the next try', () => {
	const DOUBLED = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];

	test.each(DOUBLED.map((wait, index) => [index + 1, wait] as const))(
		'after try %i: around %i ms',
		(tries, wait) => {
			expect(backoff(tries, {}, BEFORE_PAYING, 0)).toBe(wait * 0.75);
			expect(backoff(tries, {}, BEFORE_PAYING, 0.5)).toBe(wait);
			expect(backoff(tries, {}, BEFORE_PAYING, 1)).toBe(wait * 1.25);
		},
	);

	test('is never without end, nor without length', () => {
		expect(backoff(10_000, {}, AFTER_PAYING, 1)).toBe(37_500);
		expect(backoff(1, { retryAfterMs: 0 }, AFTER_PAYING, 0)).toBe(750);
	});

	test.each([0, 0.25, 0.5, 0.75, 1])('after 502 on create: 30 to 60 s (random %f)', (random) => {
		for (let tries = 1; tries <= PAYING.maxTries; tries++) {
			const wait = backoff(tries, { status: 502 }, PAYING, random);
			expect(wait).toBeGreaterThanOrEqual(30_000);
			expect(wait).toBeLessThanOrEqual(60_000);
		}
	});

	test('after 503 on create: as for any request', () => {
		expect(backoff(1, { status: 503 }, PAYING, 0)).toBe(750);
	});

	test('a longer wait that the server asked for wins, a shorter one does not', () => {
		expect(backoff(1, { retryAfterMs: 45_000 }, BEFORE_PAYING, 0.5)).toBe(45_000);
		expect(backoff(6, { retryAfterMs: 5_000 }, BEFORE_PAYING, 0.5)).toBe(30_000);
		expect(backoff(1, { status: 502, retryAfterMs: 90_000 }, PAYING, 0.5)).toBe(90_000);
	});
});

describe('trying again', () => {
	const HOUR = 3_600_000;
	const options = (clock: FakeClock, rule: RetryRule = BEFORE_PAYING, patience = HOUR) => ({
		rule,
		clock,
		deadline: clock.now() + patience,
		random: () => 0.5,
	});
	/** Fails as listed, then succeeds. */
	function work(...failures: Error[]) {
		return jest.fn(async () => {
			await Promise.resolve();
			const next = failures.shift();
			if (next) throw next;
			return 'done';
		});
	}

	test('success at once', async () => {
		const clock = new FakeClock();
		await expect(withRetries(work(), options(clock))).resolves.toBe('done');
		expect(clock.sleeps).toEqual([]);
	});

	test('success after three failures', async () => {
		const clock = new FakeClock();
		const failing = work(
			failure({ status: 503 }),
			failure(),
			failure({ status: 429, retryAfterMs: 9_000 }),
		);
		await expect(withRetries(failing, options(clock))).resolves.toBe('done');
		expect(clock.sleeps).toEqual([1_000, 2_000, 9_000]);
	});

	test('the last failure is the one that is thrown', async () => {
		const clock = new FakeClock();
		const failures = [1, 2, 3, 4].map((number) => failure({ status: 503, message: `${number}` }));
		const failing = work(...failures);
		await expect(withRetries(failing, options(clock))).rejects.toBe(failures[3]);
		expect(failing).toHaveBeenCalledTimes(4);
	});

	test.each([
		failure({ status: 400, temporary: false }),
		new TypeError('a bug'),
		new AbortError('stopped'),
	])('%s is thrown at once', async (error) => {
		const clock = new FakeClock();
		const failing = work(error);
		await expect(withRetries(failing, options(clock))).rejects.toBe(error);
		expect(failing).toHaveBeenCalledTimes(1);
		expect(clock.sleeps).toEqual([]);
	});

	test.each([1_000, 10_000, 100_000])('ends before the deadline of %i ms', async (patience) => {
		const clock = new FakeClock();
		const { deadline, ...rest } = options(clock, AFTER_PAYING, patience);
		const tries: number[] = [];
		const failing = async () => {
			await Promise.resolve();
			tries.push(clock.now());
			throw failure({ status: 503 });
		};
		await expect(withRetries(failing, { ...rest, deadline })).rejects.toThrow('failed');
		expect(Math.max(...tries)).toBeLessThan(deadline);
		expect(clock.now()).toBeLessThan(deadline);
	});

	test('429 goes on until the deadline, whatever the most tries', async () => {
		const clock = new FakeClock();
		const failing = jest.fn(async () => await Promise.reject(failure({ status: 429 })));
		await expect(withRetries(failing, options(clock, BEFORE_PAYING, HOUR))).rejects.toThrow(
			'failed',
		);
		expect(failing.mock.calls.length).toBeGreaterThan(100);
		expect(clock.now()).toBeGreaterThan(HOUR * 0.98);
	});

	test('a wait beyond the deadline is not begun', async () => {
		const clock = new FakeClock();
		const failing = work(failure({ status: 429, retryAfterMs: 60_000 }));
		await expect(withRetries(failing, options(clock, BEFORE_PAYING, 60_000))).rejects.toThrow(
			'failed',
		);
		expect(clock.sleeps).toEqual([]);
	});

	test('the paid request is sent once when its fate is unknown', async () => {
		const failing = work(failure({ fate: 'unknown' }));
		await expect(withRetries(failing, options(new FakeClock(), PAYING))).rejects.toThrow('failed');
		expect(failing).toHaveBeenCalledTimes(1);
	});

	test('stops while waiting', async () => {
		const clock = new FakeClock();
		const stop = new AbortController();
		const failing = jest.fn(async () => {
			await Promise.resolve();
			stop.abort();
			throw failure();
		});
		const signal = stop.signal;
		await rejectionOf(AbortError, withRetries(failing, { ...options(clock), signal }));
		expect(failing).toHaveBeenCalledTimes(1);
	});

	test('begins nothing when it is stopped already', async () => {
		const failing = work();
		const signal = AbortSignal.abort();
		await rejectionOf(AbortError, withRetries(failing, { ...options(new FakeClock()), signal }));
		expect(failing).not.toHaveBeenCalled();
	});
});

describe('Retry-After', () => {
	const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

	test.each([
		['120', 120_000],
		[' 7 ', 7_000],
		['0', 0],
		['Mon, 23 Nov 2026 12:01:30 GMT', 90_000],
		['Monday, 23-Nov-26 12:01:30 GMT', 90_000],
		['Mon, 23 Nov 2026 11:00:00 GMT', 0],
		[undefined, undefined],
		['', undefined],
		['  ', undefined],
		['soon', undefined],
		['120, 60', undefined],
		['-5', undefined],
		['1.5', undefined],
		['3600.5', undefined],
		['1e3', undefined],
	])('%j: %p ms', (header, expected) => {
		expect(readRetryAfter(header, NOW)).toBe(expected);
	});
});
