import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

import { systemClock, throwIfAborted, type Clock } from '../../../nodes/shared/lib/clock.ts';
import { TIMEOUTS } from '../../../nodes/shared/n8n/n8nTransport.ts';

/** What the node's time is to real time. */
export interface Pace {
	/** How many times faster the node's time passes while it does not wait. */
	readonly speed: number;
	/** Milliseconds of real time after which a silent request is given up. */
	readonly silence: number;
}

interface Limit {
	/** By the clock, in ms. */
	readonly at: number;
	readonly controller: AbortController;
	timer?: NodeJS.Timeout;
}

/** The node's time in a lane, where one thing is done at a time: a wait of the node's is over at once, and time has passed. */
export class LaneClock implements Clock {
	#pace: Pace = { speed: 1, silence: TIMEOUTS.api };
	/** A moment by real time, and what this clock said then. */
	#moment = { real: Date.now(), shown: Date.now() };
	readonly #limits = new Set<Limit>();

	get silence(): number {
		return this.#pace.silence;
	}

	set pace(pace: Pace) {
		this.#moment = { real: Date.now(), shown: this.now() };
		this.#pace = pace;
	}

	now(): number {
		const { real, shown } = this.#moment;
		return shown + (Date.now() - real) * this.#pace.speed;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		const end = this.now() + milliseconds;
		await turn();
		throwIfAborted(signal);
		if (end <= this.now()) return;
		this.#moment = { real: Date.now(), shown: end };
		for (const limit of this.#limits) this.#arm(limit);
	}

	async yieldToEventLoop(): Promise<void> {
		await turn();
	}

	timeoutSignal(milliseconds: number, signal?: AbortSignal): AbortSignal {
		const controller = new AbortController();
		const limit = { at: this.now() + milliseconds, controller };
		this.#limits.add(limit);
		this.#arm(limit);
		signal?.addEventListener('abort', () => {
			controller.abort(signal.reason);
		});
		if (signal?.aborted) controller.abort(signal.reason);
		return controller.signal;
	}

	/** Forgets what was to end in time: what it was for is over. */
	forgetLimits(): void {
		for (const { timer } of this.#limits) clearTimeout(timer);
		this.#limits.clear();
	}

	#arm(limit: Limit): void {
		clearTimeout(limit.timer);
		const left = limit.at - this.now();
		const end = (): void => {
			limit.controller.abort(new DOMException('The time is over', 'TimeoutError'));
		};
		if (left <= 0) end();
		else limit.timer = setTimeout(end, left / this.#pace.speed);
	}
}

const lanes = new AsyncLocalStorage<LaneClock>();

/** Does some work of the node's by the clock of a lane. */
export async function byClock<T>(clock: LaneClock, work: () => Promise<T>): Promise<T> {
	return await lanes.run(clock, work);
}

/** Lets the node go by the clock of the lane that it works in. @returns what puts its own clock and patience right again */
export function openLaneClocks(): () => void {
	const clock = systemClock as { -readonly [Member in keyof Clock]: Clock[Member] };
	const usual = { ...clock };
	const current = (): Clock => lanes.getStore() ?? usual;
	Object.assign(clock, {
		now: () => current().now(),
		sleep: async (...wait) => {
			await current().sleep(...wait);
		},
		yieldToEventLoop: async () => {
			await current().yieldToEventLoop();
		},
		timeoutSignal: (...limit) => current().timeoutSignal(...limit),
	} satisfies Clock);
	const patience = Object.entries(TIMEOUTS);
	for (const [name, milliseconds] of patience) {
		Object.defineProperty(TIMEOUTS, name, {
			configurable: true,
			enumerable: true,
			get: () => lanes.getStore()?.silence ?? milliseconds,
		});
	}
	return () => {
		Object.assign(clock, usual);
		for (const [name, value] of patience) {
			Object.defineProperty(TIMEOUTS, name, {
				...{ configurable: true, enumerable: true, writable: true },
				value,
			});
		}
	};
}
