/** One run of many items, in a process of its own: see thousand.mts, which forks it with its settings as JSON. */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

import type { ApiAddress } from './api.mts';
import { startHttpRequest, UPLOAD, uploadUrls } from './http-request.mts';
import { imageItem } from './images.mts';
import { watchLoop, type LongestBlock } from './loop-watch.mts';
import { ImageToVideo, startNode } from './node-engine.mts';

export interface ThousandSettings {
	readonly api: ApiAddress;
	/** The folder of an installed n8n: its HTTP Request node uploads the images, in place of this package's node. */
	readonly httpRequestOf?: string;
	readonly speed: number;
	readonly items: number;
	readonly concurrentProjects: number;
	/** Size of the images, each of which is another; 0: they are URLs. */
	readonly imageBytes: number;
	/** Whether videos are waited for. */
	readonly wait: boolean;
	/**
	 * Whether garbage is collected before each look at the memory: then what is seen is in use, but the event loop is
	 * held up by the collections.
	 */
	readonly collect: boolean;
}

export interface ThousandResult {
	/** When the node began, in milliseconds since 1970. */
	readonly begun: number;
	/** Milliseconds that the node took. */
	readonly took: number;
	readonly block: LongestBlock;
	readonly memory: readonly MemorySample[];
}

/** In bytes. */
export interface MemorySample {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly resident: number;
	/** The heap, and buffers outside of it. */
	readonly used: number;
}

const SAMPLE_EVERY_MS = 1_000;

const { api, httpRequestOf, speed, items, concurrentProjects, imageBytes, wait, collect } =
	JSON.parse(process.argv[2] ?? '') as ThousandSettings;

const memory: MemorySample[] = [];
function sample(): void {
	if (collect) gc?.();
	const { rss, heapUsed, external } = process.memoryUsage();
	memory.push({ at: Date.now(), resident: rss, used: heapUsed + external });
}

let result: ThousandResult | undefined;
/** Only the node is watched: the harness around it has work of its own to do for every item. */
function watched(node: INodeType): INodeType {
	const watching = Object.create(node) as INodeType;
	watching.execute = async function (this: IExecuteFunctions) {
		sample();
		const begun = Date.now();
		const sampling = setInterval(sample, SAMPLE_EVERY_MS);
		const endWatch = watchLoop();
		try {
			return (await node.execute?.call(this)) ?? null;
		} finally {
			const took = Date.now() - begun;
			result = { begun, took, block: await endWatch(), memory };
			clearInterval(sampling);
		}
	};
	return watching;
}

const numbers = Array.from({ length: items }, (_, index) => index);
if (httpRequestOf === undefined) {
	const engine = await startNode(api, speed, watched(new ImageToVideo()));
	await engine.run({
		...(imageBytes > 0
			? {
					items: numbers.map((number) => imageItem(number, imageBytes)),
					parameters: { waitForCompletion: wait },
				}
			: {
					items: numbers.map((number) => ({
						json: { number, url: `https://images.example/${number}.png` },
					})),
					parameters: {
						imageSource: 'url',
						imageUrl: '={{ $json.url }}',
						prompt: '=Picture {{ $json.number }}',
						waitForCompletion: wait,
					},
				}),
		concurrentProjects,
		apiKey: api.keys.business,
	});
} else {
	const urls = await uploadUrls(api, items);
	const engine = await startHttpRequest(httpRequestOf, watched);
	process.once('exit', () => {
		engine.close();
	});
	const run = await engine.run({
		items: urls.map((url, number) => ({ ...imageItem(number, imageBytes), json: { url } })),
		parameters: { ...UPLOAD, url: '={{ $json.url }}' },
	});
	if (run.error) throw run.error;
}
if (!result) throw new Error('The node did not run');
process.send?.(result);
process.disconnect();
