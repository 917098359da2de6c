import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../lib/clock';
import { mapConcurrently } from '../lib/mapConcurrently';
import { once } from '../lib/once';
import { failedItemJson, toNodeError, type CodedNodeError } from '../n8n/nodeErrors';
import { hasSilentErrors, inOneText, isTool, withoutNulls } from './aiTool';
import type { Batch, Operation } from './operation';
import { openJournal, type Journal } from './journal';
import { openContext, type RunContext } from './runContext';
import { assertOwnCall, useOwnCall } from './toolCall';

/** The operations of a node, by value. @throws {InvalidInputError} for a value that it does not have */
export type FindOperation = (value: unknown) => Operation<unknown, unknown>;

/** Items that are worked on side by side, unless the operation says otherwise. */
const WORKERS = 5;

/**
 * Runs the node: checks the input of every item, then carries the items out side by side. Output order is input order.
 * @throws {NodeApiError | NodeOperationError} the first failure, unless the node goes on with the other items
 */
export async function execute(
	n8n: IExecuteFunctions,
	findOperation: FindOperation,
): Promise<INodeExecutionData[][]> {
	useOwnCall(n8n);
	const journal = openJournal(n8n);
	let close = () => {};
	const context = once(async () => {
		const opened = await openContext(n8n, journal);
		({ close } = opened);
		return opened;
	});
	let complete = false;
	try {
		const run = await runItems(n8n, findOperation, context);
		({ complete } = run);
		return [run.outputs];
	} catch (error) {
		throw error instanceof EndOfRun ? nodeErrorOf(n8n, error, journal) : error;
	} finally {
		close();
		journal.close(complete);
	}
}

interface RunOutput {
	readonly outputs: INodeExecutionData[];
	/** No item has failed. */
	readonly complete: boolean;
}

async function runItems(
	n8n: IExecuteFunctions,
	findOperation: FindOperation,
	context: () => Promise<RunContext>,
): Promise<RunOutput> {
	const operation = findOperation(n8n.getNodeParameter('operation', 0));
	const hint = hintOnce(n8n);

	const all = await prepareAll(n8n, operation);
	const items = all.flatMap((item) => (item.failed ? [] : [item]));
	let batch: Batch<unknown> = { shared: undefined };
	try {
		if (items.length > 0)
			batch = (await operation.beforeBatch?.({ n8n, items, context, hint })) ?? batch;
	} catch (error) {
		const refused = (itemIndex: number) => failed(n8n, error, itemIndex, WHOLE_RUN);
		const outputs = all.map((item) => (item.failed ? item.output : refused(item.itemIndex)));
		return { outputs, complete: false };
	}

	const { workers = WORKERS, shared, close } = batch;
	const refused = await refuseItems(n8n, batch);
	const inputs = new Map(batch.items?.map(({ itemIndex, input }) => [itemIndex, input]));
	let complete = items.length - refused.size === all.length;
	const outputs = await mapConcurrently(
		all,
		workers,
		async (item, signal) => {
			if (item.failed) return item.output;
			const { itemIndex } = item;
			const input = inputs.get(itemIndex) ?? item.input;
			const refusal = refused.get(itemIndex);
			if (refusal) return refusal;
			try {
				const result = await operation.run({ input, shared, itemIndex, signal, context, hint });
				const json = isTool(n8n) ? withoutNulls(result.json) : result.json;
				return { ...result, json, pairedItem: { item: itemIndex } };
			} catch (error) {
				complete = false;
				return failed(n8n, error, itemIndex);
			}
		},
		n8n.getExecutionCancelSignal(),
	).finally(close);
	if (items.length > 0) operation.report?.(shared).forEach(hint);
	return { outputs, complete };
}

/** The outputs of the items that the batch does not take. @throws {EndOfRun} before any other item is begun */
async function refuseItems(
	n8n: IExecuteFunctions,
	{ refused = new Map(), close }: Batch<unknown>,
): Promise<ReadonlyMap<number, INodeExecutionData>> {
	try {
		return new Map([...refused].map(([index, error]) => [index, failed(n8n, error, index)]));
	} catch (error) {
		await close?.();
		throw error as Error;
	}
}

type Prepared =
	| { readonly failed: false; readonly itemIndex: number; readonly input: unknown }
	| { readonly failed: true; readonly output: INodeExecutionData };

/** Images that are read at a time: each may take one of the few connections that n8n has to its database. */
const READ_AT_A_TIME = 4;

/** Items that each of these checks before the rest of n8n has its turn: expressions take their time. */
const ITEMS_PER_TURN = 5;

/**
 * Checks the input of every item before any request, so that a wrong last item does not leave paid videos behind. Items
 * are begun in order; that of the first wrong one, in order, is the failure that ends a run.
 */
async function prepareAll(
	n8n: IExecuteFunctions,
	operation: Operation<unknown, unknown>,
): Promise<Prepared[]> {
	const goesOn = isGoingOn(n8n);
	let isOver = false;
	const attempts = await mapConcurrently(
		[...n8n.getInputData().keys()],
		READ_AT_A_TIME,
		async (itemIndex) => {
			// One that was begun earlier has failed, and all before that one are begun.
			if (isOver) return [];
			if (itemIndex % ITEMS_PER_TURN === 0) await systemClock.yieldToEventLoop();
			try {
				assertOwnCall(n8n);
				return [{ itemIndex, input: await operation.prepare(n8n, itemIndex) }];
			} catch (error) {
				isOver = !goesOn;
				return [{ itemIndex, error }];
			}
		},
		n8n.getExecutionCancelSignal(),
	);
	return attempts.flat().map((attempt) => {
		const { itemIndex } = attempt;
		return 'error' in attempt
			? { failed: true, output: failed(n8n, attempt.error, itemIndex) }
			: { failed: false, itemIndex, input: attempt.input };
	});
}

function isGoingOn(n8n: IExecuteFunctions): boolean {
	return n8n.continueOnFail() || hasSilentErrors(n8n);
}

/** The failure that a run ends with. What to say of other items is known when they have ended, too. */
class EndOfRun extends Error {
	/** @param itemIndex `undefined`: the failure is that of all items */
	constructor(
		readonly failure: unknown,
		readonly itemIndex?: number,
	) {
		super('The run of the node ended');
	}
}

const WHOLE_RUN = true;

/**
 * An item's failure, as the node's error settings want it: an output item, or the end of the run.
 * @param wholeRun the failure is that of all items, and names none
 * @throws {EndOfRun} unless the node goes on with the other items
 */
function failed(
	n8n: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	wholeRun = false,
): INodeExecutionData {
	if (!isGoingOn(n8n)) {
		throw new EndOfRun(error, wholeRun ? undefined : itemIndex);
	}
	return { json: failedItemJson(n8n.getNode(), error), pairedItem: { item: itemIndex } };
}

function nodeErrorOf(
	n8n: IExecuteFunctions,
	{ failure, itemIndex }: EndOfRun,
	journal: Journal,
): CodedNodeError {
	const asTool = isTool(n8n);
	const nodeError = toNodeError(
		n8n.getNode(),
		failure,
		asTool ? undefined : itemIndex,
		otherRequests(journal, itemIndex),
	);
	if (asTool) nodeError.description = nodeError.message = inOneText(nodeError);
	return nodeError;
}

/** Says what other items have asked Magic Hour for. Their output is lost when the run ends. */
function otherRequests(journal: Journal, itemIndex: number | undefined): string[] {
	const others = journal.others(itemIndex);
	const sentence = (beginning: string, items: readonly string[]) =>
		items.length === 0 ? '' : `${beginning}: ${items.join(', ')}.`;
	return [
		sentence(
			'Other videos of this run exist at Magic Hour and can be had with the Get operation',
			others.flatMap((each) => (each.projectId ? `item ${each.itemIndex}: ${each.projectId}` : [])),
		),
		sentence(
			'Nobody knows whether these were created: look for their names in your Magic Hour library',
			others.flatMap(({ projectId, itemIndex, name, reason }) =>
				projectId ? [] : `item ${itemIndex}: "${name}"${reason ? ` (${reason})` : ''}`,
			),
		),
	];
}

function hintOnce(n8n: IExecuteFunctions): (text: string) => void {
	const shown = new Set<string>();
	return (text) => {
		if (shown.has(text)) return;
		shown.add(text);
		n8n.addExecutionHints({ message: text, location: 'outputPane' });
	};
}
