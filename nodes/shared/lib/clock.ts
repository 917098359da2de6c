import { sleep } from 'n8n-workflow';
import { AbortError } from './errors';

/** Time as the code that waits sees it: injected, so that tests don't wait. All times are milliseconds. */
export interface Clock {
	/** For waits and deadlines: goes on evenly, whatever the computer's clock is set to. */
	now(): number;
	/** Since 1970: for times that others have written. */
	date(): number;
	/** @throws {AbortError} as soon as the signal fires */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Lets everything else that is due happen first. */
	yieldToEventLoop(): Promise<void>;
	/** A signal that fires after a time. */
	timeoutSignal(milliseconds: number): AbortSignal;
}

/** Longest sleep in one piece: n8n's `sleep` can't be ended early (and its linter allows no other timer). */
const MAX_SLEEP_MS = 1_000;

/** Longest time that Node's timers know: 24 days. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => performance.now(),
	date: () => Date.now(),
	sleep: async (milliseconds, signal) => {
		const end = performance.now() + milliseconds;
		throwIfAborted(signal);
		for (let rest = milliseconds; rest > 0; rest = end - performance.now()) {
			await untilAborted(sleep(Math.min(rest, MAX_SLEEP_MS)), signal);
		}
	},
	yieldToEventLoop: async () => await sleep(0),
	timeoutSignal: (milliseconds) =>
		AbortSignal.timeout(Math.min(Math.ceil(milliseconds), MAX_TIMEOUT_MS)),
};

/** A signal that fires with the first of others. */
export interface JoinedSignal {
	readonly signal: AbortSignal;
	/** It does not fire any more. Until then those it listens to keep in memory what waits for it, requests and all. */
	readonly release: () => void;
}

/** Not AbortSignal.any: on Node 20 it loses a time-out that nothing else holds to the garbage collector. */
export function joinSignals(...signals: ReadonlyArray<AbortSignal | undefined>): JoinedSignal {
	const joined = new AbortController();
	const releases = signals.map((source) => {
		const end = () => joined.abort(source?.reason);
		source?.addEventListener('abort', end);
		if (source?.aborted) end();
		return () => source?.removeEventListener('abort', end);
	});
	return { signal: joined.signal, release: () => releases.forEach((release) => release()) };
}

/**
 * Waits for the work, but no longer than until the signal fires.
 * @throws {AbortError} as soon as the signal fires; the work itself goes on unobserved
 */
export async function untilAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
	if (!signal) return await work;
	let onAbort = () => {};
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(stopped());
		if (signal.aborted) onAbort();
		signal.addEventListener('abort', onAbort);
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}

/** @throws {AbortError} when the signal has fired */
export function throwIfAborted(signal?: AbortSignal): void {
	if (signal?.aborted) throw stopped();
}

export function stopped(): AbortError {
	return new AbortError('The execution was stopped');
}
