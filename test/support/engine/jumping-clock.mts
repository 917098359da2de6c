import http from 'node:http';
import https from 'node:https';
import { setImmediate as turn, setTimeout as realSleep } from 'node:timers/promises';

import {
	systemClock,
	throwIfAborted,
	untilAborted,
	type Clock,
} from '../../../nodes/shared/lib/clock.ts';
import { ShiftedClock } from '../shifted-clock.mts';

/** Real milliseconds and turns of the event loop in which nothing happens, after which everybody is taken to wait. */
const QUIET_MS = 2;
const QUIET_TURNS = 10;
/**
 * A jump that is longer, in milliseconds, may end somebody's patience: a pause of the process or a chain of small steps is
 * easily taken for quiet, so that one waits more.
 */
const SHORT_JUMP_MS = 45_000;
const LONG_QUIET_MS = 40;
/** Work of other threads that a step of somebody waits for. */
const WORK = /^(FSReq|FileHandleCloseReq|GetAddrInfoReq|TCPConnect)/;
/** Real milliseconds without an event after which a request is no longer waited for: old n8n-cores leave some open. */
const FORGOTTEN_MS = 3_000;

/**
 * The node's time: when everybody waits, it jumps to the moment that the first has waited for. While a request is under way
 * that will be answered it goes on as real time does, so that no deadline is over sooner on a slow machine.
 */
class JumpingClock extends ShiftedClock {
	readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
	/** Counts what happens. */
	#events = 0;
	#underWay = 0;
	#isWatching = false;

	/** @param hanging how many requests are under way that will not be answered */
	constructor(private readonly hanging: () => number) {
		super();
	}

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
		void this.#watch();
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
		let lastEvent = performance.now();
		while (this.#sleepers.size > 0 || this.#underWay > 0) {
			if (!(await this.#isQuiet(QUIET_MS)) || !(await this.#isQuietEnoughToJump())) {
				lastEvent = performance.now();
			} else if (this.#underWay <= this.hanging()) {
				this.putForward(this.#next());
			} else if (this.#sleepers.size > 0 && performance.now() - lastEvent > FORGOTTEN_MS) {
				lastEvent = performance.now();
				this.putForward(Math.min(...[...this.#sleepers].map(({ at }) => at)));
			}
			const now = this.now();
			for (const { at, wake } of this.#sleepers) if (at <= now) wake();
		}
		this.#isWatching = false;
	}

	async #isQuietEnoughToJump(): Promise<boolean> {
		const isLong = this.#next() - this.now() > SHORT_JUMP_MS;
		return !isLong || (await this.#isQuiet(LONG_QUIET_MS));
	}

	/** Whether nothing happens from now on, for so many real milliseconds, and nothing is under way that will. */
	async #isQuiet(milliseconds: number): Promise<boolean> {
		const before = this.#events;
		await realSleep(milliseconds);
		for (let turns = 0; turns < QUIET_TURNS; turns++) {
			await turn();
			if (process.getActiveResourcesInfo().some((resource) => WORK.test(resource))) return false;
		}
		return this.#events === before;
	}

	/** What is waited for next, by the clock. */
	#next(): number {
		const ends = [...this.#sleepers].map(({ at }) => at);
		if (this.#underWay > 0) ends.push(this.nextLimit);
		return Math.min(...ends);
	}
}

/** Lets the node's time jump over waits. @param hanging see {@link JumpingClock}. @returns what puts the clock right again */
export function jumpOverWaits(hanging: () => number): () => void {
	const clock = new JumpingClock(hanging);
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
