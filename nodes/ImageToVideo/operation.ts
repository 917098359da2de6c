import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Session } from './session';

/**
 * One operation of the node: its fields and what it does, in one file. The work on an item has two halves, so that the
 * input of every item has been checked before the first request is made for any.
 */
export interface Operation<Prepared> {
	readonly fields: INodeProperties[];
	/** Reads and checks one item's input. Makes no request. */
	prepare(n8n: IExecuteFunctions, itemIndex: number): Promise<Prepared>;
	/** Carries it out. `pairedItem` is added by the caller. */
	run(task: Task<Prepared>): Promise<Result>;
}

export interface Task<Prepared> {
	readonly input: Prepared;
	readonly itemIndex: number;
	readonly signal: AbortSignal;
	/** Begins on the first call: an operation that makes no request needs no credential. */
	session(): Promise<Session>;
	/** Shows a note in the node's panel after the run. */
	hint(text: string): void;
}

export type Result = Pick<INodeExecutionData, 'json' | 'binary'>;
