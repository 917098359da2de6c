import http from 'node:http';
import https from 'node:https';
import { setTimeout as realSleep } from 'node:timers/promises';

import {
	systemClock,
	throwIfAborted,
	untilAborted,
	type Clock,
} from '../../../nodes/shared/lib/clock.ts';
import { ShiftedClock } from '../shifted-clock.mts';

/** Real milliseconds in which nothing happens, after which everybody is taken to wait. */
const QUIET_MS = 2;

/**
 * The node's time: when everybody waits, it jumps to the moment that the first has waited for. While a request is under way
 * it goes on as real time does, so that no wait and no deadline is over sooner on a slow machine.
 */
class JumpingClock extends ShiftedClock {
	readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
	/** Counts what happens. */
	#events = 0;
	#underWay = 0;
	#isWatching = false;

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		throwIfAborted(signal);
		if (milliseconds <= 0) return;
		let wake = (): void => undefined;
		const awake = new Promise<void>((resolve) => (wake = resolve));
		const sleeper = { at: this.now() + milliseconds, wake };
		this.#sleepers.add(sleeper);
		this.#events++;
		void this.#watch();
		try {
			await untilAborted(awake, signal);
		} finally {
			this.#sleepers.delete(sleeper);
		}
	}

	follow(request: http.ClientRequest): void {
		this.#events++;
		this.#underWay++;
		request.once('close', () => {
			this.#events++;
			this.#underWay--;
		});
	}

	close(): void {
		this.#sleepers.clear();
		this.forgetLimits();
	}

	async #watch(): Promise<void> {
		if (this.#isWatching) return;
		this.#isWatching = true;
		while (this.#sleepers.size > 0) {
			const before = this.#events;
			await realSleep(QUIET_MS);
			const [next] = [...this.#sleepers].map(({ at }) => at).sort((one, other) => one - other);
			if (next !== undefined && this.#events === before && this.#underWay === 0) {
				this.putForward(next);
			}
			const now = this.now();
			for (const { at, wake } of this.#sleepers) if (at <= now) wake();
		}
		this.#isWatching = false;
	}
}

/** Lets the node's time jump over waits. @returns what puts the clock right again */
export function jumpOverWaits(): () => void {
	const clock = new JumpingClock();
	const node = systemClock as { -readonly [Member in keyof Clock]: Clock[Member] };
	const usual = { ...node };
	Object.assign(node, {
		now: () => clock.now(),
		date: () => clock.date(),
		sleep: async (...wait) => {
			await clock.sleep(...wait);
		},
		yieldToEventLoop: async () => {
			await clock.yieldToEventLoop();
		},
		timeoutSignal: (...limit) => clock.timeoutSignal(...limit),
	} satisfies Clock);
	const requestOf = { http: http.request, https: https.request };
	const followed =
		(request: (...args: never[]) => http.ClientRequest) =>
		(...args: never[]): http.ClientRequest => {
			const made = request(...args);
			clock.follow(made);
			return made;
		};
	http.request = followed(http.request) as typeof http.request;
	https.request = followed(https.request) as typeof https.request;
	return () => {
		Object.assign(node, usual);
		http.request = requestOf.http;
		https.request = requestOf.https;
		clock.close();
	};
}
