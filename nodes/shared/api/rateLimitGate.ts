import type { Clock } from '../lib/clock';
import type { RequestError } from '../lib/errors';

/**
 * Requests wait here while Magic Hour wants them to be slower: one answer of 429 holds back all that share the gate. They go on
 * one to a turn of the event loop: many that begin at once would hold up n8n for longer than a tenth of a second.
 */
export class RateLimitGate {
	private until = -Infinity;
	private reason?: RequestError;
	private turns = Promise.resolve();

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number = Math.random,
	) {}

	/** Holds requests back for a time, in milliseconds. */
	pauseFor(milliseconds: number, reason: RequestError): void {
		this.until = Math.max(this.until, this.clock.now() + milliseconds);
		this.reason = reason;
	}

	/**
	 * Waits until requests may go on, and a little longer, so that not all items come back in the same moment.
	 * @throws {RequestError} the answer behind it, when that would be after the deadline
	 */
	async waitUntilOpen(deadline: number, signal?: AbortSignal): Promise<void> {
		for (;;) {
			const wait = this.until - this.clock.now();
			if (wait <= 0) return await this.turn();
			if (this.until >= deadline && this.reason) throw this.reason;
			await this.clock.sleep(wait + this.random() * STAGGER_MS, signal);
		}
	}

	private async turn(): Promise<void> {
		this.turns = this.turns.then(async () => await this.clock.yieldToEventLoop());
		await this.turns;
	}
}

/** Milliseconds over which requests that waited come back. */
const STAGGER_MS = 500;

/** What requests with one API key wait at. */
export class Gates {
	/** Holds back every request after a 429. */
	readonly all: RateLimitGate;
	/** Holds back creating alone. */
	readonly create: RateLimitGate;

	constructor(clock: Clock) {
		this.all = new RateLimitGate(clock);
		this.create = new RateLimitGate(clock);
	}
}
