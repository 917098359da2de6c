import { sleep } from 'n8n-workflow';
import { AbortError } from './errors';

/** Time as the code that waits sees it: injected, so that tests don't wait. All times are milliseconds. */
export interface Clock {
	now(): number;
	/** @throws {AbortError} as soon as the signal fires */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Lets everything else that is due happen first. */
	yieldToEventLoop(): Promise<void>;
	/** A signal that fires after a time, or when the other one does. */
	timeoutSignal(milliseconds: number, signal?: AbortSignal): AbortSignal;
}

/** Longest sleep in one piece: n8n's `sleep` can't be ended early (and its linter allows no other timer). */
const MAX_SLEEP_MS = 1_000;

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds, signal) => {
		const end = Date.now() + milliseconds;
		throwIfAborted(signal);
		for (let rest = milliseconds; rest > 0; rest = end - Date.now()) {
			await untilAborted(sleep(Math.min(rest, MAX_SLEEP_MS)), signal);
		}
	},
	yieldToEventLoop: async () => await sleep(0),
	// Not AbortSignal.any: on Node 20 it loses a time-out that nothing else holds to the garbage collector.
	timeoutSignal: (milliseconds, signal) => {
		const limited = new AbortController();
		for (const source of [AbortSignal.timeout(milliseconds), ...(signal ? [signal] : [])]) {
			const end = () => limited.abort(source.reason);
			source.addEventListener('abort', end);
			if (source.aborted) end();
		}
		return limited.signal;
	},
};

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

function stopped(): AbortError {
	return new AbortError('The execution was stopped');
}
