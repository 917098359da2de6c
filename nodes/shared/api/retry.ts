import { throwIfAborted, type Clock } from '../lib/clock';
import { RequestError } from '../lib/errors';

/**
 * When a failed request is sent again, as data. A create request charges credits and has no idempotency key, so it is
 * repeated only where Magic Hour's documentation says that no project was created (`docs/magic-hour-api.md`).
 */
export interface RetryRule {
	/** Statuses after which the request may be sent again; `any`: whatever went wrong. */
	readonly statuses: readonly number[] | 'any';
	/** May be sent again although the server may have carried it out: it changes nothing, or nothing more. */
	readonly idempotent: boolean;
	/** Most tries in all, unless the server only asked for patience (429): that goes on until the deadline. */
	readonly maxTries: number;
	/** Least wait before the next try after a status, in milliseconds. */
	readonly minDelayMs?: Readonly<Record<number, number>>;
}

/** Statuses after which the same request may succeed. */
export const RETRYABLE_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** Requests that come before anything is paid for: fails soon when the service is away. */
export const BEFORE_PAYING = {
	statuses: RETRYABLE_STATUSES,
	idempotent: true,
	maxTries: 4,
} as const;

/** Requests for a video that is paid for: goes on until the item's timeout. */
export const AFTER_PAYING: RetryRule = {
	statuses: RETRYABLE_STATUSES,
	idempotent: true,
	maxTries: Infinity,
};

/** Downloads of a paid video, each with a fresh signed URL, which may help whatever went wrong. */
export const DOWNLOADING: RetryRule = { statuses: 'any', idempotent: true, maxTries: 4 };

/** Downloads where the URL is all there is: of no use again once it has expired. */
export const DOWNLOADING_ONE_URL: RetryRule = {
	statuses: RETRYABLE_STATUSES,
	idempotent: true,
	maxTries: 4,
};

/**
 * The one request that costs money: repeated after the API's own 502 or 503 (see `throwForStatus`), or if it never left.
 * After a 502 the documentation asks for 30 to 60 seconds. A 429 is safe to repeat, too: the batch does so, when there is
 * room (see `createInTurn`).
 */
export const PAYING: RetryRule = {
	statuses: [502, 503],
	idempotent: false,
	maxTries: 4,
	minDelayMs: { 502: 30_000 },
};

const MIN_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/**
 * Milliseconds to wait before try number `tries + 1`: doubles from 1 s to 30 s, with a quarter of jitter so that many
 * items don't come back together. A longer wait that the server asked for wins.
 * @param random 0 to 1
 */
export function backoff(
	tries: number,
	failure: Pick<RequestError, 'status' | 'retryAfterMs'>,
	rule: RetryRule,
	random: number,
): number {
	const doubled = Math.min(MIN_DELAY_MS * 2 ** (tries - 1), MAX_DELAY_MS);
	const least = rule.minDelayMs?.[failure.status ?? 0] ?? 0;
	return Math.max(doubled * (0.75 + random / 2), least * (1 + random), failure.retryAfterMs ?? 0);
}

/** Whether the rule lets a failed request be sent once more. */
export function shouldRetry(failure: RequestError, rule: RetryRule, tries: number): boolean {
	const { statuses } = rule;
	if (failure.status === 429) return statuses === 'any' || statuses.includes(429);
	if (tries >= rule.maxTries) return false;
	if (statuses === 'any') return true;
	if (!failure.temporary || (failure.fate === 'unknown' && !rule.idempotent)) return false;
	return failure.status === undefined || statuses.includes(failure.status);
}

export interface RetryOptions {
	readonly rule: RetryRule;
	readonly clock: Clock;
	/** Time (of the clock) after which no further try is begun. */
	readonly deadline: number;
	readonly signal?: AbortSignal;
	readonly random?: () => number;
}

/** Does the work, and again as the rule says. @throws the last failure */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
	const { rule, clock, deadline, signal, random = Math.random } = options;
	for (let tries = 1; ; tries++) {
		throwIfAborted(signal);
		const outcome = await settle(work());
		if (outcome.done) return outcome.value;
		const { failure } = outcome;
		if (!shouldRetry(failure, rule, tries)) throw failure;
		const wait = backoff(tries, failure, rule, random());
		if (clock.now() + wait >= deadline) throw failure;
		await clock.sleep(wait, signal);
	}
}

type Outcome<T> = { done: true; value: T } | { done: false; failure: RequestError };

/** Turns a request's failure into a value; every other error goes on as it is. */
async function settle<T>(work: Promise<T>): Promise<Outcome<T>> {
	return await work.then(
		(value): Outcome<T> => ({ done: true, value }),
		(error: unknown): Outcome<T> => {
			if (error instanceof RequestError) return { done: false, failure: error };
			throw error as Error;
		},
	);
}

/**
 * Reads a Retry-After header in both its forms, seconds and HTTP date (RFC 9110).
 * @returns milliseconds from now, `undefined` when there is none that can be read
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
	const text = header?.trim();
	if (!text) return undefined;
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	// An HTTP date begins with the day's name; Date.parse would take other numbers for years.
	const date = /^[a-z]{3}/i.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
