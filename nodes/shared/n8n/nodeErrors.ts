import { NodeApiError, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { ERROR_CODES, type ErrorCode } from '../lib/errorCodes';
import {
	CreateOutcomeUnknownError,
	InvalidInputError,
	ProjectError,
	RequestError,
	AbortError,
	messageOf,
} from '../lib/errors';

/**
 * What n8n shows. A `code` of its own reaches error workflows as `execution.error.code`, since n8n (2.41.1,
 * `reportNodeExecutionError`) hands on all that an error has.
 */
export type CodedNodeError = (NodeApiError | NodeOperationError) & { code: ErrorCode };

/**
 * An error as n8n shows it: what happened as the message, with the item; what to do, and the code, as the description.
 * Built from texts alone: the network's errors hold requests, and with them the API key, and n8n saves what an error holds.
 * @param more sentences to add to what to do
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex: number | undefined,
	more: readonly string[] = [],
): CodedNodeError {
	const { code, hint, ...parts } = partsOf(error);
	const nodeError =
		error instanceof NodeApiError || error instanceof NodeOperationError
			? error
			: newNodeError(node, parts, itemIndex);
	nodeError.description = withCode([hint, ...more].filter(Boolean).join(' '), code);
	return Object.assign(nodeError, { code });
}

function newNodeError(
	node: INode,
	{ message, status }: Pick<ErrorParts, 'message' | 'status'>,
	itemIndex: number | undefined,
): NodeApiError | NodeOperationError {
	const text = spellForN8n(itemIndex === undefined ? message : `${message} [item ${itemIndex}]`);
	if (status === undefined) return new NodeOperationError(node, text, { itemIndex });
	return new NodeApiError(
		node,
		{ message: text },
		{ message: text, httpCode: String(status), itemIndex },
	);
}

/** Where a code has no field of its own, it stands behind what to do. */
function withCode(hint: string, code: ErrorCode): string {
	return `${hint} [${code}]`;
}

/**
 * n8n (2.41.1, `processSuccessExecution`) takes an execution for one that a person canceled when the message has that
 * word, and then starts no error workflow. The other spelling is safe.
 */
function spellForN8n(message: string): string {
	return message.replace(/(cancel)(ed)/gi, '$1l$2');
}

/** What a failed item hands on, where the node goes on in spite of the failure. */
export interface FailedItemJson extends IDataObject {
	/** What happened, with the project's id if there is one. */
	error: string;
	/** What to do. */
	message: string;
	error_code?: ErrorCode;
	/** The project that there is. */
	project_id?: string;
}

/**
 * The JSON of a failed item. n8n sends an item to a node's error output, and adds the fields of its input, only if it has
 * exactly the keys `error` and `message` (`handleNodeErrorOutput`; since 2.36 it may have `details`, too) and, in versions
 * before that, neither is empty. It throws all of this away if the item has an `error` beside its `json`. At the error
 * output the project's id and the code are therefore in the texts alone.
 */
export function failedItemJson(node: Pick<INode, 'onError'>, error: unknown): FailedItemJson {
	const { message, hint, code } = partsOf(error);
	if (node.onError === 'continueErrorOutput') {
		return { error: message, message: withCode(hint, code) };
	}
	const json = { error: message, message: hint, error_code: code };
	return error instanceof ProjectError ? { ...json, project_id: error.projectId } : json;
}

interface ErrorParts {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
	readonly status?: number;
}

function partsOf(error: unknown): ErrorParts {
	const { code, message, hint, status } = knownPartsOf(error);
	return { code, message, hint: hint || ERROR_CODES[code].fix, status };
}

function knownPartsOf(error: unknown): Omit<ErrorParts, 'hint'> & { hint?: string } {
	if (
		error instanceof RequestError ||
		error instanceof CreateOutcomeUnknownError ||
		error instanceof ProjectError
	) {
		return { code: error.code, message: error.message, hint: error.hint, status: error.status };
	}
	if (error instanceof InvalidInputError) {
		return { code: error.code, message: error.message, hint: error.hint };
	}
	if (error instanceof AbortError) return { code: error.code, message: error.message };
	const code = 'MAGIC_HOUR_UNEXPECTED_ERROR';
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		return { code, message: error.message, hint: error.description ?? undefined };
	}
	return { code, message: messageOf(error) };
}
