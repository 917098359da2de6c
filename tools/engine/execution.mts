/**
 * Runs workflows in n8n-core's own engine: its expressions, its binary data on disk, its HTTP client, its error settings
 * and retries. Only what n8n-core leaves to its host is stood in for: where credentials come from, and where executions
 * are saved.
 */
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import type {
	ICredentialsHelper,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import { executeFrom } from './old-core.mts';
import { retryData, type Retry } from './retry.mts';

interface ExecutionOptions {
	readonly workflow: Workflow;
	/** Name of the node that it begins with. */
	readonly startNode: string;
	readonly credentialsHelper: ICredentialsHelper;
	readonly executionId: string;
	/** Default: as the editor's button runs it. */
	readonly mode?: WorkflowExecuteMode;
	/** It is a retry. */
	readonly retry?: Retry;
}

/** Where the n8n of these executions would be; expressions can't be evaluated without. */
const N8N_URLS = {
	instanceBaseUrl: 'http://n8n.invalid/',
	restApiUrl: 'http://n8n.invalid/rest',
	formBaseUrl: 'http://n8n.invalid/form',
	formWaitingBaseUrl: 'http://n8n.invalid/form-waiting',
	webhookBaseUrl: 'http://n8n.invalid/webhook',
	webhookWaitingBaseUrl: 'http://n8n.invalid/webhook-waiting',
};

/** Needs n8n-core's services (see `core-services.mts`). `cancel()` is what n8n does when a person stops the execution. */
export function startExecution({
	workflow,
	startNode,
	credentialsHelper,
	executionId,
	retry,
	mode = retry ? 'retry' : 'manual',
}: ExecutionOptions): ReturnType<typeof executeFrom> {
	const hooks = new ExecutionLifecycleHooks(mode, executionId, savedWorkflow(workflow));
	const data = additionalData(credentialsHelper, { hooks, executionId });
	if (retry) {
		const before = retryData(workflow, retry);
		return new WorkflowExecute(data, mode, before).processRunExecutionData(workflow);
	}
	return executeFrom(new WorkflowExecute(data, mode), workflow, startNode);
}

/** What n8n hands its engine beside a workflow. */
export function additionalData(
	credentialsHelper: ICredentialsHelper,
	more: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	return {
		...N8N_URLS,
		credentialsHelper,
		currentNodeExecutionIndex: 0,
		variables: {},
		...more,
	} as IWorkflowExecuteAdditionalData;
}

/** The workflow as the database would have it. */
function savedWorkflow(workflow: Workflow) {
	return {
		id: workflow.id,
		name: workflow.name ?? '',
		active: false,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		activeVersionId: null,
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	};
}
