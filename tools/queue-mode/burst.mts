import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSample } from '../../local-api/sample-image.mts';
import type { N8nWorkflow } from '../n8n/n8n.mts';
import { until } from '../n8n/executions.mts';
import { chain, GENERATE, webhook, type NodeSketch } from '../n8n/lab-workflow.mts';
import type { ProcessName, QueueMode } from './queue-mode.mts';

/** A PNG of its own for each number. */
export interface NumberedImage {
	readonly content: Buffer;
	readonly sha256: string;
}

/** Small, and each different from all others. */
export async function numberedImage(cluster: QueueMode, number: number): Promise<NumberedImage> {
	const file = join(cluster.folder, 'images', `${number}.png`);
	await writeSample(file, { width: 160, height: 90, seed: `image ${number}` });
	const content = await readFile(file);
	return { content, sha256: createHash('sha256').update(content).digest('hex') };
}

interface GenerateOptions {
	/** Whose account pays. Default: business. */
	readonly plan?: 'business' | 'pro';
	readonly parameters?: Record<string, unknown>;
}

/** A Generate node for one second of video. */
export function generateNode(
	cluster: QueueMode,
	{ plan = 'business', parameters = {} }: GenerateOptions = {},
): NodeSketch {
	return {
		name: GENERATE,
		type: 'n8n-nodes-magic-hour.imageToVideo',
		typeVersion: 1,
		parameters: {
			operation: 'generate',
			model: { __rl: true, mode: 'id', value: 'ltx-2.3' },
			duration: 1,
			resolution: '480p',
			...parameters,
		},
		credentials: {
			magicHourVideoApi: { id: cluster.credentials[plan], name: `Magic Hour (${plan})` },
		},
	};
}

/** A webhook that takes an image as a form does, with a text `prompt`, and makes a video of it. */
export function imageWebhook(
	cluster: QueueMode,
	path: string,
	{ parameters = {}, ...options }: GenerateOptions = {},
): N8nWorkflow {
	const prompt = '={{ $json.body.prompt }}';
	const generate = generateNode(cluster, { ...options, parameters: { prompt, ...parameters } });
	return chain(path, [webhook(path), generate]);
}

/** Posts an image to a process; resolves when n8n has taken it. */
export async function postImage(
	cluster: QueueMode,
	to: ProcessName,
	path: string,
	{ image, prompt }: { image: NumberedImage; prompt: string },
): Promise<void> {
	await until(`${to} to take an image`, async () => {
		const form = new FormData();
		form.set('prompt', prompt);
		form.set('data', new Blob([image.content], { type: 'image/png' }), 'image.png');
		const answer = await fetch(`${cluster.url(to)}/webhook/${path}`, {
			method: 'POST',
			body: form,
		});
		await answer.arrayBuffer();
		// n8n registers a new webhook a moment after it has said that it did.
		if (answer.status === 404) return undefined;
		if (!answer.ok) throw new Error(`The webhook answered ${answer.status}`);
		return true;
	});
}

/** Executions of a workflow by what has become of them. */
export async function executionsOf(
	cluster: QueueMode,
	workflowId: string,
): Promise<{ id: string; status: string }[]> {
	return await cluster.postgres.query(
		`SELECT id::text, status FROM execution_entity WHERE "workflowId" = '${workflowId}' ORDER BY id`,
	);
}

/** What n8n calls an execution that has not ended. */
export const UNDER_WAY = ['new', 'running', 'waiting', 'unknown'];

/** Resolves when so many executions of a workflow have ended, and none is under way. */
export async function allEnded(
	cluster: QueueMode,
	workflowId: string,
	count: number,
	patienceMs?: number,
): Promise<{ id: string; status: string }[]> {
	return await until(
		`${count} executions to end`,
		async () => {
			const all = await executionsOf(cluster, workflowId);
			const ended = all.filter(({ status }) => !UNDER_WAY.includes(status));
			return all.length === ended.length && ended.length >= count ? ended : undefined;
		},
		patienceMs,
	);
}
