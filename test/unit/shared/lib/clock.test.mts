import { getEventListeners } from 'node:events';

import {
	joinSignals,
	systemClock,
	throwIfAborted,
	untilAborted,
} from '../../../../nodes/shared/lib/clock.ts';
import { AbortError } from '../../../../nodes/shared/lib/errors.ts';

describe('the system clock', () => {
	beforeEach(() => {
		jest.useFakeTimers();
	});
	afterEach(() => {
		jest.useRealTimers();
	});

	test('tells the time in milliseconds', () => {
		jest.setSystemTime(1_234_567_890_123);
		expect(systemClock.date()).toBe(1_234_567_890_123);
		const before = systemClock.now();
		jest.advanceTimersByTime(1_500);
		expect(systemClock.now() - before).toBe(1_500);
	});

	test.each([-3_600_000, 3_600_000])(
		'does not mind when the clock of the computer is changed (%i ms)',
		async (change) => {
			const before = systemClock.now();
			const awake = jest.fn();
			const sleeping = systemClock.sleep(1_500).then(awake);
			await jest.advanceTimersByTimeAsync(500);
			jest.setSystemTime(Date.now() + change);
			await jest.advanceTimersByTimeAsync(999);
			expect(awake).not.toHaveBeenCalled();
			await jest.advanceTimersByTimeAsync(1);
			expect(awake).toHaveBeenCalled();
			await sleeping;
			expect(systemClock.now() - before).toBe(1_500);
		},
	);

	test.each([1, 999, 1_000, 1_001, 30_000])('sleeps %i ms', async (milliseconds) => {
		const awake = jest.fn();
		const sleeping = systemClock.sleep(milliseconds).then(awake);
		await jest.advanceTimersByTimeAsync(milliseconds - 1);
		expect(awake).not.toHaveBeenCalled();
		await jest.advanceTimersByTimeAsync(1);
		expect(awake).toHaveBeenCalled();
		await sleeping;
	});

	test.each([0, -5])('does not sleep %i ms', async (milliseconds) => {
		await systemClock.sleep(milliseconds);
		expect(jest.getTimerCount()).toBe(0);
	});

	test('is woken by the signal at once', async () => {
		const stop = new AbortController();
		const sleeping = expect(systemClock.sleep(60_000, stop.signal)).rejects.toThrow(AbortError);
		await jest.advanceTimersByTimeAsync(1_500);
		const before = Date.now();
		stop.abort();
		await sleeping;
		expect(Date.now()).toBe(before);
	});

	test.each([0, 10, 60_000])(
		'does not sleep %i ms when it is stopped already',
		async (milliseconds) => {
			await expect(systemClock.sleep(milliseconds, AbortSignal.abort())).rejects.toThrow(
				AbortError,
			);
		},
	);

	test('leaves no timer behind but one short piece', async () => {
		const stop = new AbortController();
		const sleeping = expect(systemClock.sleep(600_000, stop.signal)).rejects.toThrow(AbortError);
		stop.abort();
		await sleeping;
		await jest.advanceTimersByTimeAsync(1_000);
		expect(jest.getTimerCount()).toBe(0);
	});
});

describe('untilAborted', () => {
	const never = new Promise<never>(() => undefined);

	test('hands on what the work returns or throws', async () => {
		const { signal } = new AbortController();
		for (const each of [undefined, signal]) {
			await expect(untilAborted(Promise.resolve(7), each)).resolves.toBe(7);
			await expect(untilAborted(Promise.reject(new Error('no')), each)).rejects.toThrow('no');
		}
	});

	test('ends with the signal', async () => {
		const stop = new AbortController();
		const waiting = expect(untilAborted(never, stop.signal)).rejects.toThrow(AbortError);
		stop.abort();
		await waiting;
	});

	test('ends at once when it is aborted already', async () => {
		await expect(untilAborted(never, AbortSignal.abort())).rejects.toThrow(AbortError);
	});

	test('leaves no listener behind', async () => {
		const stop = new AbortController();
		const removed = jest.spyOn(stop.signal, 'removeEventListener');
		const added = jest.spyOn(stop.signal, 'addEventListener');
		await untilAborted(Promise.resolve(1), stop.signal);
		expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
			added.mock.calls.map(([, listener]) => listener),
		);
		expect(added).toHaveBeenCalledTimes(1);
	});
});

test('refuseAborted', () => {
	expect(() => {
		throwIfAborted();
		throwIfAborted(new AbortController().signal);
	}).not.toThrow();
	expect(() => {
		throwIfAborted(AbortSignal.abort());
	}).toThrow(AbortError);
});

describe('a limit', () => {
	test.each([0.5, 1e12])('takes any time (%d ms)', (milliseconds) => {
		expect(systemClock.timeoutSignal(milliseconds).aborted).toBe(false);
	});

	test('fires after its time', async () => {
		const limit = systemClock.timeoutSignal(1);
		await new Promise((resolve) => {
			limit.addEventListener('abort', resolve);
		});
		expect(limit.reason).toMatchObject({ name: 'TimeoutError' });
	});
});

describe('joined signals', () => {
	test.each([0, 1])('fire with either of the two, and its reason', (index) => {
		const both = [new AbortController(), new AbortController()] as const;
		const { signal } = joinSignals(both[0].signal, both[1].signal);
		expect(signal.aborted).toBe(false);
		both[index]?.abort('over');
		expect(signal.reason).toBe('over');
	});

	test('have fired where one has', () => {
		expect(joinSignals(undefined, AbortSignal.abort('over')).signal.reason).toBe('over');
	});

	test('let go of what they listen to', () => {
		const stop = new AbortController();
		const { signal, release } = joinSignals(stop.signal, undefined);
		expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
		release();
		expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
		stop.abort();
		expect(signal.aborted).toBe(false);
	});
});
