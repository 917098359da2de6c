import { createHash } from 'node:crypto';

/**
 * Which projects this node has already created in this execution. n8n keeps the node's context over every try of Retry
 * On Fail and saves it with the execution, so an item that has a project goes on with it instead of paying again.
 */
export interface Ledger {
	/** The id of the project that was created for this place and the same request. */
	find(place: Place, fingerprint: string): string | undefined;
	note(place: Place, fingerprint: string, projectId: string): void;
	/** The project came to nothing and was refunded: the next try needs a new one. */
	forget(place: Place): void;
	/** All projects of one run of the node. */
	of(runIndex: number): ReadonlyArray<{ readonly itemIndex: number; readonly projectId: string }>;
}

/** An item of one run of the node: loops run the same node again, with the next run index. */
export interface Place {
	readonly runIndex: number;
	readonly itemIndex: number;
}

interface Entry {
	fingerprint: string;
	projectId: string;
}

/** Where the entries are in the node's context. Part of saved executions: never rename it. */
const KEY = 'magicHourProjects';

/** @param context what n8n returns for `getContext('node')`; written to in place */
export function ledgerIn(context: Record<string, unknown>): Ledger {
	const entries = (context[KEY] ??= {}) as Record<string, Entry>;
	const keyOf = ({ runIndex, itemIndex }: Place) => `${runIndex}/${itemIndex}`;
	return {
		find: (place, fingerprint) => {
			const entry = entries[keyOf(place)];
			return entry?.fingerprint === fingerprint ? entry.projectId : undefined;
		},
		note: (place, fingerprint, projectId) => {
			entries[keyOf(place)] = { fingerprint, projectId };
		},
		forget: (place) => {
			delete entries[keyOf(place)];
		},
		of: (runIndex) =>
			Object.entries(entries).flatMap(([key, { projectId }]) => {
				const [run, item] = key.split('/').map(Number);
				return run === runIndex && item !== undefined ? [{ itemIndex: item, projectId }] : [];
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
