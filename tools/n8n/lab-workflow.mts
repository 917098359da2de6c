import { randomUUID } from 'node:crypto';
import type { N8nWorkflow } from './n8n.mts';
import type { Lab } from './lab-n8n.mts';

export const TRIGGER = 'Trigger';
export const READ = 'Read Image';
export const GENERATE = 'Image To Video';
export const GENERATE_FROM_TEXT = 'Text To Video';
export const GET = 'Get Video';
const SORT = 'Sort by Name';
export const LOOP = 'Loop Over Items';
export const CALL = 'Call Workflow';

type Node = N8nWorkflow['nodes'][number];
/** A node without what all nodes have. */
export type NodeSketch = Pick<Node, 'name' | 'type' | 'typeVersion' | 'parameters'> & {
	readonly [setting: string]: unknown;
};

/** Nodes one after another, with ids and places of their own. */
export function chain(
	name: string,
	nodes: readonly NodeSketch[],
	settings: Record<string, unknown> = {},
): N8nWorkflow {
	return {
		name,
		nodes: nodes.map((node, index) => ({
			id: randomUUID(),
			position: [220 * index, 0],
			...node,
		})),
		connections: Object.fromEntries(
			nodes.slice(1).map(({ name: to }, index) => [nodes[index]?.name ?? '', outputTo(to)]),
		),
		settings: { executionOrder: 'v1', ...settings },
	};
}

export function outputTo(...names: (string | undefined)[]): {
	main: { node: string; type: 'main'; index: 0 }[][];
} {
	return {
		main: names.map((node) => (node === undefined ? [] : [{ node, type: 'main', index: 0 }])),
	};
}

export const manualTrigger: NodeSketch = {
	name: TRIGGER,
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

export function webhook(path: string): NodeSketch {
	return {
		name: TRIGGER,
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { httpMethod: 'POST', path },
		webhookId: randomUUID(),
	};
}

/** Nodes one after another, those from the third on in a loop that does one item a round. */
export function loop(
	name: string,
	[trigger, source, ...body]: readonly NodeSketch[],
	settings: Record<string, unknown> = {},
): N8nWorkflow {
	const split: NodeSketch = {
		name: LOOP,
		type: 'n8n-nodes-base.splitInBatches',
		typeVersion: 3,
		parameters: { batchSize: 1, options: {} },
	};
	const nodes = [trigger, source, split, ...body].filter((node) => node !== undefined);
	const workflow = chain(name, nodes, settings);
	workflow.connections[LOOP] = outputTo(undefined, body[0]?.name);
	workflow.connections[body.at(-1)?.name ?? ''] = outputTo(LOOP);
	return workflow;
}

/** @param file a file, or a pattern for several */
export function readImage(lab: Lab, file: string = lab.imageFile): NodeSketch {
	return {
		name: READ,
		type: 'n8n-nodes-base.readWriteFile',
		typeVersion: 1.1,
		parameters: { operation: 'read', fileSelector: file, options: {} },
	};
}

/** Files come in whatever order their folder has them. */
export const sortByName: NodeSketch = {
	name: SORT,
	type: 'n8n-nodes-base.sort',
	typeVersion: 1,
	parameters: { sortFieldsUi: { sortField: [{ fieldName: 'fileName', order: 'ascending' }] } },
};

export function generate(
	lab: Lab,
	parameters: Record<string, unknown> = {},
	settings: Record<string, unknown> = {},
): NodeSketch {
	return {
		...magicHour(lab, GENERATE, {
			operation: 'generate',
			model: { __rl: true, mode: 'id', value: 'ltx-2.3' },
			duration: 1,
			resolution: '480p',
			...parameters,
		}),
		...settings,
	};
}

export function generateFromText(lab: Lab, parameters: Record<string, unknown>): NodeSketch {
	return {
		...magicHour(lab, GENERATE_FROM_TEXT, { operation: 'generate', ...parameters }),
		type: 'n8n-nodes-magic-hour.textToVideo',
	};
}

/** @param projectId an id, or an expression */
export function get(lab: Lab, projectId: string): NodeSketch {
	return magicHour(lab, GET, { operation: 'get', projectId });
}

/** Called by other workflows, with their items. */
export const calledTrigger: NodeSketch = {
	name: TRIGGER,
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	parameters: { inputSource: 'passthrough' },
};

/** Calls a workflow once for each item. */
export function callForEach(workflowId: string): NodeSketch {
	return {
		name: CALL,
		type: 'n8n-nodes-base.executeWorkflow',
		typeVersion: 1.2,
		parameters: {
			source: 'database',
			workflowId: { __rl: true, mode: 'id', value: workflowId },
			mode: 'each',
			options: { waitForSubWorkflow: true },
		},
	};
}

function magicHour(lab: Lab, name: string, parameters: Record<string, unknown>): NodeSketch {
	return {
		name,
		type: 'n8n-nodes-magic-hour.imageToVideo',
		typeVersion: 1,
		parameters,
		credentials: { magicHourVideoApi: { id: lab.credentialId, name: 'Magic Hour API' } },
	};
}
