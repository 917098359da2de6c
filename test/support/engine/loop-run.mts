import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	ITaskData,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';

import { InMemoryCredentialsHelper } from '../../../tools/engine/credentials-helper.mts';
import { startExecution } from '../../../tools/engine/execution.mts';
import { inputNode } from '../../../tools/engine/harness-nodes.mts';
import type { Subject } from '../../../tools/engine/harness-workflow.mts';
import { nodeTypesOf } from '../../../tools/engine/node-types.mts';

interface LoopOptions {
	readonly subject: Subject;
	readonly credentials: ICredentialDataDecryptedObject;
	readonly parameters: INodeParameters;
	/** Of the node's Settings tab. */
	readonly settings?: Partial<INode>;
	/** What each round begins with. */
	readonly items: readonly IDataObject[];
	readonly rounds: number;
}

const INPUT = 'Input';
const NODE = 'Node';
const GATE = 'Gate';

/**
 * Runs a node in a loop: the same items go through it in every round. Needs the services of an engine that has been
 * started (see `engine.mts`). @returns what n8n keeps of each round of the node
 */
export async function runLoop(options: LoopOptions): Promise<readonly ITaskData[]> {
	const { subject, credentials, parameters, settings, items, rounds } = options;
	const { credential, nodeName } = subject;
	const placed = (name: string, type: string, more: Partial<INode> = {}): INode => ({
		...{ id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} },
		...more,
	});
	const to = (node: string) => ({
		main: [[{ node, type: NodeConnectionTypes.Main, index: 0 }]],
	});
	const workflow = new Workflow({
		id: 'loop-test',
		name: 'Loop test',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			placed(INPUT, INPUT),
			placed(NODE, nodeName, {
				...settings,
				parameters,
				credentials: { [credential.name]: { id: '1', name: 'Test credential' } },
			}),
			placed(GATE, GATE),
		],
		connections: { [INPUT]: to(NODE), [NODE]: to(GATE), [GATE]: to(NODE) },
		nodeTypes: nodeTypesOf({
			[INPUT]: inputNode(items.map((json) => ({ json }))),
			[nodeName]: subject.node,
			[GATE]: gateNode(items, rounds),
		}),
	});
	const run = await startExecution({
		workflow,
		startNode: INPUT,
		credentialsHelper: new InMemoryCredentialsHelper(
			{ [credential.name]: credential },
			{ [credential.name]: credentials },
		),
		executionId: 'loop',
	});
	return run.data.resultData.runData[NODE] ?? [];
}

/** Lets the items go round again until it has seen the last round. */
const gateNode = (items: readonly IDataObject[], rounds: number): INodeType => ({
	description: inputNode([]).description,
	execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const round = Number(this.evaluateExpression('{{ $runIndex }}', 0)) + 1;
		return Promise.resolve([round < rounds ? items.map((json) => ({ json })) : []]);
	},
});
