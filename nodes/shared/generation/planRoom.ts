import type { Clock } from '../lib/clock';
import { AbortError, type RequestError } from '../lib/errors';

/** The place of one project in the queue for room. */
export interface Place {
	/** Milliseconds that the room may stand still before the project is given up. */
	readonly timeout: number;
	/** The order of the queue: who was refused comes back to the place it had. */
	readonly number: number;
	/** Time (of the clock) when it began to wait. */
	readonly since: number;
}

/**
 * Room for unfinished projects at Magic Hour: what all executions of this process that use one API key share. How much
 * there is, the plan may say (`atMost`), and whoever is refused (429) finds out that there is room for those of the others
 * only. From then on the next one begins when one ends. Now and then one more is tried, since others may use the key, too,
 * and plans change: after 3 to 5 s when none of ours is under way, later the more are, and again at once after one that
 * was taken.
 */
export class PlanRoom {
	private inUse = 0;
	private limit = Infinity;
	/** Nothing is sent before: what the server asked for. */
	private closedUntil = -Infinity;
	/** No more than the limit are tried before. */
	private nextTrialAt = -Infinity;
	/** Those that were taken and have not ended, and the most that there were of them. */
	private readonly taken = new Set<Place>();
	private mostTaken = 0;
	/** The one beyond the limit whose answer is not there yet. */
	private trial?: Place;
	/** When a project was taken, or ended. */
	private progressAt = -Infinity;
	private reason?: RequestError;
	private places = 0;
	private readonly queue: Place[] = [];
	private readonly wakers = new Map<Place, () => void>();

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number = Math.random,
	) {}

	/** What the account's plan has room for: without meaning once there was room for more. */
	atMost(room: number): void {
		if (room >= this.limit || room < this.mostTaken) return;
		this.limit = room;
		this.postponeTrial(room);
	}

	/** @param timeout milliseconds; it counts anew whenever a project of this process is taken, or ends */
	place(timeout: number): Place {
		return { timeout, number: this.places++, since: this.clock.now() };
	}

	/**
	 * Waits for room, in the order of the places. Then `accepted` or `refused` has to be called, or `release`.
	 * @returns the time (of the clock) until which the project may be tried
	 * @throws {RequestError} the last refusal, when the time is over, or no room can come before it is
	 * @throws {AbortError} when the signal fires first
	 */
	async acquire(place: Place, signal?: AbortSignal): Promise<number> {
		const behind = this.queue.findIndex(({ number }) => number > place.number);
		this.queue.splice(behind === -1 ? this.queue.length : behind, 0, place);
		try {
			while (!this.isTurnOf(place)) {
				const now = this.clock.now();
				const deadline = this.deadlineOf(place);
				const next = this.nextChanceOf(place) ?? Infinity;
				const isHopeless = this.inUse === 0 && next !== Infinity && next >= deadline;
				const isLate = now >= deadline || this.closedUntil >= deadline || isHopeless;
				if (isLate && this.reason) throw this.reason;
				if (isLate) this.tryOne();
				const lookAgainAt = isLate ? now + MIN_WAIT_MS : deadline;
				await this.sleepUntil(
					Math.min(lookAgainAt, this.nextChanceOf(place) ?? Infinity),
					place,
					signal,
				);
			}
			this.inUse++;
			return this.deadlineOf(place);
		} finally {
			this.queue.splice(this.queue.indexOf(place), 1);
			this.wakeNext();
		}
	}

	/** Magic Hour took the project: it holds its room until `release`. */
	accepted(place: Place): void {
		this.taken.add(place);
		this.mostTaken = Math.max(this.mostTaken, this.taken.size);
		this.progressAt = this.clock.now();
		this.endTrial(place);
	}

	/** Magic Hour refused the project: it has no room any more, and may `acquire` some again. */
	refused(place: Place, reason: RequestError): void {
		const now = this.clock.now();
		this.inUse--;
		this.limit = Math.min(this.limit, this.inUse);
		this.reason = reason;
		if (reason.retryAfterMs !== undefined) {
			this.closedUntil = Math.max(this.closedUntil, now + reason.retryAfterMs);
		}
		this.postponeTrial(this.inUse);
		this.endTrial(place);
	}

	/** The project has ended, or was not asked for. */
	release(place: Place): void {
		this.taken.delete(place);
		this.inUse--;
		this.progressAt = this.clock.now();
		this.endTrial(place);
	}

	private deadlineOf({ since, timeout }: Place): number {
		return Math.max(since, this.progressAt) + timeout;
	}

	private isTurnOf(place: Place): boolean {
		const next = this.nextChanceOf(place) ?? Infinity;
		if (this.clock.now() < next) return false;
		if (this.inUse < this.limit) return true;
		this.trial = place;
		this.limit = this.inUse + 1;
		return true;
	}

	/** When the first of the queue may be tried, if nothing else happens before. */
	private nextChanceOf(place: Place): number | undefined {
		if (this.queue[0] !== place) return undefined;
		if (this.inUse < this.limit) return this.closedUntil;
		return this.trial ? undefined : Math.max(this.nextTrialAt, this.closedUntil);
	}

	private postponeTrial(underWay: number): void {
		const wait = (MIN_WAIT_MS + this.random() * JITTER_MS) * (1 + underWay);
		this.nextTrialAt = this.clock.now() + Math.min(wait, MAX_WAIT_MS);
	}

	/** One has waited for too long, and nobody was refused: only a refusal says that there is no room. */
	private tryOne(): void {
		this.nextTrialAt = Math.min(this.nextTrialAt, this.clock.now());
		this.wakeNext();
	}

	private endTrial(place: Place): void {
		if (this.trial === place) this.trial = undefined;
		this.wakeNext();
	}

	private wakeNext(): void {
		const [first] = this.queue;
		if (first) this.wakers.get(first)?.();
	}

	/** Sleeps until a time, or until it is the first in the queue and something has changed. */
	private async sleepUntil(time: number, place: Place, signal?: AbortSignal): Promise<void> {
		const awake = new AbortController();
		this.wakers.set(place, () => awake.abort());
		const either = signal ? AbortSignal.any([signal, awake.signal]) : awake.signal;
		try {
			await this.clock.sleep(Math.max(0, time - this.clock.now()), either);
		} catch (error) {
			if (!(error instanceof AbortError) || signal?.aborted) throw error as Error;
		} finally {
			this.wakers.delete(place);
		}
	}
}

/** Before one more is tried, in milliseconds: for each of ours that is under way as long again. */
const MIN_WAIT_MS = 3_000;
const JITTER_MS = 2_000;
const MAX_WAIT_MS = 30_000;
