import type { Clock } from '../lib/clock';
import { messageOf } from '../lib/errors';

/** What n8n's database says when it has no connection to give: its pool is full, or it was just started again. */
const NO_CONNECTION =
	/timeout exceeded when trying to connect|too many clients|remaining connection slots|connection terminated|database connection timed out/i;

/** What to do about it. */
export const POOL_HINT =
	"n8n's database had no connection free all the time: raise DB_POSTGRESDB_POOL_SIZE (n8n's default is 2), or let fewer executions run at a time.";

export function isWithoutConnection(error: unknown): boolean {
	return NO_CONNECTION.test(messageOf(error));
}

const MIN_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;

export interface Patience {
	readonly clock: Clock;
	/** After this, in milliseconds, it is not tried again. */
	readonly timeout: number;
	readonly signal?: AbortSignal;
	readonly random?: () => number;
}

/**
 * Work on n8n's database that may be done again: comes back, ever more slowly, while the database has no connection.
 * @throws the last failure
 */
export async function whenConnected<T>(
	work: () => Promise<T>,
	{ clock, timeout, signal, random = Math.random }: Patience,
): Promise<T> {
	const deadline = clock.now() + timeout;
	for (let delay = MIN_DELAY_MS; ; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
		const outcome = await work().then(
			(value) => ({ value }),
			(failure: unknown) => ({ failure }),
		);
		if ('value' in outcome) return outcome.value;
		const wait = delay * (0.75 + random() / 2);
		if (!isWithoutConnection(outcome.failure) || clock.now() + wait >= deadline) {
			throw outcome.failure as Error;
		}
		await clock.sleep(wait, signal);
	}
}
