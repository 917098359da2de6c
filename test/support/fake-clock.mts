import type { Clock } from '../../nodes/shared/lib/clock.ts';
import { AbortError } from '../../nodes/shared/lib/errors.ts';

/** A clock on which sleeping takes no time. All times are milliseconds. */
export class FakeClock implements Clock {
	/** What has been slept, in order. */
	readonly sleeps: number[] = [];
	private readonly limits: { readonly at: number; readonly late: AbortController }[] = [];

	constructor(private time = 1_000_000) {}

	now(): number {
		return this.time;
	}

	/** Far from `now()`, as the computer's clock is: the two can't be taken for each other. */
	date(): number {
		return Date.UTC(2026, 10, 23, 12) + this.time;
	}

	/** Time goes by, as it does while a request is under way. */
	advance(milliseconds: number): void {
		this.time += milliseconds;
		for (const { at, late } of this.limits) if (this.time >= at) late.abort();
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		await Promise.resolve();
		if (signal?.aborted) throw new AbortError('The execution was stopped');
		this.sleeps.push(milliseconds);
		this.advance(milliseconds);
	}

	async yieldToEventLoop(): Promise<void> {
		await Promise.resolve();
	}

	timeoutSignal(milliseconds: number): AbortSignal {
		const late = new AbortController();
		this.limits.push({ at: this.time + milliseconds, late });
		return late.signal;
	}
}
