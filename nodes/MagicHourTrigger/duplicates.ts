import { createHash } from 'crypto';

/**
 * Events that have started a workflow and must not start it again: Magic Hour delivers one again, for up to 24 h, until
 * it gets an answer of 2xx, and the answer may get lost.
 *
 * An event is known by its type and its project: a project is completed once, however often that is told. The signature
 * and the timestamp don't count, so that a copy that was signed anew is a duplicate, too.
 *
 * What decides is a mark in n8n's database (`databaseMarks.ts`), which the execution of an event claims before it hands
 * on anything: of several executions with copies of one event, in whatever processes, one gets it. `RecentEvents` comes
 * before that, in memory: copies that reach the process which has taken the event start no execution at all.
 */

/** Milliseconds: longer than Magic Hour goes on delivering. */
export const RETENTION_MS = 25 * 60 * 60 * 1_000;

/** The most events that are remembered for one trigger: in memory, and in the database. */
export const MAX_EVENTS = 5_000;

/** How often triggers without any event are looked for, in milliseconds. */
const CLEANING_INTERVAL_MS = 60_000;

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

/** An event that may start the workflow. */
export interface Claim {
	/** To be called once: whether the event has started the workflow. If not, the next delivery may. */
	settle(started: boolean): void;
}

/** What one process remembers of the events of all its triggers. */
export class RecentEvents {
	private readonly triggers = new Map<string, TriggerMemory>();
	private cleanedAt = -Infinity;

	/**
	 * Claims an event for a trigger. If it is just being accepted by another request, waits for the outcome of that.
	 * @returns nothing if it is a duplicate
	 */
	async claim(trigger: string, key: string, now: number): Promise<Claim | undefined> {
		this.forgetTriggers(now);
		const memory = this.memoryOf(trigger);
		for (let other = memory.pending.get(key); other; other = memory.pending.get(key)) await other;
		if (isFresh(memory.accepted.get(key), now)) return undefined;

		let settled = () => {};
		memory.pending.set(key, new Promise<void>((resolve) => (settled = resolve)));
		return {
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
		const memory = { accepted: new Map(), pending: new Map() };
		this.triggers.set(trigger, memory);
		return memory;
	}

	/** Triggers come and go with their workflows. */
	private forgetTriggers(now: number): void {
		if (now - this.cleanedAt < CLEANING_INTERVAL_MS) return;
		this.cleanedAt = now;
		for (const [trigger, { accepted, pending }] of this.triggers) {
			forgetOld(accepted, now);
			if (pending.size === 0 && accepted.size === 0) this.triggers.delete(trigger);
		}
	}
}

interface TriggerMemory {
	/** By their keys, with the time (in milliseconds) when they were accepted; in that order. */
	readonly accepted: Map<string, number>;
	/** Events whose executions are just being started. */
	readonly pending: Map<string, Promise<void>>;
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
