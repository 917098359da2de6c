import { setImmediate as turn } from 'node:timers/promises';

import type { Clock } from '../../nodes/shared/lib/clock.ts';

interface Limit {
	/** By the clock, in ms. */
	readonly at: number;
	readonly controller: AbortController;
	timer?: NodeJS.Timeout;
}

/** A clock that can be put forward, and goes on as real time does, or so many times faster. */
export abstract class ShiftedClock implements Clock {
	#speed = 1;
	/** A moment by real time, and what this clock said then. */
	#moment = { real: Date.now(), shown: Date.now() };
	readonly #limits = new Set<Limit>();

	abstract sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;

	now(): number {
		const { real, shown } = this.#moment;
		return shown + (Date.now() - real) * this.#speed;
	}

	date(): number {
		return this.now();
	}

	async yieldToEventLoop(): Promise<void> {
		await turn();
	}

	timeoutSignal(milliseconds: number): AbortSignal {
		const controller = new AbortController();
		const limit = { at: this.now() + milliseconds, controller };
		this.#limits.add(limit);
		this.#arm(limit);
		return controller.signal;
	}

	/** When the next of them ends, by the clock; also those whose work is over. */
	protected get nextLimit(): number {
		return Math.min(...[...this.#limits].map(({ at }) => at));
	}

	/** Forgets what was to end in time: what it was for is over. */
	forgetLimits(): void {
		for (const { timer } of this.#limits) clearTimeout(timer);
		this.#limits.clear();
	}

	protected setSpeed(speed: number): void {
		this.#moment = { real: Date.now(), shown: this.now() };
		this.#speed = speed;
		for (const limit of this.#limits) this.#arm(limit);
	}

	/** @param time by the clock; it never goes back */
	protected putForward(time: number): void {
		if (time <= this.now() || time === Infinity) return;
		this.#moment = { real: Date.now(), shown: time };
		for (const limit of this.#limits) this.#arm(limit);
	}

	#arm(limit: Limit): void {
		clearTimeout(limit.timer);
		const left = limit.at - this.now();
		const end = (): void => {
			this.#limits.delete(limit);
			limit.controller.abort(new DOMException('The time is over', 'TimeoutError'));
		};
		if (left <= 0) end();
		else limit.timer = setTimeout(end, left / this.#speed);
	}
}
