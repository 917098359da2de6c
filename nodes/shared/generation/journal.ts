import { createHash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { systemClock, type Clock } from '../lib/clock';
import { AbortError, CreateOutcomeUnknownError } from '../lib/errors';
import { formatValue } from '../lib/text';
import { isWithoutConnection, POOL_HINT } from '../n8n/databasePool';
import { databaseMarksOf, marksRowOf } from '../n8n/databaseMarks';
import { isTool } from './aiTool';

/**
 * What is remembered of the requests that cost money. Nothing else writes any of it. It stands in four places, since
 * none of them survives everything (`docs/what-n8n-keeps.md` is the page of this for users):
 *
 * | place | written | survives |
 * | --- | --- | --- |
 * | the node's context, in the execution | before and after each request, saved when the node ends | Retry On Fail, loops, an agent's calls, a retry of a failed execution |
 * | marks in n8n's database | before each request | also Stop, and an n8n that is killed: a retry knows that something was asked for, not what came of it |
 * | n8n's log | the name before the request, the id after it | everything |
 * | the execution's custom data | after each request | Stop |
 */
export interface Journal {
	/** How often n8n has run this node before in this execution: loops run it again. */
	readonly runIndex: number;
	/** An earlier try was cut off, and what it had asked for is lost: nothing must be asked for. */
	readonly interrupted: boolean;
	/**
	 * Finds out what earlier tries have left for the items of this call, and takes it over. To be called once, before
	 * anything is asked for.
	 */
	takeOver(items: ReadonlyArray<{ itemIndex: number; fingerprint: string }>): void;
	/** What an earlier try has left for an item. */
	previous(itemIndex: number): (ProjectRecord & { readonly isSameRequest: boolean }) | undefined;
	/**
	 * Credits (estimates) that count against a limit of the run: what was asked for in it by all its tries, and for an
	 * agent's tool by all calls of the execution, those that are just being made included.
	 */
	spent(): { readonly credits: number; readonly earlier: readonly ProjectRecord[] };
	/** This call is about to ask for so many credits: another call may begin in the meantime. */
	reserve(credits: number): void;
	/**
	 * A create request is about to be sent. Until more is noted, it may have created a project.
	 * @returns what later notes on this request are to name
	 * @throws {CreateOutcomeUnknownError} when an earlier try, of which nothing else is known, may have sent it, or that can't
	 * be known
	 */
	beforeCreate(itemIndex: number, request: NewRequest): Promise<Token>;
	/** The project exists, and is paid for. */
	created(token: Token, projectId: string): void;
	/**
	 * Looks after the mark of a project that exists, while its video is made: another process that n8n's database keeps
	 * waiting may have wiped it out. @param signal ends it
	 */
	uphold(token: Token, signal: AbortSignal): Promise<void>;
	/** Nobody knows what became of the request. @param reason what came instead of an answer, with the ID if it has one */
	unknown(token: Token, reason: string): void;
	/** It is certain that the request has created nothing. */
	notCreated(token: Token): Promise<void>;
	/** The project has ended without a video: it was refunded, or is final in this execution. */
	failed(token: Token, outcome: 'refunded' | FinalOutcome): Promise<void>;
	/** The item has failed, whatever it had asked for: an item that asks for the same may have it. */
	leave(itemIndex: number): void;
	/** What other items of this call have asked for, and what earlier tries of the run have left. */
	others(itemIndex: number | undefined): ProjectRecord[];
	/** The call is over. @param complete all its items were handed on */
	close(complete: boolean): void;
}

export type Token = string;

export interface NewRequest {
	readonly name: string;
	/** The name as an earlier execution would have given it, for a person who searches for it. */
	readonly searchName: string;
	/** The estimate; `null`: no rate is published. */
	readonly credits: number | null;
}

/** Not to be asked for again by this execution: a person canceled it, or its credits are still charged. */
export type FinalOutcome = 'canceled' | 'charged';

/** One create request. Part of saved executions. */
export interface ProjectRecord {
	readonly token: Token;
	/** The execution that sent it: a retry of the execution is another one. */
	readonly execution: string;
	/** The call of the node that has it now. */
	call: string;
	runIndex: number;
	itemIndex: number;
	readonly fingerprint: string;
	/** The name under which the project can be found in the Magic Hour library. */
	readonly name: string;
	/** The estimate in credits; `null`: no rate is published. */
	readonly credits: number | null;
	/** `undefined`: nobody knows what became of the request. */
	projectId?: string;
	/** Why nobody knows it; `undefined`: the request has not ended, as far as is known. */
	reason?: string;
	outcome?: FinalOutcome;
	/** The item failed after its request was sent. */
	left?: boolean;
	/** Its call has handed on all its items. */
	complete?: boolean;
	/** Its mark in n8n's database, if n8n has marks. */
	readonly mark?: string;
	/** Another process has an execution with the same mark: it is not to be removed. */
	readonly isMarkShared?: boolean;
}

/** What n8n saves of the node with the execution. */
interface Saved {
	/** How many calls and requests there were: what names them. */
	calls: number;
	requests: number;
	readonly records: ProjectRecord[];
	/** An earlier try was cut off, and what it had asked for is lost. */
	interrupted?: boolean;
}

/** Where it is in the node's context. */
const KEY = 'magicHourJournal';

/** Calls that go on, with the credits that each has reserved. They end with the process, and are never saved. */
const LIVE_CALLS = new WeakMap<Saved, Map<string, number>>();

/** What the first note of each mark of an agent's calls has found. Of this process, and never saved. */
const FIRST_NOTES = new WeakMap<Saved, Map<string, Promise<boolean | undefined>>>();

/** When a mark is looked after, in milliseconds from time to time: a database that is that busy answers late. */
const UPHOLD_PAUSES_MS = [2_000, 8_000, 20_000];

/** Tells a request from those of other executions. */
function ownerOf({ execution, token }: Pick<ProjectRecord, 'execution' | 'token'>): string {
	return `${execution} ${token}`;
}

function whenStopped(error: unknown): true {
	if (error instanceof AbortError) return true;
	throw error as Error;
}

/** Marks that are kept for a node. */
export const MAX_MARKS = 1_000;

/**
 * Opens the journal for one call of the node. To be called before anything can fail: that there is none in a retry then
 * means that n8n was killed, since it saves the node's context when the node ends. What was lost stays lost: that is
 * noted for later tries and runs of the node, and for a retry of the retry.
 */
export function openJournal(n8n: IExecuteFunctions, clock: Clock = systemClock): Journal {
	const context = n8n.getContext('node');
	const isRetry = n8n.getMode() === 'retry';
	const wasCutOff = isRetry && !(KEY in context) && hasRunBefore(n8n);
	const saved = (context[KEY] ??= { calls: 0, requests: 0, records: [] }) as Saved;
	if (wasCutOff) saved.interrupted = true;

	const runIndex = Number(n8n.evaluateExpression('{{ $runIndex }}', 0));
	const execution = n8n.getExecutionId();
	const call = String(++saved.calls);
	const live = LIVE_CALLS.get(saved) ?? new Map<string, number>();
	LIVE_CALLS.set(saved, live);
	live.set(call, 0);
	const firstNotes = FIRST_NOTES.get(saved) ?? new Map<string, Promise<boolean | undefined>>();
	FIRST_NOTES.set(saved, firstNotes);

	const { records } = saved;
	const asTool = isTool(n8n);
	const marks = marksOf(n8n, clock);
	const fingerprints = new Map<number, string>();
	const taken = new Map<number, ProjectRecord>();
	const recordOf = (token: Token) => records.find((each) => each.token === token);
	const forget = (token: Token) => {
		const index = records.findIndex((each) => each.token === token);
		if (index !== -1) records.splice(index, 1);
	};
	const isSamePlace = (each: ProjectRecord, itemIndex: number) =>
		each.runIndex === runIndex && each.itemIndex === itemIndex;
	/** No call works on it. A final outcome is not final for a person who has the execution tried again. */
	const isIdle = (each: ProjectRecord) =>
		!live.has(each.call) && (each.outcome === undefined || each.execution === execution);
	/** And no call has handed it on. */
	const isFree = (each: ProjectRecord) =>
		isIdle(each) && (each.left === true || each.complete !== true);
	const take = (each: ProjectRecord, itemIndex: number) => {
		Object.assign(each, { call, runIndex, itemIndex });
		delete each.left;
		taken.set(itemIndex, each);
	};
	/** A mark that no request has which this execution inherits: what an earlier try is known to have asked for is another. */
	const newMark = (itemIndex: number, fingerprint: string) => {
		if (!marks) return undefined;
		const inherited = new Set(
			records.flatMap((each) => (each.execution === execution ? [] : [each.mark])),
		);
		// An agent's calls of one run are told apart by what they ask for; of other nodes, an item asks for one video.
		const place = asTool ? `tool/${fingerprint}` : `${runIndex}/${itemIndex}`;
		for (let number = 0; ; number++) {
			const mark = `${marks.began}/${place}/${number}`;
			if (!inherited.has(mark)) return mark;
		}
	};
	/** Whether the mark is older than this execution: equal calls of an agent share one. `undefined`: nobody knows. */
	const noteMark = async (mark: string, owner: string) => {
		const note = marks?.note(mark, owner);
		if (note && asTool && !firstNotes.has(mark)) firstNotes.set(mark, note);
		const first = firstNotes.get(mark) ?? note;
		await note;
		return await first;
	};
	const removeMark = async (record: ProjectRecord) => {
		const { mark, isMarkShared } = record;
		if (mark === undefined || isMarkShared) return;
		firstNotes.delete(mark);
		await marks?.remove(mark, ownerOf(record));
	};

	return {
		runIndex,
		interrupted: saved.interrupted === true,

		takeOver(items) {
			for (const { itemIndex, fingerprint } of items) fingerprints.set(itemIndex, fingerprint);
			const pass = (matches: (each: ProjectRecord, item: (typeof items)[number]) => boolean) => {
				for (const item of items.filter(({ itemIndex }) => !taken.has(itemIndex))) {
					const found = records.filter((each) => isIdle(each) && matches(each, item));
					const best = found.find(({ projectId }) => projectId !== undefined) ?? found.at(-1);
					if (best) take(best, item.itemIndex);
				}
			};
			if (!asTool) {
				// n8n tries by itself: up to n8n-core 1.106 also a call that has handed on all its items.
				const isOwn: Parameters<typeof pass>[0] = (each, { itemIndex }) =>
					isSamePlace(each, itemIndex) && each.call !== call;
				pass((each, item) => isOwn(each, item) && each.fingerprint === item.fingerprint);
				// No person has changed anything since, only what an expression says.
				pass((each, item) => isOwn(each, item) && each.execution === execution);
				pass((each, item) => isOwn(each, item) && each.projectId === undefined);
			}
			pass(
				(each, item) =>
					isFree(each) &&
					each.fingerprint === item.fingerprint &&
					(each.left === true || isSamePlace(each, item.itemIndex)),
			);
		},

		previous(itemIndex) {
			const record = taken.get(itemIndex);
			const isSameRequest = record?.fingerprint === fingerprints.get(itemIndex);
			return record && { ...record, isSameRequest };
		},

		spent() {
			const counted = records.filter(
				(each) =>
					(asTool || each.runIndex === runIndex) &&
					(each.outcome === undefined || each.execution === execution),
			);
			const sumOf = (some: readonly ProjectRecord[]) =>
				some.reduce((sum, { credits }) => sum + (credits ?? 0), 0);
			const ended = counted.filter((each) => !live.has(each.call) || each.call === call);
			const others = asTool ? [...live].filter(([other]) => other !== call) : [];
			const underWay = others.map(([other, reserved]) =>
				Math.max(reserved, sumOf(records.filter((each) => each.call === other))),
			);
			return {
				credits: underWay.reduce((sum, each) => sum + each, sumOf(ended)),
				earlier: counted.filter((each) => each.call !== call),
			};
		},

		reserve: (credits) => void live.set(call, credits),

		async beforeCreate(itemIndex, { name, searchName, credits }) {
			const fingerprint = fingerprints.get(itemIndex) ?? '';
			const token = String(++saved.requests);
			const request = { token, execution, call, runIndex, itemIndex, fingerprint, name, credits };
			const mark = newMark(itemIndex, fingerprint);
			const wasMarked = mark !== undefined && (await noteMark(mark, ownerOf(request)));
			const isOwn = records.some((each) => each.execution === execution && each.mark === mark);
			if (isRetry && mark !== undefined && wasMarked !== false && !isOwn) {
				marks?.disown(mark, ownerOf(request));
				throw wasMarked ? interruptedTry(searchName) : unknownTry(searchName);
			}
			const isMarkShared =
				wasMarked === true && !isOwn && marks?.isOthers(mark, ownerOf(request)) !== true;
			records.push({ ...request, ...(mark && { mark }), ...(isMarkShared && { isMarkShared }) });
			// n8n's log outlives an n8n that is killed. A name of many lines is one line there.
			n8n.logger.info(`Magic Hour is asked for a video: ${JSON.stringify(name)}`);
			return token;
		},

		created(token, projectId) {
			const record = recordOf(token);
			if (record) record.projectId = projectId;
			n8n.logger.info(
				`Magic Hour project ${formatValue(projectId)} was created: ${JSON.stringify(record?.name)}`,
			);
			addToCustomData(n8n, projectId);
		},

		async uphold(token, signal) {
			const record = recordOf(token);
			if (!record?.mark || !marks) return;
			const [...pauses] = UPHOLD_PAUSES_MS;
			for (let pause = pauses.shift(); pause !== undefined; ) {
				const isOver = await clock.sleep(pause, signal).then(() => false, whenStopped);
				if (isOver) return;
				await marks.note(record.mark, ownerOf(record));
				// The execution that has the same one may remove it at any time.
				pause = pauses.shift() ?? (record.isMarkShared ? pause : undefined);
			}
		},

		unknown(token, reason) {
			const record = recordOf(token);
			if (record) record.reason = reason;
			// The execution may have ended: an ID that an odd answer has is in the log, too.
			n8n.logger.warn(
				`Magic Hour: nobody knows whether ${JSON.stringify(record?.name)} was created: ${reason}`,
			);
		},

		async notCreated(token) {
			const record = recordOf(token);
			forget(token);
			if (record) await removeMark(record);
		},

		async failed(token, outcome) {
			const record = recordOf(token);
			if (outcome === 'refunded') forget(token);
			else if (record) record.outcome = outcome;
			if (record) await removeMark(record);
		},

		leave(itemIndex) {
			for (const each of records) {
				if (each.call === call && each.itemIndex === itemIndex) each.left = true;
			}
		},

		others: (itemIndex) =>
			records.filter(
				(each) =>
					(each.call === call && each.itemIndex !== itemIndex) ||
					(!asTool && each.call !== call && each.runIndex === runIndex && isFree(each)),
			),

		close(complete) {
			live.delete(call);
			for (const each of records) {
				if (each.call === call && complete) each.complete = true;
			}
		},
	};
}

/** @param name under which its videos can be found */
export function interruptedTry(name: string): CreateOutcomeUnknownError {
	return new CreateOutcomeUnknownError(
		'An earlier try of this execution was cut off, or another retry of it asks for the same. It may have created videos, so no request is sent again',
		'A stopped execution shows their project IDs in its custom data; n8n\'s log has a line "Magic Hour project … was created" for each, and your Magic Hour library has them under the name ' +
			`${JSON.stringify(name)}. Use the Get operation with the project ID. If there are none, run the ` +
			'workflow anew instead of retrying this execution.',
		undefined,
		'MAGIC_HOUR_INTERRUPTED_RETRY',
	);
}

/** What an earlier try may have asked for can't be known. @param name under which its video can be found */
function unknownTry(name: string): CreateOutcomeUnknownError {
	return new CreateOutcomeUnknownError(
		"n8n's database did not tell whether an earlier try of this execution has asked for this video, so no request is sent",
		"See n8n's log for what is wrong with the database, and retry the execution then. Or look in your Magic Hour library " +
			`for the name ${JSON.stringify(name)}, and run the workflow anew if there is none.`,
		undefined,
		'MAGIC_HOUR_INTERRUPTED_RETRY',
	);
}

/** Whether the execution that is tried again had begun this node. */
function hasRunBefore(n8n: IExecuteFunctions): boolean {
	const node = n8n.getWorkflowDataProxy(0).$(n8n.getNode().name) as { isExecuted?: boolean };
	return node.isExecuted === true;
}

interface Marks {
	/** When the execution began, which its retries inherit. */
	readonly began: number | string;
	/**
	 * @param owner the request
	 * @returns whether it was there before; `undefined`: the database takes no marks, which is told in the log
	 */
	note(mark: string, owner: string): Promise<boolean | undefined>;
	remove(mark: string, owner: string): Promise<void>;
	/** Whether another request of this process has it. */
	isOthers(mark: string, owner: string): boolean;
	/** The request is not sent after all, and the mark is that of another one. */
	disown(mark: string, owner: string): void;
}

/** Where n8n does not tell when the execution began (versions before 2.0), there are no marks. */
function marksOf(n8n: IExecuteFunctions, clock: Clock): Marks | undefined {
	// Older versions of n8n don't have it, whatever the types say.
	const began = (n8n as Partial<IExecuteFunctions>).getExecutionContext?.()?.establishedAt;
	if (began === undefined) return undefined;
	const database = databaseMarksOf(marksRowOf(n8n), n8n.helpers, clock, MAX_MARKS);
	let isTold = false;
	const withoutMarks = (error: unknown) => {
		if (!isTold) {
			n8n.logger.warn(
				`Magic Hour: n8n's database did not take the note of a create request, so a retry after a crash of n8n could send it again: ${String(error)}${isWithoutConnection(error) ? `. ${POOL_HINT}` : ''}`,
			);
		}
		isTold = true;
		return undefined;
	};
	return {
		began,
		note: async (mark, owner) => await database.note(mark, owner).catch(withoutMarks),
		remove: async (mark, owner) => {
			await database.remove(mark, owner).catch(withoutMarks);
		},
		isOthers: (mark, owner) => database.isOthers(mark, owner),
		disown: (mark, owner) => void database.disown(mark, owner),
	};
}

const CUSTOM_DATA = { key: 'magic_hour_projects', maxLength: 255 };

/**
 * Adds a project to the custom data of the execution, which n8n shows beside it. The latest ones are kept if there are
 * many. Reached as expressions reach it: n8n before 2.33 gives nodes no other way.
 */
function addToCustomData(n8n: IExecuteFunctions, projectId: string): void {
	try {
		const { customData } = n8n.getWorkflowDataProxy(0).$execution as Pick<typeof n8n, 'customData'>;
		const ids = (customData.get(CUSTOM_DATA.key) ?? '').split(' ').filter(Boolean);
		ids.push(projectId);
		while (ids.join(' ').length > CUSTOM_DATA.maxLength) ids.shift();
		customData.set(CUSTOM_DATA.key, ids.join(' '));
	} catch (error) {
		n8n.logger.warn(
			`Magic Hour: n8n did not take the custom data of project ${projectId}: ${String(error)}`,
		);
	}
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
