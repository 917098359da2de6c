import type { Clock } from '../lib/clock';
import type { RequestFailure } from '../lib/errors';

/**
 * Requests wait here while Magic Hour wants them to be slower: one answer of 429 holds back all items of a run. They go on
 * one to a turn of the event loop: many that begin at once would hold up n8n for longer than a tenth of a second.
 */
export class Pace {
	private until = -Infinity;
	private reason?: RequestFailure;
	private turns = Promise.resolve();

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number = Math.random,
	) {}

	/** Holds requests back for a time, in milliseconds. */
	hold(milliseconds: number, reason: RequestFailure): void {
		this.until = Math.max(this.until, this.clock.now() + milliseconds);
		this.reason = reason;
	}

	/**
	 * Waits until requests may go on, and a little longer, so that not all items come back in the same moment.
	 * @throws {RequestFailure} the answer behind it, when that would be after the deadline
	 */
	async ready(deadline: number, signal?: AbortSignal): Promise<void> {
		for (;;) {
			const wait = this.until - this.clock.now();
			if (wait <= 0) return await this.turn();
			if (this.until >= deadline && this.reason) throw this.reason;
			await this.clock.sleep(wait + this.random() * STAGGER, signal);
		}
	}

	private async turn(): Promise<void> {
		this.turns = this.turns.then(async () => await this.clock.turn());
		await this.turns;
	}
}

/** Milliseconds over which requests that waited come back. */
const STAGGER = 500;
