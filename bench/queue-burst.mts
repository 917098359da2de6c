/** Executions with images by a webhook, in n8n's queue mode, each item with an image of its own. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mapConcurrently } from '../nodes/shared/lib/mapConcurrently.ts';
import { png } from '../tools/engine/images.mts';
import type { N8nWorkflow } from '../tools/n8n/n8n.mts';
import { chain, GENERATE, TRIGGER, webhook } from '../tools/n8n/lab-workflow.mts';
import { generateNode } from '../tools/queue-mode/burst.mts';
import { VIDEO_BYTES, type QueueMode } from '../tools/queue-mode/queue-mode.mts';
import { tinyVideo } from '../tools/queue-mode/tiny-videos.mts';

const PICTURE = png(320, 180);
/** Between two tries to hand in an order that n8n has not taken. */
const RETRY_MS = 500;
const MAX_TRIES = 60;

/** What one execution is to make: an item for each image. */
export interface Order {
	readonly images: readonly { readonly content: Buffer; readonly prompt: string }[];
}

/**
 * An order whose images no other has. Each prompt ends with the SHA-256 of its image.
 * @param name of this order, with no other like it; @param jobSeconds that each video takes
 */
export function orderOf(name: string, items: number, jobSeconds: number): Order {
	const images = Array.from({ length: items }, (_, item) => {
		// Readers of PNG files don't look at what comes after the picture.
		const content = Buffer.concat([PICTURE, Buffer.from(`${name} ${item}`)]);
		const sha256 = createHash('sha256').update(content).digest('hex');
		return { content, prompt: `${jobSeconds} s: ${name} ${item} ${sha256}` };
	});
	return { images };
}

/** A webhook that takes an order, and makes a video of each image. */
export function orderWorkflow(cluster: QueueMode, path: string): N8nWorkflow {
	const eachPrompt = {
		name: 'Items',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: {
			fieldToSplitOut: 'body.prompt',
			options: { destinationFieldName: 'prompt', includeBinary: true },
		},
	};
	const parameters = {
		binaryPropertyName: '=image{{ $itemIndex }}',
		prompt: '={{ $json.prompt }}',
	};
	return chain(path, [webhook(path), eachPrompt, generateNode(cluster, { parameters })]);
}

/** Hands in an order, as often as it takes. @returns how often n8n has refused it */
export async function post(cluster: QueueMode, path: string, { images }: Order): Promise<number> {
	let refused = 0;
	for (let tries = 0; tries < MAX_TRIES; tries++) {
		const form = new FormData();
		for (const [item, { content, prompt }] of images.entries()) {
			form.append('prompt', prompt);
			form.append(`image${item}`, new Blob([content], { type: 'image/png' }), `${item}.png`);
		}
		const url = `${cluster.url('webhook')}/webhook/${path}`;
		const answer = await fetch(url, { method: 'POST', body: form });
		await answer.arrayBuffer();
		if (answer.ok) return refused;
		// n8n registers a new webhook a moment after it has said that it did.
		if (answer.status !== 404) refused++;
		await sleep(RETRY_MS);
	}
	throw new Error(`The webhook ${path} has taken no order`);
}

/** What has become of the items of one workflow's executions. */
export interface Outcome {
	/** Items with the video of their own image. */
	readonly right: number;
	/** Why the others have none. */
	readonly failures: readonly string[];
	/** How many each execution had. */
	readonly counts: ReadonlyMap<string, number>;
}

/** Compares each video, byte by byte, with the one that its execution was asked for. */
export async function outcomeOf(cluster: QueueMode, ids: readonly string[]): Promise<Outcome> {
	const failures: string[] = [];
	const counts = new Map<string, number>();
	const right = await mapConcurrently(ids, 4, async (id) => {
		const execution = await cluster.executions.get(id);
		const { runData, error } = execution.data.resultData;
		const { prompt } = runData[TRIGGER]?.[0]?.data?.main[0]?.[0]?.json.body as {
			prompt: string | string[];
		};
		const prompts = [prompt].flat();
		counts.set(id, prompts.length);
		const outputs = runData[GENERATE]?.at(-1)?.data?.main[0] ?? [];
		let count = 0;
		for (const [item, each] of prompts.entries()) {
			const file = outputs[item]?.binary?.data?.id;
			const sha256 = each.split(' ').at(-1) ?? '';
			if (file === undefined) {
				failures.push(error?.message ?? execution.status);
			} else if ((await cluster.executions.file(file)).equals(tinyVideo(sha256, VIDEO_BYTES))) {
				count++;
			} else {
				failures.push('the video of another image');
			}
		}
		return count;
	});
	return { right: right.reduce((sum, count) => sum + count, 0), failures, counts };
}
