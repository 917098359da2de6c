import type { Clock } from '../../nodes/shared/lib/clock.ts';
import { AbortError } from '../../nodes/shared/lib/errors.ts';
import { turns } from './deferred.mts';

interface Sleeper {
	readonly at: number;
	readonly wake: () => void;
}

/**
 * A clock for many that sleep side by side: time goes on to the next that is due, as soon as everything that needs no
 * time has happened. All times are milliseconds.
 */
export class EventClock implements Clock {
	private time = 0;
	private sleepers: Sleeper[] = [];

	now(): number {
		return this.time;
	}

	date(): number {
		return this.time;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const sleeper = { at: this.time + milliseconds, wake: resolve };
			const stop = () => {
				this.sleepers = this.sleepers.filter((each) => each !== sleeper);
				reject(new AbortError('The execution was stopped'));
			};
			this.sleepers.push(sleeper);
			signal?.addEventListener('abort', stop);
			if (signal?.aborted) stop();
		});
	}

	async yieldToEventLoop(): Promise<void> {
		await turns();
	}

	timeoutSignal(): AbortSignal {
		throw new Error('Nothing that this clock is for has a time-out');
	}

	/** Lets time go by until nobody sleeps any more, or so long. */
	async run(milliseconds = Infinity): Promise<void> {
		const end = this.time + milliseconds;
		for (;;) {
			await turns();
			const next = Math.min(...this.sleepers.map(({ at }) => at));
			if (next > end || next === Infinity) break;
			this.time = next;
			const due = this.sleepers.filter(({ at }) => at <= next);
			this.sleepers = this.sleepers.filter(({ at }) => at > next);
			due.forEach(({ wake }) => {
				wake();
			});
		}
		if (end !== Infinity) this.time = end;
	}
}
