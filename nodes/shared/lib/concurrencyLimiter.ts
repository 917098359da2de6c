import { untilAborted } from './clock';

/**
 * Room for unfinished projects: at most so many at a time. When Magic Hour says that the plan has no room for more than
 * are under way, the room shrinks to that, and grows back slowly.
 */
export class ConcurrencyLimiter {
	private inUse = 0;
	private limit: number;
	private limitReachedAt = -Infinity;
	private readonly waiting: Array<() => void> = [];

	/** @param max the limit that the person set */
	constructor(private readonly max: number) {
		this.limit = max;
	}

	/** Waits for room, in the order of the calls. @throws {AbortError} when the signal fires first */
	async acquire(signal?: AbortSignal): Promise<void> {
		if (this.inUse < this.limit && this.waiting.length === 0) {
			this.inUse++;
			return;
		}
		let granted = () => {};
		const turn = new Promise<void>((resolve) => (granted = resolve));
		this.waiting.push(granted);
		try {
			await untilAborted(turn, signal);
		} catch (error) {
			const place = this.waiting.indexOf(granted);
			// Not in the queue any more: the room was granted in the same moment, and is handed on.
			if (place === -1) this.release();
			else this.waiting.splice(place, 1);
			throw error as Error;
		}
	}

	release(): void {
		this.inUse--;
		this.admit();
	}

	/** Magic Hour refused the caller's project for want of room: there is room for those of the others only. */
	onLimitReached(now: number): void {
		this.limit = Math.max(1, this.inUse - 1);
		this.limitReachedAt = now;
	}

	/** Magic Hour took a project. */
	onAccepted(now: number): void {
		if (this.limit >= this.max || now - this.limitReachedAt < MIN_GROWTH_INTERVAL_MS) return;
		this.limit++;
		this.limitReachedAt = now;
		this.admit();
	}

	private admit(): void {
		while (this.inUse < this.limit && this.waiting.length > 0) {
			this.inUse++;
			this.waiting.shift()?.();
		}
	}
}

/** Milliseconds without a refusal before one more project is tried. */
const MIN_GROWTH_INTERVAL_MS = 60_000;
