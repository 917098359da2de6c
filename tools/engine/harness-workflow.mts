import type {
	ICredentialType,
	INode,
	INodeParameters,
	INodeType,
	IWorkflowSettings,
	OnError,
} from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';

import { inputNode, sourceNode, type InputItem } from './harness-nodes.mts';
import { nodeTypesOf } from './node-types.mts';

/** What is under test: a node class and its credential class, and the full name that n8n gives the node. */
export interface Subject {
	readonly nodeName: string;
	readonly node: INodeType;
	readonly credential: ICredentialType;
	/** Default: 1. */
	readonly typeVersion?: number;
}

/** The node's parameters, and what stands on its Settings tab. */
export interface NodeSettings {
	readonly parameters: INodeParameters;
	/** On Error. Default: stop the workflow. */
	readonly onError?: OnError;
	readonly retryOnFail?: boolean;
	/** 2 to 5. */
	readonly maxTries?: number;
	/** Milliseconds; n8n takes 0 for its default of 1000. */
	readonly waitBetweenTries?: number;
}

/** Names of the nodes: what puts items in, the node under test, and what follows on each of its outputs. */
export const INPUT = 'Input';
export const NODE = 'Node';
export const SOURCES = ['Source', 'Error source'] as const;

const INPUT_TYPE = 'harness.input';
const SOURCE_TYPE = 'harness.source';

/** Input items -> the node under test -> nodes that find the input item of each output item. */
export function harnessWorkflow(
	subject: Subject,
	settings: NodeSettings,
	items: readonly InputItem[],
	about: { readonly id: string; readonly name: string; readonly settings?: IWorkflowSettings },
): Workflow {
	const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	return new Workflow({
		...about,
		active: false,
		settings: { executionOrder: 'v1', ...about.settings },
		nodes: [
			placed(INPUT, INPUT_TYPE),
			nodeUnderTest(subject, settings),
			...SOURCES.map((source) =>
				placed(source, SOURCE_TYPE, { source: `={{ $('${INPUT}').item.json }}` }),
			),
		],
		connections: {
			[INPUT]: { main: [to(NODE)] },
			[NODE]: {
				main: settings.onError === 'continueErrorOutput' ? SOURCES.map(to) : [to(SOURCES[0])],
			},
		},
		nodeTypes: nodeTypesOf({
			[subject.nodeName]: subject.node,
			[INPUT_TYPE]: inputNode(items),
			[SOURCE_TYPE]: sourceNode(),
		}),
	});
}

/** The node under test alone, as the editor has it before it has run. */
export function loneWorkflow(subject: Subject, parameters: INodeParameters): Workflow {
	return new Workflow({
		active: false,
		nodes: [nodeUnderTest(subject, { parameters })],
		connections: {},
		nodeTypes: nodeTypesOf({ [subject.nodeName]: subject.node }),
	});
}

function nodeUnderTest(subject: Subject, settings: NodeSettings): INode {
	const { nodeName, credential, typeVersion = 1 } = subject;
	return {
		...placed(NODE, nodeName),
		typeVersion,
		...settings,
		credentials: { [credential.name]: { id: '1', name: 'Test credential' } },
	};
}

function placed(name: string, type: string, parameters: INodeParameters = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}
