import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** What is different when an AI agent calls the node as its tool: a language model reads what comes out. */

/** Whether one does: n8n makes the tool from the node, and gives its type another name. */
export function isTool(n8n: IExecuteFunctions): boolean {
	return n8n.getNode().type.endsWith('Tool');
}

/**
 * Whether an error that is thrown would be lost (n8n 2.41.1, `makeHandleToolInvocation`). Agents before version 3, and
 * agents that are tools themselves, call the node on their own: the model gets an empty answer for an error, and Retry
 * On Fail counts each try as another run, so that the journal does not know what the last one paid for.
 * Older n8n does not say.
 */
export function hasSilentErrors(n8n: Partial<IExecuteFunctions>): boolean {
	return n8n.isToolExecution?.() ?? false;
}

/**
 * An error's message with what to do about it. n8n (2.41.1, `handleNodeExecutionError`) gives the model the message
 * alone, and shows the description alone to a person in a chat.
 */
export function inOneText({
	message,
	description,
}: {
	readonly message: string;
	readonly description?: string | null;
}): string {
	return description ? `${message.replace(/\.$/, '')}. ${description}` : message;
}

/** Leaves out what is not known, or not there yet: it tells a language model nothing. */
export function withoutNulls(json: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}
