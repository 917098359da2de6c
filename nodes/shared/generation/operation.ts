import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import type { RunContext } from './runContext';

/**
 * One operation of the node: its fields and what it does. The work on an item has two halves, so that the
 * input of every item has been checked before the first request is made for any.
 */
export interface Operation<Prepared, Shared = undefined> {
	/** How the list of operations shows it. */
	readonly option: INodePropertyOptions & { readonly value: string };
	/** Whether it makes requests. */
	readonly needsCredential: boolean;
	readonly fields: INodeProperties[];
	/** Reads and checks one item's input. Makes no request. */
	prepare(n8n: IExecuteFunctions, itemIndex: number): Promise<Prepared>;
	/**
	 * Sets up what the items of a run share, when the input of all of them has been checked. Makes no request but to read
	 * the account.
	 * @throws {InvalidInputError} when the run as a whole must not begin
	 */
	beforeBatch?(run: Run<Prepared>): Promise<Batch<Shared, Prepared>>;
	/** Carries it out. `pairedItem` is added by the caller. */
	run(task: Task<Prepared, Shared>): Promise<Result>;
	/** What to tell of the run as a whole in the node's panel, when all its items are through. */
	report?(shared: Shared): readonly string[];
}

export interface Run<Prepared> {
	readonly n8n: IExecuteFunctions;
	/** The items whose input is right. */
	readonly items: ReadonlyArray<{ readonly itemIndex: number; readonly input: Prepared }>;
	context(): Promise<RunContext>;
	/** Shows a note in the node's panel after the run. */
	hint(text: string): void;
}

export interface Batch<Shared, Prepared = unknown> {
	/** Items whose input is now known better. */
	readonly items?: Run<Prepared>['items'];
	/** Why items can't be carried out after all, by their index. */
	readonly refused?: ReadonlyMap<number, Error>;
	/** How many items are worked on side by side, if not as many as usual. */
	readonly workers?: number;
	readonly shared: Shared;
	/** All items have ended, well or not. */
	close?(): Promise<void>;
}

export interface Task<Prepared, Shared = undefined> {
	readonly input: Prepared;
	readonly shared: Shared;
	readonly itemIndex: number;
	readonly signal: AbortSignal;
	/** Begins on the first call: an operation that makes no request needs no credential. */
	context(): Promise<RunContext>;
	/** Shows a note in the node's panel after the run. */
	hint(text: string): void;
}

export type Result = Pick<INodeExecutionData, 'json' | 'binary'>;
