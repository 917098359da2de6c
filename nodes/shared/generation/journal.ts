import { createHash } from 'node:crypto';

/**
 * Which projects this node has already created in this execution. n8n keeps the node's context over every try of Retry
 * On Fail and every run of the node, and saves it with the execution, so an item that has a project goes on with it
 * instead of paying again.
 */
export interface Journal {
	/** What is known of the same request for this item. */
	find(item: ItemKey, fingerprint: string): ProjectRecord | undefined;
	/** A create request is about to be sent: until more is noted, it may have created a project. */
	noteSending(item: ItemKey, request: Omit<ProjectRecord, 'projectId' | 'left'>): void;
	noteProject(item: ItemKey, projectId: string): void;
	/** The item failed all the same: what it asked for was not handed on. */
	leave(item: ItemKey): void;
	/**
	 * Takes over what an item of another run has left behind, if it asked for the same and this item has nothing of its
	 * own: a loop that brings a failed item again, or an AI agent that repeats a call, must not pay again.
	 */
	takeOver(item: ItemKey, fingerprint: string): void;
	/** Sum of the estimates, in credits, of what the other runs of the node have asked for, or are about to. */
	creditsOfOtherRuns(runIndex: number): number;
	/** A run is about to ask for so many credits more: an agent may call the node several times at once. */
	reserve(runIndex: number, credits: number): void;
	/** The run has asked for all it will. */
	release(runIndex: number): void;
	/** There is no project, or no more: the next try needs a new one. */
	forget(item: ItemKey): void;
	/** All that one run of the node has asked for. */
	requestsOf(
		runIndex: number,
	): ReadonlyArray<Pick<ProjectRecord, 'name' | 'projectId'> & { readonly itemIndex: number }>;
}

/** An item of one run of the node: loops run the same node again, with the next run index. */
export interface ItemKey {
	readonly runIndex: number;
	readonly itemIndex: number;
}

export interface ProjectRecord {
	readonly fingerprint: string;
	/** The name under which the project can be found in the Magic Hour library. */
	readonly name: string;
	/** The estimate in credits; `null`: no rate is published. */
	readonly credits?: number | null;
	/** `undefined`: the request was sent, and nobody knows what became of it. */
	readonly projectId?: string;
	/** The item failed after its request was sent. */
	readonly left?: boolean;
}

/** Where the entries are in the node's context. Part of saved executions: never rename it. */
const KEY = 'magicHourProjects';

/** By journal: the credits of runs that go on, by run index. They end with the process, and are never saved. */
const RESERVATIONS = new WeakMap<object, Map<number, number>>();

function reservationsIn(entries: object): Map<number, number> {
	const reserved = RESERVATIONS.get(entries) ?? new Map<number, number>();
	RESERVATIONS.set(entries, reserved);
	return reserved;
}

/** Whether a journal was ever opened in this context, by this try or an earlier one. */
export function hasJournal(context: Record<string, unknown>): boolean {
	return KEY in context;
}

/** @param context what n8n returns for `getContext('node')`; written to in place */
export function journalIn(context: Record<string, unknown>): Journal {
	const entries = (context[KEY] ??= {}) as Record<string, ProjectRecord>;
	const keyOf = ({ runIndex, itemIndex }: ItemKey) => `${runIndex}/${itemIndex}`;
	const runOf = (key: string) => Number(key.split('/')[0]);
	const creditsOf = (run: number) =>
		Object.entries(entries)
			.filter(([key]) => runOf(key) === run)
			.reduce((sum, [, { credits }]) => sum + (credits ?? 0), 0);
	const reserved = reservationsIn(entries);
	return {
		find: (item, fingerprint) => {
			const entry = entries[keyOf(item)];
			return entry?.fingerprint === fingerprint ? entry : undefined;
		},
		noteSending: (item, request) => {
			entries[keyOf(item)] = request;
		},
		noteProject: (item, projectId) => {
			const entry = entries[keyOf(item)];
			if (entry) entries[keyOf(item)] = { ...entry, projectId, left: undefined };
		},
		leave: (item) => {
			const entry = entries[keyOf(item)];
			if (entry) entries[keyOf(item)] = { ...entry, left: true };
		},
		takeOver: (item, fingerprint) => {
			if (entries[keyOf(item)]?.fingerprint === fingerprint) return;
			// Of the same run, each item has its own.
			const left = Object.entries(entries).filter(
				([key, entry]) =>
					entry.left && entry.fingerprint === fingerprint && runOf(key) !== item.runIndex,
			);
			const [key, entry] =
				left.find(([, { projectId }]) => projectId !== undefined) ?? left[0] ?? [];
			if (key === undefined || entry === undefined) return;
			delete entries[key];
			entries[keyOf(item)] = entry;
		},
		creditsOfOtherRuns: (runIndex) =>
			[...new Set([...Object.keys(entries).map(runOf), ...reserved.keys()])]
				.filter((run) => run !== runIndex)
				.reduce((sum, run) => sum + Math.max(creditsOf(run), reserved.get(run) ?? 0), 0),
		reserve: (runIndex, credits) => {
			reserved.set(runIndex, creditsOf(runIndex) + credits);
		},
		release: (runIndex) => {
			reserved.delete(runIndex);
		},
		forget: (item) => {
			delete entries[keyOf(item)];
		},
		requestsOf: (runIndex) =>
			Object.entries(entries).flatMap(([key, { name, projectId }]) =>
				runOf(key) === runIndex ? [{ itemIndex: Number(key.split('/')[1]), name, projectId }] : [],
			),
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
