import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8nWorkflow } from '../../../tools/n8n/n8n.mts';
import { PROJECT_DIRECTORY } from '../../../tools/pack.mts';
import { chain, type NodeSketch } from '../../../tools/n8n/lab-workflow.mts';

const AGENT = 'AI Agent';
const MODEL = 'OpenAI Chat Model';

/** Ids of the credentials, by their names. */
export type CredentialIds = Readonly<Record<string, string>>;

/** What n8n's editor writes into a field when a person lets the model fill it in. */
export function byModel(key: string, type: 'string' | 'number' | 'boolean' = 'string'): string {
	return `={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${key}', \`\`, '${type}') }}`;
}

/** A node that makes videos, as a tool. */
export function tool(
	name: string,
	parameters: Record<string, unknown>,
	node: 'imageToVideo' | 'textToVideo' = 'imageToVideo',
): NodeSketch {
	return {
		name,
		type: `n8n-nodes-magic-hour.${node}Tool`,
		typeVersion: 1,
		parameters,
		credentials: { magicHourVideoApi: { name: 'Magic Hour API' } },
	};
}

/** A chain that ends in an agent with these tools. */
export function agentWorkflow(
	name: string,
	before: readonly NodeSketch[],
	tools: readonly NodeSketch[],
	agent: Partial<NodeSketch> = {},
): N8nWorkflow {
	const workflow = chain(name, [
		...before,
		{
			name: AGENT,
			type: '@n8n/n8n-nodes-langchain.agent',
			typeVersion: 3,
			parameters: { promptType: 'define', text: 'Make a video', options: { maxIterations: 20 } },
			...agent,
		},
	]);
	const model: NodeSketch = {
		name: MODEL,
		type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
		typeVersion: 1.3,
		parameters: {
			model: { __rl: true, mode: 'id', value: 'scripted' },
			responsesApiEnabled: false,
			options: { maxRetries: 0 },
		},
		credentials: { openAiApi: { name: 'OpenAI' } },
	};
	for (const [index, node] of [model, ...tools].entries()) {
		const type = node === model ? 'ai_languageModel' : 'ai_tool';
		workflow.nodes.push({ id: randomUUID(), position: [220 * index, 220], ...node });
		workflow.connections[node.name] = { [type]: [[{ node: AGENT, type, index: 0 }]] };
	}
	return workflow;
}

/** The workflow that is shipped, with its chat open to the public: nothing else is changed. */
export async function shippedChat(): Promise<{ workflow: N8nWorkflow; path: string }> {
	const file = join(PROJECT_DIRECTORY, 'workflows', 'chat-agent.json');
	const workflow = JSON.parse(await readFile(file, 'utf8')) as N8nWorkflow;
	const chat = workflow.nodes.find(({ type }) => type.endsWith('.chatTrigger'));
	if (chat === undefined) throw new Error(`${file} has no chat`);
	chat.parameters.public = true;
	return { workflow, path: `${(chat as unknown as { webhookId: string }).webhookId}/chat` };
}

/** Chooses the credentials that a workflow names. */
export function withCredentials(workflow: N8nWorkflow, ids: CredentialIds): N8nWorkflow {
	const nodes = workflow.nodes.map(({ credentials = {}, ...node }) => ({
		...node,
		credentials: Object.fromEntries(
			Object.entries(credentials).map(([type, { name }]) => [type, { name, id: ids[name] ?? '' }]),
		),
	}));
	return { ...workflow, nodes };
}
