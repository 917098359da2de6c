import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

import { systemClock, throwIfAborted, type Clock } from '../../../nodes/shared/lib/clock.ts';
import { ShiftedClock } from '../shifted-clock.mts';

/** The node's time in a lane, where one thing is done at a time: a wait of the node's is over at once, and time has passed. */
export class LaneClock extends ShiftedClock {
	/** @param speed how many times faster than real time the node's time passes while it does not wait */
	goOn(speed: number): void {
		this.setSpeed(speed);
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

/** Lets the node go by the clock of the lane that it works in. @returns what puts its own clock right again */
export function openLaneClocks(): () => void {
	const clock = systemClock as { -readonly [Member in keyof Clock]: Clock[Member] };
	const usual = { ...clock };
	const current = (): Clock => lanes.getStore() ?? usual;
	Object.assign(clock, {
		now: () => current().now(),
		date: () => current().date(),
		sleep: async (...wait) => {
			await current().sleep(...wait);
		},
		yieldToEventLoop: async () => {
			await current().yieldToEventLoop();
		},
		timeoutSignal: (...limit) => current().timeoutSignal(...limit),
	} satisfies Clock);
	return () => {
		Object.assign(clock, usual);
	};
}
