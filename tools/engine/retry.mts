import type { IRunExecutionData, Workflow } from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

import { INPUT, NODE } from './harness-workflow.mts';

/**
 * What n8n has kept of an execution: all of one that failed; of one that was stopped or killed, that the node had begun, or,
 * where n8n has no event logs, nothing at all.
 */
export type Kept = 'all' | 'that it began' | 'nothing';

/** An execution that a person retries. */
export interface Retry {
	readonly of: IRunExecutionData;
	readonly kept: Kept;
}

/** The data with which n8n (2.41.1, `ExecutionService.retry`) runs an execution again. */
export function retryData(workflow: Workflow, { of, kept }: Retry): IRunExecutionData {
	const data = structuredClone(of);
	const { executionData, resultData } = data;
	if (executionData === undefined) throw new UnexpectedError('The execution has no data');
	delete resultData.error;
	if (kept === 'all') {
		const runs = resultData.runData[resultData.lastNodeExecuted ?? ''];
		if (runs?.at(-1)?.error !== undefined) runs.pop();
		return data;
	}
	executionData.contextData = {};
	executionData.nodeExecutionStack = [];
	const run = (
		name: string,
		main: (typeof executionData.nodeExecutionStack)[0]['data']['main'],
	) => {
		const node = workflow.getNode(name);
		if (node === null) throw new UnexpectedError(`There is no node ${name}`);
		const source = name === INPUT ? null : { main: [{ previousNode: INPUT }] };
		executionData.nodeExecutionStack.push({ node, data: { main }, source });
	};
	const input = resultData.runData[INPUT] ?? [];
	if (kept === 'nothing') {
		resultData.runData = {};
		run(INPUT, [[{ json: {} }]]);
	} else {
		resultData.runData = { [INPUT]: input, [NODE]: [] };
		run(NODE, input[0]?.data?.main ?? []);
	}
	return data;
}
