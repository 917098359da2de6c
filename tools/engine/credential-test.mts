import { ExecuteContext, RoutingNode } from 'n8n-core';
import type {
	ICredentialType,
	INode,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { UnexpectedError, Workflow } from 'n8n-workflow';

import { noRunData } from './old-core.mts';

/** The outcome as the credential's form shows it; on failure with the HTTP status where there was one. */
export interface CredentialTestResult {
	readonly ok: boolean;
	readonly httpStatus: number | undefined;
	readonly message: string;
}

const TYPE = 'harness.credentialTest';

/**
 * Sends a credential's declarative test request as n8n does: through n8n-core's RoutingNode, in a node
 * without anything else. The words that n8n's command line package puts round the outcome are not here.
 */
export async function testCredential(
	credential: ICredentialType,
	additionalData: IWorkflowExecuteAdditionalData,
): Promise<CredentialTestResult> {
	if (credential.test === undefined)
		throw new UnexpectedError('The credential has no test request');

	const nodeType: INodeType = {
		description: {
			displayName: 'Credential test',
			name: TYPE,
			group: ['input'],
			version: 1,
			description: 'Sends the test request of a credential',
			defaults: { name: 'Credential test' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: credential.name, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					routing: { request: credential.test.request },
				},
			],
		},
	};
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: TYPE,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [credential.name]: { id: '1', name: 'Test credential' } },
	};
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => nodeType,
			getByNameAndVersion: () => nodeType,
			getKnownTypes: () => ({}),
		},
	});
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		noRunData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);

	try {
		await new RoutingNode(context, nodeType).runNode();
		return { ok: true, httpStatus: undefined, message: '' };
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		const { httpCode } = error as { httpCode?: string | null };
		return {
			ok: false,
			httpStatus: httpCode ? Number(httpCode) : undefined,
			message: error.message,
		};
	}
}
