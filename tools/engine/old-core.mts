/**
 * What old versions of n8n-core do in another way than the one that is installed here, whose types say nothing of them.
 * The compatibility test runs the engine tests with them: see `npm run compat`.
 */
import { join } from 'node:path';

import * as core from 'n8n-core';
import { BinaryDataService, WorkflowExecute } from 'n8n-core';
import type { ExecutionStatus, INode, IRun, Workflow } from 'n8n-workflow';

type Execution = ReturnType<WorkflowExecute['run']>;
interface RunsWithList {
	run(workflow: Workflow, startNode?: INode): Execution;
}

/** Runs a workflow from a node on. Up to 2.0, `run` takes a list of arguments. */
export function executeFrom(
	execute: WorkflowExecute,
	workflow: Workflow,
	nodeName: string,
): Execution {
	const startNode = workflow.nodes[nodeName];
	const takesList = (execute as unknown as RunsWithList).run.length > 1;
	if (takesList) return (execute as unknown as RunsWithList).run(workflow, startNode);
	return execute.run({ workflow, startNode });
}

/** n8n-core's logger is its own before 1.95, of another package after. */
export function loggerToken(fromCore: NodeJS.Require): unknown {
	if ('Logger' in core) return core.Logger;
	return (fromCore('@n8n/backend-common') as { Logger: unknown }).Logger;
}

type OldBinaryData = new () => {
	init(config: { mode: string; availableModes: string[]; localStoragePath: string }): Promise<void>;
};

/** Before 1.95, the binary data service is told where it stores what, and by whom: n8n. */
export async function oldBinaryData(folder: string): Promise<BinaryDataService | undefined> {
	if ('BinaryDataConfig' in (core as object)) return undefined;
	const service = new (BinaryDataService as unknown as OldBinaryData)();
	await service.init({
		mode: 'filesystem',
		availableModes: ['filesystem'],
		localStoragePath: join(folder, 'binary-data'),
	});
	return service as unknown as BinaryDataService;
}

/** Up to 1.100, n8n-core leaves it to n8n to note that an execution has failed. */
export function statusOf({ status, data }: IRun): ExecutionStatus {
	return status === 'running' && data.resultData.error ? 'error' : status;
}

/**
 * Whether n8n, with Retry On Fail and On Error "Continue", runs the node again and throws away what comes out: up to 1.106 it
 * does so. The project's id is in the error of the first try.
 */
export const KEEPS_FIRST_TRY = String(WorkflowExecute).includes('didContinueOnFail');
