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
 * before that, in memory, and only saves executions: it knows what this process has answered.
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

/** What one process remembers of the events that its triggers have taken. */
export class RecentEvents {
	/** By trigger and key, with the time (in milliseconds) when they were taken; in that order. */
	private readonly triggers = new Map<string, Map<string, number>>();
	private cleanedAt = -Infinity;

	has(trigger: string, key: string, now: number): boolean {
		const takenAt = this.triggers.get(trigger)?.get(key);
		return takenAt !== undefined && isFresh(takenAt, now);
	}

	add(trigger: string, key: string, now: number): void {
		this.forgetTriggers(now);
		const events = this.triggers.get(trigger) ?? new Map<string, number>();
		this.triggers.set(trigger, events);
		events.delete(key);
		events.set(key, now);
		forgetOld(events, now);
	}

	/** Triggers come and go with their workflows. */
	private forgetTriggers(now: number): void {
		if (now - this.cleanedAt < CLEANING_INTERVAL_MS) return;
		this.cleanedAt = now;
		for (const [trigger, events] of this.triggers) {
			forgetOld(events, now);
			if (events.size === 0) this.triggers.delete(trigger);
		}
	}
}

function isFresh(takenAt: number, now: number): boolean {
	return now - takenAt < RETENTION_MS;
}

/** Takes no time: the oldest come first. */
function forgetOld(events: Map<string, number>, now: number): void {
	for (const [key, at] of events) {
		if (events.size <= MAX_EVENTS && isFresh(at, now)) return;
		events.delete(key);
	}
}
