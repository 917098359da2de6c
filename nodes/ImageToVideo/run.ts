import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../shared/clock';
import { inParallel } from '../shared/inParallel';
import { failedItemJson, toNodeError } from '../shared/nodeErrors';
import { hasSilentErrors, inOneText, isTool, withoutNulls } from './asTool';
import type { Batch, Operation } from './operation';
import { operationOf } from './operations';
import { beginSession, openMemory, type Memory } from './session';

/** Items that are worked on side by side by operations that say nothing else. */
const WORKERS = 5;

/** Runs the node: checks the input of every item, then carries the items out side by side. Output order is input order. */
export async function runImageToVideo(n8n: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = operationOf(n8n.getNodeParameter('operation', 0));
	const memory = openMemory(n8n);
	const session = once(async () => await beginSession(n8n, memory));
	const hint = hintOnce(n8n);

	const all = await prepareAll(n8n, operation);
	const items = all.flatMap((item) => (item.failed ? [] : [item]));
	let batch: Batch<unknown> = { workers: WORKERS, shared: undefined };
	try {
		if (items.length > 0) batch = (await operation.share?.({ n8n, items, session })) ?? batch;
	} catch (error) {
		const refused = (itemIndex: number) => failed(n8n, error, itemIndex, NO_OTHERS, WHOLE_RUN);
		return [all.map((item) => (item.failed ? item.output : refused(item.itemIndex)))];
	}

	const { workers, shared } = batch;
	const outputs = await inParallel(
		all,
		workers,
		async (item, signal) => {
			if (item.failed) return item.output;
			const { input, itemIndex } = item;
			try {
				const result = await operation.run({ input, shared, itemIndex, signal, session, hint });
				const json = isTool(n8n) ? withoutNulls(result.json) : result.json;
				return { ...result, json, pairedItem: { item: itemIndex } };
			} catch (error) {
				return failed(n8n, error, itemIndex, otherProjects(memory, itemIndex));
			}
		},
		n8n.getExecutionCancelSignal(),
	);
	if (items.length > 0) operation.report?.(shared).forEach(hint);
	return [outputs];
}

type Prepared =
	| { readonly failed: false; readonly itemIndex: number; readonly input: unknown }
	| { readonly failed: true; readonly output: INodeExecutionData };

/** Items that are checked before the rest of n8n has its turn: expressions take their time. */
const ITEMS_PER_TURN = 20;

/** Checks the input of every item before any request, so that a wrong last item does not leave paid videos behind. */
async function prepareAll(
	n8n: IExecuteFunctions,
	operation: Operation<unknown, unknown>,
): Promise<Prepared[]> {
	const prepared: Prepared[] = [];
	for (const itemIndex of n8n.getInputData().keys()) {
		if (itemIndex % ITEMS_PER_TURN === 0) await systemClock.turn();
		try {
			prepared.push({ failed: false, itemIndex, input: await operation.prepare(n8n, itemIndex) });
		} catch (error) {
			prepared.push({ failed: true, output: failed(n8n, error, itemIndex, NO_OTHERS) });
		}
	}
	return prepared;
}

const NO_OTHERS = '';
const WHOLE_RUN = true;

/**
 * An item's failure, as the node's error settings want it: an output item, or the end of the run.
 * @param others what to say of the projects of other items
 * @param wholeRun the failure is that of all items, and names none
 * @throws {NodeApiError | NodeOperationError} unless the node goes on with the other items
 */
function failed(
	n8n: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	others: string,
	wholeRun = false,
): INodeExecutionData {
	if (n8n.continueOnFail() || hasSilentErrors(n8n)) {
		return { json: failedItemJson(n8n.getNode(), error), pairedItem: { item: itemIndex } };
	}
	const asTool = isTool(n8n);
	const nodeError = toNodeError(n8n.getNode(), error, wholeRun || asTool ? undefined : itemIndex);
	nodeError.description = [nodeError.description, others].filter(Boolean).join(' ');
	if (asTool) nodeError.description = nodeError.message = inOneText(nodeError);
	throw nodeError;
}

/** Names the projects of other items, whose output is lost when the run ends here. */
function otherProjects({ ledger, runIndex }: Memory, itemIndex: number): string {
	const others = ledger.projectsOf(runIndex).filter((entry) => entry.itemIndex !== itemIndex);
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
