import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

import { systemClock, throwIfAborted, type Clock } from '../../../nodes/shared/lib/clock.ts';
import { TIMEOUTS } from '../../../nodes/shared/n8n/n8nTransport.ts';
import { ShiftedClock } from '../shifted-clock.mts';

/** What the node's time is to real time. */
export interface Pace {
	/** How many times faster the node's time passes while it does not wait. */
	readonly speed: number;
	/** Milliseconds of real time after which a silent request is given up. */
	readonly silence: number;
}

/** The node's time in a lane, where one thing is done at a time: a wait of the node's is over at once, and time has passed. */
export class LaneClock extends ShiftedClock {
	#silence = TIMEOUTS.api;

	/** Milliseconds of real time. */
	get silence(): number {
		return this.#silence;
	}

	setPace({ speed, silence }: Pace): void {
		this.setSpeed(speed);
		this.#silence = silence;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		const end = this.now() + milliseconds;
		await turn();
		throwIfAborted(signal);
		this.putForward(end);
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
