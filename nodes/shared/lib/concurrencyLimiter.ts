import { untilAborted } from './clock';

/** Lets at most so many go on at a time, in the order in which they come. */
export class ConcurrencyLimiter {
	private inUse = 0;
	private readonly waiting: Array<() => void> = [];

	constructor(private readonly limit: number) {}

	/** Waits for its turn. @throws {AbortError} when the signal fires first */
	async acquire(signal?: AbortSignal): Promise<void> {
		if (this.inUse < this.limit) {
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
			// Not in the queue any more: its turn came in the same moment, and is handed on.
			if (place === -1) this.release();
			else this.waiting.splice(place, 1);
			throw error as Error;
		}
	}

	release(): void {
		const next = this.waiting.shift();
		if (next) next();
		else this.inUse--;
	}
}
