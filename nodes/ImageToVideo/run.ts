import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { inParallel } from '../shared/inParallel';
import { failedItemJson, toNodeError } from '../shared/nodeErrors';
import type { Operation } from './operation';
import { operationOf } from './operations';
import { beginSession, type Session } from './session';

/** Items that are worked on side by side: the number of concurrent jobs that the smallest paid plan allows. */
const CONCURRENT_ITEMS = 3;

/** Runs the node: checks the input of every item, then carries the items out side by side. Output order is input order. */
export async function runImageToVideo(n8n: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = operationOf(n8n.getNodeParameter('operation', 0));
	const indexes = n8n.getInputData().map((_, index) => index);
	const session = once(async () => await beginSession(n8n));
	const hint = hintOnce(n8n);

	const prepared = await prepareAll(n8n, operation, indexes);
	const outputs = await inParallel(
		prepared,
		CONCURRENT_ITEMS,
		async (item, signal) => {
			if (item.failed) return item.output;
			const { input, itemIndex } = item;
			try {
				const result = await operation.run({ input, itemIndex, signal, session, hint });
				return { ...result, pairedItem: { item: itemIndex } };
			} catch (error) {
				return await failed(n8n, error, itemIndex, session);
			}
		},
		n8n.getExecutionCancelSignal(),
	);
	return [outputs];
}

type Prepared =
	| { readonly failed: false; readonly itemIndex: number; readonly input: unknown }
	| { readonly failed: true; readonly output: INodeExecutionData };

/** Checks the input of every item before any request, so that a wrong last item does not leave paid videos behind. */
async function prepareAll(
	n8n: IExecuteFunctions,
	operation: Operation<unknown>,
	indexes: readonly number[],
): Promise<Prepared[]> {
	const prepared: Prepared[] = [];
	for (const itemIndex of indexes) {
		try {
			prepared.push({ failed: false, itemIndex, input: await operation.prepare(n8n, itemIndex) });
		} catch (error) {
			prepared.push({ failed: true, output: await failed(n8n, error, itemIndex) });
		}
	}
	return prepared;
}

/**
 * An item's failure, as the node's error settings want it: an output item, or the end of the run.
 * @throws {NodeApiError | NodeOperationError} unless the node goes on with the other items
 */
async function failed(
	n8n: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	session?: () => Promise<Session>,
): Promise<INodeExecutionData> {
	const nodeError = toNodeError(n8n.getNode(), error, itemIndex);
	if (n8n.continueOnFail()) {
		const { message, ...details } = failedItemJson(error);
		return {
			json: { error: message, ...details },
			error: nodeError,
			pairedItem: { item: itemIndex },
		};
	}
	const others = session ? await otherProjects(session, itemIndex) : '';
	nodeError.description = [nodeError.description, others].filter(Boolean).join(' ');
	throw nodeError;
}

/** Names the projects of other items, whose output is lost when the run ends here. */
async function otherProjects(session: () => Promise<Session>, itemIndex: number): Promise<string> {
	const { ledger, runIndex } = await session();
	const others = ledger.of(runIndex).filter((entry) => entry.itemIndex !== itemIndex);
	if (others.length === 0) return '';
	const list = others.map((entry) => `item ${entry.itemIndex}: ${entry.projectId}`).join(', ');
	return `Other videos of this run exist at Magic Hour and can be had with the Get operation: ${list}.`;
}

/** Calls a function on the first call only, and returns that result ever after. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return async () => await (result ??= work());
}

function hintOnce(n8n: IExecuteFunctions): (text: string) => void {
	const shown = new Set<string>();
	return (text) => {
		if (shown.has(text)) return;
		shown.add(text);
		n8n.addExecutionHints({ message: text, location: 'outputPane' });
	};
}
