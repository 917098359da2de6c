import type { BinaryDataService } from 'n8n-core';
import type {
	ExecutionError,
	ExecutionStatus,
	IDataObject,
	INodeExecutionData,
	IRun,
	IRunExecutionData,
	NodeExecutionHint,
} from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

import { NODE, SOURCES } from './harness-workflow.mts';
import { statusOf } from './old-core.mts';
import { showAll } from './show-all.mts';

/** What n8n would save of an execution, seen from the node under test. */
export interface EngineRun {
	readonly status: ExecutionStatus;
	/** The node's outputs: the main one, and with `continueErrorOutput` the error output after it. */
	readonly output: readonly INodeExecutionData[][];
	/** The node's error as it stands in the run data; undefined when the execution went on. */
	readonly error: ExecutionError | undefined;
	readonly hints: readonly NodeExecutionHint[];
	/** What the node left with `getContext('node')`. */
	readonly contextData: IDataObject;
	/** For each output, the JSON of the input item that n8n pairs each of its items with. */
	readonly sources: readonly IDataObject[][];
	/** The whole of the saved execution. */
	readonly data: IRunExecutionData;
	/** Everything that can be seen of the run, hidden parts of errors too, and n8n's log of it. */
	readonly visible: string;
	/** A file of an output item, read back from n8n's binary data. */
	binary(item: number, field: string, output?: number): Promise<Buffer>;
}

/** @param log what was logged during the run */
export function viewRun(
	run: IRun,
	binaryData: BinaryDataService,
	log: readonly string[],
): EngineRun {
	const { data } = run;
	const status = statusOf(run);
	const { runData, error } = data.resultData;
	const task = runData[NODE]?.at(-1);
	const output = (task?.data?.main ?? []).map((items) => items ?? []);
	const sourcesOf = (name: string) => runData[name]?.[0]?.data?.main?.[0] ?? [];
	return {
		status,
		output,
		// Stopped while the node ran: n8n keeps the error with the execution instead.
		error: task?.error ?? (status === 'canceled' ? error : undefined),
		hints: task?.hints ?? [],
		contextData: data.executionData?.contextData[`node:${NODE}`] ?? {},
		sources: SOURCES.map((name) => sourcesOf(name).map(({ json }) => json)),
		data,
		get visible() {
			return `${showAll(data)}\n${log.join('\n')}`;
		},
		async binary(item, field, outputIndex = 0) {
			const file = output[outputIndex]?.[item]?.binary?.[field];
			if (file === undefined) throw new UnexpectedError(`Item ${item} has no file "${field}"`);
			return await binaryData.getAsBuffer(file);
		},
	};
}
