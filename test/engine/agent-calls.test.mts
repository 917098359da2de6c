import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';

import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { startCoreServices } from '../../tools/engine/core-services.mts';
import { InMemoryCredentialsHelper } from '../../tools/engine/credentials-helper.mts';
import { startExecution } from '../../tools/engine/execution.mts';
import { inputNode } from '../../tools/engine/harness-nodes.mts';
import { nodeTypesOf } from '../../tools/engine/node-types.mts';

/** The node as n8n makes a tool of it. */
function tool(): INodeType {
	const node = new ImageToVideo();
	const { name, ...description } = node.description;
	const outputs = [NodeConnectionTypes.AiTool];
	return Object.assign(node, {
		description: { ...description, name: `${name}Tool`, inputs: [], outputs },
	});
}

interface Tool {
	invoke(args: object): Promise<string>;
}

/**
 * Calls its tool as agents before version 3 do, for items side by side.
 * @param sizes of its batches of items
 * @param durations what it calls the tool with, one after the other, by item
 */
function agent(sizes: readonly number[], durations: readonly (readonly number[])[]): INodeType {
	const ask = async (n8n: IExecuteFunctions, item: number): Promise<INodeExecutionData> => {
		const connected = await n8n.getInputConnectionData(NodeConnectionTypes.AiTool, item);
		const [tool] = connected as [Tool];
		const answers: unknown[] = [];
		for (const duration of durations[item] ?? []) {
			answers.push(JSON.parse(await tool.invoke({ duration })));
		}
		return { json: { answers } as INodeExecutionData['json'], pairedItem: item };
	};
	return {
		description: {
			...inputNode([]).description,
			name: 'agent',
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
		},
		async execute(this: IExecuteFunctions) {
			const items = [...this.getInputData().keys()];
			const output: INodeExecutionData[] = [];
			for (const size of sizes) {
				const batch = items.splice(0, size);
				output.push(...(await Promise.all(batch.map(async (item) => await ask(this, item)))));
			}
			return [output];
		},
	};
}

describe('calls of an agent', () => {
	let close = () => {};

	beforeAll(async () => {
		({ close } = await startCoreServices());
	});

	afterAll(() => {
		close();
	});

	/** @returns the seconds that the tool has answered about, by item */
	async function called(
		sizes: readonly number[],
		durations: readonly (readonly number[])[],
	): Promise<unknown[]> {
		const placed = (name: string, type: string, parameters = {}) => ({
			...{ id: name, name, type, typeVersion: 1, position: [0, 0] as [number, number] },
			parameters,
		});
		const to = (type: 'main' | 'ai_tool') => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
		const workflow = new Workflow({
			...{ id: 'agent-calls', name: 'Agent calls', active: false },
			settings: { executionOrder: 'v1' },
			nodes: [
				placed('Input', 'harness.input'),
				placed('Agent', 'harness.agent'),
				placed('Estimate', 'x.imageToVideoTool', {
					operation: 'estimateCredits',
					model: { __rl: true, mode: 'id', value: 'ltx-2.3' },
					duration: "={{ $fromAI('duration', '', 'number') }}",
					resolution: '480p',
				}),
			],
			connections: { Input: to('main'), Estimate: to('ai_tool') },
			nodeTypes: nodeTypesOf({
				'harness.input': inputNode(durations.map(() => ({ json: {} }))),
				'harness.agent': agent(sizes, durations),
				'x.imageToVideoTool': tool(),
			}),
		});
		const { data } = await startExecution({
			workflow,
			startNode: 'Input',
			credentialsHelper: new InMemoryCredentialsHelper({}, {}),
			executionId: '1',
		});
		const [run] = data.resultData.runData.Agent ?? [];
		expect(run?.error).toBeUndefined();
		const items = run?.data?.main?.[0] ?? [];
		return items.map(({ json }) =>
			(json.answers as [{ duration?: number; error?: string }][]).map(
				([{ duration, error }]) => error ?? duration,
			),
		);
	}

	test.each<[string, number[], number[][]]>([
		['of items one after the other', [1, 1, 1], [[1], [2], [3]]],
		['of items at the same time', [3], [[1], [2], [3]]],
		['again and again', [3], [[1, 4], [2, 5], [3, 6]]], // prettier-ignore
		['again and again, of items one after the other', [1, 1], [[1, 4], [2, 5]]], // prettier-ignore
		['of which some items make more', [2, 2], [[1], [2, 3, 4], [5, 6], [7]]],
	])('have each its own values: %s', async (_, sizes, durations) => {
		await expect(called(sizes, durations)).resolves.toEqual(durations);
	});
});
