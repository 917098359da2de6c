import { createHash } from 'crypto';

/**
 * Events that have started a workflow and must not start it again: Magic Hour delivers one again, for up to 24 h, until
 * it gets an answer of 2xx, and the answer may get lost.
 *
 * An event is known by its type and its project: a project is completed once, however often that is told. The signature
 * and the timestamp don't count, so that a copy that was signed anew is a duplicate, too.
 *
 * n8n has no place where one of many processes could put a mark that all others see at once. So there are two guards:
 *
 * 1. `RecentEvents`, asked before an execution is started, so that a duplicate leaves no trace. In memory: nothing is
 *    accepted twice by one process, not even at the same moment. And in the workflow's static data, which n8n reads
 *    from the database with every request and writes when it has answered: this holds after a restart, and for other
 *    processes. Static data is one JSON for the whole workflow, and the last to write wins; a process therefore writes
 *    with each event what it remembers of the others.
 * 2. `isDuplicateExecution` (in `processedEvents.ts`), asked first thing in the execution: n8n's own record of processed data,
 *    read and written within milliseconds. A duplicate that got past the first guard hands on nothing.
 *
 * What is guaranteed: an event that was answered with 2xx starts the workflow once as long as the process lives; and
 * also after restarts and among several processes (queue mode, webhook processors), unless two processes get copies of
 * it within the same few milliseconds. An event whose execution could not be started is answered with 5xx and is not
 * remembered. Both guards forget the oldest events when there are more than `MAX_EVENTS`, the first one also after 25 h;
 * what is stored is looked through for that once a minute, not with each event.
 */

/** Milliseconds: longer than Magic Hour goes on delivering. */
export const RETENTION_MS = 25 * 60 * 60 * 1_000;

/** The most events that are remembered for one trigger. */
export const MAX_EVENTS = 5_000;

/** How long what is stored may have old events in it, or more than that, in milliseconds. */
const PRUNE_INTERVAL_MS = 60_000;

/** As many more than `MAX_EVENTS` are stored before the interval is over, however many events come. */
const MAX_SURPLUS = 500;

/** Short, whatever an event says. */
export function keyOf({
	type,
	project,
}: {
	readonly type: string;
	readonly project: { readonly id: string };
}): string {
	return createHash('sha256').update(`${type} ${project.id}`).digest('base64').slice(0, 22);
}

/** Events by their keys, with the time (in milliseconds) when they were accepted. */
export type Accepted = Readonly<Record<string, number>>;

/** An event that may start the workflow. */
export interface Claim {
	/** What is to be stored. */
	readonly accepted: Accepted;
	/** To be called once: whether the event has started the workflow. If not, the next delivery may. */
	settle(started: boolean): void;
}

/** What one process remembers of the events of all its triggers. */
export class RecentEvents {
	private readonly triggers = new Map<string, TriggerMemory>();
	/** When triggers without any event were looked for, in milliseconds. */
	private cleanedAt = -Infinity;

	/**
	 * Claims an event for a trigger. If it is just being accepted by another request, waits for the outcome of that.
	 * @param stored what has been stored for the trigger, maybe by another process
	 * @returns nothing if it is a duplicate
	 */
	async claim(
		trigger: string,
		key: string,
		stored: Accepted,
		now: number,
	): Promise<Claim | undefined> {
		this.forgetTriggers(now);
		const memory = this.memoryOf(trigger);
		for (let other = memory.pending.get(key); other; other = memory.pending.get(key)) await other;
		if (isFresh(stored[key], now) || isFresh(memory.accepted.get(key), now)) return undefined;

		let settled = () => {};
		memory.pending.set(key, new Promise<void>((resolve) => (settled = resolve)));
		return {
			get accepted() {
				return withEvent(stored, memory, key, now);
			},
			settle: (started) => {
				if (started) remember(memory.accepted, key, now);
				memory.pending.delete(key);
				settled();
			},
		};
	}

	private memoryOf(trigger: string): TriggerMemory {
		const known = this.triggers.get(trigger);
		if (known) return known;
		const memory = { accepted: new Map(), pending: new Map(), prunedAt: -Infinity };
		this.triggers.set(trigger, memory);
		return memory;
	}

	/** Triggers come and go with their workflows. */
	private forgetTriggers(now: number): void {
		if (now - this.cleanedAt < PRUNE_INTERVAL_MS) return;
		this.cleanedAt = now;
		for (const [trigger, { accepted, pending }] of this.triggers) {
			forgetOld(accepted, now);
			if (pending.size === 0 && accepted.size === 0) this.triggers.delete(trigger);
		}
	}
}

interface TriggerMemory {
	/** In the order in which they were accepted. */
	readonly accepted: Map<string, number>;
	/** Events whose executions are just being started. */
	readonly pending: Map<string, Promise<void>>;
	/** When what is stored was put in order. */
	prunedAt: number;
}

function isFresh(acceptedAt: number | undefined, now: number): boolean {
	return acceptedAt !== undefined && now - acceptedAt < RETENTION_MS;
}

function remember(accepted: Map<string, number>, key: string, now: number): void {
	accepted.delete(key);
	accepted.set(key, now);
	forgetOld(accepted, now);
}

/** Takes no time: the oldest come first. */
function forgetOld(accepted: Map<string, number>, now: number): void {
	for (const [key, at] of accepted) {
		if (accepted.size <= MAX_EVENTS && isFresh(at, now)) return;
		accepted.delete(key);
	}
}

/** What is stored once the event has started the workflow, with what others may have lost from the store. */
function withEvent(stored: Accepted, memory: TriggerMemory, key: string, now: number): Accepted {
	const all: Record<string, number> = { ...stored };
	for (const [other, at] of memory.accepted) all[other] ??= at;
	all[key] = now;
	const isDue = now - memory.prunedAt >= PRUNE_INTERVAL_MS;
	if (!isDue && Object.keys(all).length <= MAX_EVENTS + MAX_SURPLUS) return all;
	memory.prunedAt = now;
	return newest(all, now);
}

function newest(accepted: Accepted, now: number): Accepted {
	const fresh = Object.entries(accepted).filter(([, at]) => isFresh(at, now));
	fresh.sort(([, a], [, b]) => a - b);
	return Object.fromEntries(fresh.slice(-MAX_EVENTS));
}
