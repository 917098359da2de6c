import type { ErrorCode } from './errorCodes';

/**
 * What can go wrong, in terms of the person who pays: plain errors without n8n, each with a code. The node turns them into
 * n8n's errors at its edge (see `nodeErrors.ts`), and adds the item.
 */

/** The input is wrong. Nothing has been uploaded, created or charged because of it. */
export class InvalidInputError extends Error {
	override name = 'InvalidInputError';

	/** @param hint what to do, when the message alone does not say it */
	constructor(
		message: string,
		readonly hint?: string,
		readonly code: ErrorCode = 'MAGIC_HOUR_INVALID_INPUT',
	) {
		super(message);
	}
}

/**
 * What is known about a request that failed:
 * - `refused`: the server that was meant answered that it did not do it
 * - `unsent`: it never reached the server
 * - `unknown`: the server may have done it
 */
export type Fate = 'refused' | 'unsent' | 'unknown';

export interface RequestErrorDetails {
	readonly code: ErrorCode;
	readonly message: string;
	/** What to do about it. */
	readonly hint: string;
	readonly fate: Fate;
	/** HTTP status, when an answer came. */
	readonly status?: number;
	/** How long the server asked to wait before the next try, in milliseconds. */
	readonly retryAfterMs?: number;
	/** Sending the same request again may help, provided that its `fate` allows it. */
	readonly temporary: boolean;
}

/** A request to Magic Hour, or to its storage, failed. */
export class RequestError extends Error {
	override name = 'RequestError';
	readonly code: ErrorCode;
	readonly hint: string;
	readonly fate: Fate;
	readonly status?: number;
	readonly retryAfterMs?: number;
	readonly temporary: boolean;

	constructor(details: RequestErrorDetails) {
		super(details.message);
		this.code = details.code;
		this.hint = details.hint;
		this.fate = details.fate;
		this.status = details.status;
		this.retryAfterMs = details.retryAfterMs;
		this.temporary = details.temporary;
	}
}

/** A project exists (it may have been paid for) and its video could not be handed on. Carries what is needed to resume. */
export class ProjectError extends Error {
	override name = 'ProjectError';

	constructor(
		message: string,
		readonly projectId: string,
		readonly hint: string,
		readonly code: ErrorCode,
		/** HTTP status of the answer behind it, when there was one. */
		readonly status?: number,
	) {
		super(message);
	}
}

/** A create request was sent and nobody knows whether Magic Hour took it. It is never sent again. */
export class CreateOutcomeUnknownError extends Error {
	override name = 'CreateOutcomeUnknownError';

	constructor(
		message: string,
		readonly hint: string,
		readonly status?: number,
		readonly code: ErrorCode = 'MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN',
	) {
		super(message);
	}
}

/** The person stopped the execution, or another item's failure ended the run. */
export class AbortError extends Error {
	override name = 'AbortError';
	readonly code: ErrorCode = 'MAGIC_HOUR_STOPPED';
}

/** What was thrown, in words. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
