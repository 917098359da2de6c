/** Runs one node in n8n-core's own engine (see `execution.mts`), between nodes that feed it and that look at what it puts out. */
import { LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	IWorkflowSettings,
} from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

import { startCoreServices } from './core-services.mts';
import { testCredential } from './credential-test.mts';
import { InMemoryCredentialsHelper } from './credentials-helper.mts';
import { viewRun, type EngineRun } from './engine-run.mts';
import { additionalData, startExecution } from './execution.mts';
import type { InputItem } from './harness-nodes.mts';
import type { Retry } from './retry.mts';
import {
	harnessWorkflow,
	INPUT,
	loneWorkflow,
	NODE,
	type NodeSettings,
	type Subject,
} from './harness-workflow.mts';

export type { EngineRun } from './engine-run.mts';
export type { Kept, Retry } from './retry.mts';
export type { InputFile, InputItem } from './harness-nodes.mts';

export interface RunOptions extends NodeSettings {
	/** Default: one item without any data. */
	readonly items?: readonly InputItem[];
	/** The values of the credential's form; fields left out have their defaults. */
	readonly credentials?: ICredentialDataDecryptedObject;
	/** n8n keeps marks by it. Default: the same for all. */
	readonly workflowId?: string;
	readonly workflowName?: string;
	readonly workflowSettings?: IWorkflowSettings;
	readonly executionId?: string;
	/** The run is a retry by a person. */
	readonly retry?: Retry;
}

export interface StartedRun {
	readonly result: Promise<EngineRun>;
	/** What n8n does when a person stops the execution. */
	readonly cancel: () => void;
}

export interface Engine {
	run(options: RunOptions): Promise<EngineRun>;
	start(options: RunOptions): StartedRun;
	/** Calls one of the node's `methods.listSearch` as the editor does. */
	listSearch(
		method: string,
		parameters?: INodeParameters,
		filter?: string,
		more?: {
			/** Where the last list ended. */
			readonly paginationToken?: string;
			/** Those of the node, for a method that makes requests. */
			readonly credentials?: ICredentialDataDecryptedObject;
		},
	): Promise<INodeListSearchResult>;
	/** Calls one of the node's `methods.loadOptions` as the editor does. */
	loadOptions(method: string, parameters?: INodeParameters): Promise<INodePropertyOptions[]>;
	/** Runs the node's test of the credential as its form does. */
	testCredential(values: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult>;
	/** Removes the stored binary data. */
	close(): void;
}

/** Call once per test file. */
export async function startEngine(subject: Subject): Promise<Engine> {
	const { binaryData, log, close } = await startCoreServices();
	const { node, credential } = subject;
	let executions = 0;

	const credentialsHelper = (values: ICredentialDataDecryptedObject = {}) =>
		new InMemoryCredentialsHelper({ [credential.name]: credential }, { [credential.name]: values });

	const start = (options: RunOptions): StartedRun => {
		const {
			items = [{ json: {} }],
			credentials,
			workflowId: id = 'engine-test',
			workflowName: name = 'Engine test',
			workflowSettings = {},
			executionId = String(++executions),
			retry,
			...settings
		} = options;
		const workflow = harnessWorkflow(subject, settings, items, {
			id,
			name,
			settings: workflowSettings,
		});
		const logBegin = log.length;
		const execution = startExecution({
			workflow,
			startNode: INPUT,
			credentialsHelper: credentialsHelper(credentials),
			executionId,
			...(retry && { retry }),
		});
		return {
			result: execution.then((run) => viewRun(run, binaryData, log.slice(logBegin))),
			cancel: () => {
				execution.cancel();
			},
		};
	};

	const editorContext = (
		parameters: INodeParameters,
		credentials?: ICredentialDataDecryptedObject,
	): LoadOptionsContext => {
		const workflow = loneWorkflow(subject, parameters);
		const placed = workflow.getNode(NODE);
		if (placed === null) throw new UnexpectedError('The node is not in its own workflow');
		// The editor sends the parameters with their defaults filled in, as the workflow has them.
		const currentNodeParameters = placed.parameters;
		return new LoadOptionsContext(
			workflow,
			placed,
			additionalData(credentialsHelper(credentials), { currentNodeParameters }),
			'',
		);
	};

	return {
		start,
		run: async (options) => await start(options).result,
		async listSearch(name, parameters = {}, filter, { paginationToken, credentials } = {}) {
			const method = node.methods?.listSearch?.[name];
			if (method === undefined) throw new UnexpectedError(`No listSearch method "${name}"`);
			return await method.call(editorContext(parameters, credentials), filter, paginationToken);
		},
		async loadOptions(name, parameters = {}) {
			const method = node.methods?.loadOptions?.[name];
			if (method === undefined) throw new UnexpectedError(`No loadOptions method "${name}"`);
			return await method.call(editorContext(parameters));
		},
		testCredential: (values) =>
			testCredential(credential, node, values, additionalData(credentialsHelper(values))),
		close,
	};
}
