import { nodeNamed, readWorkflow } from '../n8n/workflow-files.mts';
import { chain, outputTo, TRIGGER, webhook } from '../n8n/lab-workflow.mts';
import type { N8nWorkflow } from '../n8n/n8n.mts';
import { generateNode } from './burst.mts';
import type { QueueMode } from './queue-mode.mts';

/** The nodes of the file that ask for a video, and deliver it. */
export const DURABLE_GENERATE = 'Generate Video';
export const DURABLE_GET = 'Get Video';
const STATUS = 'Status';
const ALARM = '{ seconds: 90 }';

/**
 * workflows/durable-wait-and-poll.json, begun by a webhook that takes an image and a text `prompt`; the video is its output.
 * @param waitSeconds n8n keeps waits from 65 s on in its database, and shorter ones in its memory
 */
export async function durableWebhook(
	cluster: QueueMode,
	path: string,
	waitSeconds: number,
): Promise<N8nWorkflow> {
	const file = JSON.stringify(await readWorkflow('durable-wait-and-poll'));
	if (!file.includes(ALARM)) throw new Error(`The workflow does not wait for ${ALARM}`);
	const workflow = JSON.parse(file.replaceAll(ALARM, `{ seconds: ${waitSeconds} }`)) as N8nWorkflow;
	const { parameters, credentials } = generateNode(cluster);
	for (const name of [DURABLE_GENERATE, DURABLE_GET]) {
		Object.assign(nodeNamed(workflow, name), { credentials });
	}
	Object.assign(nodeNamed(workflow, DURABLE_GENERATE).parameters, parameters, {
		prompt: '={{ $json.body.prompt }}',
	});
	const { name: trigger } = nodeNamed(workflow, 'When clicking ‘Execute workflow’');
	const dropped = [trigger, 'Read Image', 'Write Video'];
	const connections = Object.entries(workflow.connections).filter(
		([from]) => !dropped.includes(from),
	);
	const [, ...otherOutputs] = (workflow.connections[STATUS] as { main: unknown[] }).main;
	const [start] = chain(path, [webhook(path)]).nodes;
	return {
		...workflow,
		name: path,
		nodes: [
			...(start ? [start] : []),
			...workflow.nodes.filter(({ name }) => !dropped.includes(name)),
		],
		connections: {
			...Object.fromEntries(connections),
			[TRIGGER]: outputTo(DURABLE_GENERATE),
			[STATUS]: { main: [[], ...otherOutputs] },
		},
	};
}
