import { NodeApiError, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import {
	CreateOutcomeUnknownError,
	InvalidInputError,
	ProjectError,
	RequestError,
	AbortError,
} from '../lib/errors';

/**
 * An error as n8n shows it: what happened as the message, with the item; what to do as the description. Built from
 * texts alone: the network's errors hold requests, and with them the API key, and n8n saves what an error holds.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex: number | undefined,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, hint, status } = partsOf(error);
	const text = spellForN8n(itemIndex === undefined ? message : `${message} [item ${itemIndex}]`);
	if (status === undefined) {
		return new NodeOperationError(node, text, { itemIndex, description: hint });
	}
	return new NodeApiError(
		node,
		{ message: text },
		{ message: text, description: hint, httpCode: String(status), itemIndex },
	);
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
	/** The project that there is. */
	project_id?: string;
}

/**
 * The JSON of a failed item. n8n sends an item to a node's error output, and adds the fields of its input, only if it has
 * exactly the keys `error` and `message` (`handleNodeErrorOutput`; since 2.36 it may have `details`, too) and, in versions
 * before that, neither is empty. It throws all of this away if the item has an `error` beside its `json`. At the error
 * output the project's id is therefore in the text alone.
 */
export function failedItemJson(node: Pick<INode, 'onError'>, error: unknown): FailedItemJson {
	const { message, hint } = partsOf(error);
	const json = { error: message, message: hint || lastResort(error) };
	if (node.onError === 'continueErrorOutput' || !(error instanceof ProjectError)) return json;
	return { ...json, project_id: error.projectId };
}

function lastResort(error: unknown): string {
	if (error instanceof InvalidInputError) return 'Change what the error names.';
	return "n8n's log may say more.";
}

function partsOf(error: unknown): { message: string; hint?: string; status?: number } {
	if (
		error instanceof RequestError ||
		error instanceof CreateOutcomeUnknownError ||
		error instanceof ProjectError
	) {
		return { message: error.message, hint: error.hint, status: error.status };
	}
	if (error instanceof InvalidInputError) return { message: error.message, hint: error.hint };
	if (error instanceof AbortError) return { message: error.message };
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		return { message: error.message, hint: error.description ?? undefined };
	}
	return { message: error instanceof Error ? error.message : String(error) };
}
