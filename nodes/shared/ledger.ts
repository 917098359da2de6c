import { createHash } from 'node:crypto';

/**
 * Which projects this node has already created in this execution. n8n keeps the node's context over every try of Retry
 * On Fail and saves it with the execution, so an item that has a project goes on with it instead of paying again.
 */
export interface Ledger {
	/** What is known of the same request for this place. */
	find(place: Place, fingerprint: string): Entry | undefined;
	/** A create request is about to be sent: until more is noted, it may have created a project. */
	noteSending(place: Place, fingerprint: string, name: string): void;
	noteProject(place: Place, projectId: string): void;
	/** There is no project, or no more: the next try needs a new one. */
	forget(place: Place): void;
	/** All projects of one run of the node. */
	projectsOf(
		runIndex: number,
	): ReadonlyArray<{ readonly itemIndex: number; readonly projectId: string }>;
}

/** An item of one run of the node: loops run the same node again, with the next run index. */
export interface Place {
	readonly runIndex: number;
	readonly itemIndex: number;
}

export interface Entry {
	readonly fingerprint: string;
	/** The name under which the project can be found in the Magic Hour library. */
	readonly name: string;
	/** `undefined`: the request was sent, and nobody knows what became of it. */
	readonly projectId?: string;
}

/** Where the entries are in the node's context. Part of saved executions: never rename it. */
const KEY = 'magicHourProjects';

/** Whether a ledger was ever opened in this context, by this try or an earlier one. */
export function hasLedger(context: Record<string, unknown>): boolean {
	return KEY in context;
}

/** @param context what n8n returns for `getContext('node')`; written to in place */
export function ledgerIn(context: Record<string, unknown>): Ledger {
	const entries = (context[KEY] ??= {}) as Record<string, Entry>;
	const keyOf = ({ runIndex, itemIndex }: Place) => `${runIndex}/${itemIndex}`;
	return {
		find: (place, fingerprint) => {
			const entry = entries[keyOf(place)];
			return entry?.fingerprint === fingerprint ? entry : undefined;
		},
		noteSending: (place, fingerprint, name) => {
			entries[keyOf(place)] = { fingerprint, name };
		},
		noteProject: (place, projectId) => {
			const entry = entries[keyOf(place)];
			if (entry) entries[keyOf(place)] = { ...entry, projectId };
		},
		forget: (place) => {
			delete entries[keyOf(place)];
		},
		projectsOf: (runIndex) =>
			Object.entries(entries).flatMap(([key, { projectId }]) => {
				const [run, itemIndex] = key.split('/').map(Number);
				if (run !== runIndex || itemIndex === undefined || projectId === undefined) return [];
				return [{ itemIndex, projectId }];
			}),
	};
}

/** Identifies a request by everything that decides what the video will be: equal for equal values, in any key order. */
export function fingerprintOf(
	values: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
	const sorted = Object.keys(values)
		.sort()
		.map((key) => [key, values[key] ?? null]);
	return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
