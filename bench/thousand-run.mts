/** One run of many items, in a process of its own: see thousand.mts, which forks it with its settings as JSON. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { ApiAddress } from './api.mts';
import { imageItem } from './images.mts';
import { watchLoop, type LongestBlock } from './loop-watch.mts';
import { ImageToVideo, startNode } from './node-engine.mts';

export interface ThousandSettings {
	readonly api: ApiAddress;
	readonly speed: number;
	readonly items: number;
	readonly concurrentProjects: number;
	/** Size of the images, each of which is another; 0: they are URLs, and the videos are not waited for. */
	readonly imageBytes: number;
	/**
	 * Whether garbage is collected before each look at the memory: then what is seen is in use, but the event loop is
	 * held up by the collections.
	 */
	readonly collect: boolean;
}

export interface ThousandResult {
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

const { api, speed, items, concurrentProjects, imageBytes, collect } = JSON.parse(
	process.argv[2] ?? '',
) as ThousandSettings;

const memory: MemorySample[] = [];
function sample(): void {
	if (collect) gc?.();
	const { rss, heapUsed, external } = process.memoryUsage();
	memory.push({ at: Date.now(), resident: rss, used: heapUsed + external });
}

let block: LongestBlock | undefined;
/** Only the node is watched: the harness around it has work of its own to do for every item. */
class WatchedImageToVideo extends ImageToVideo {
	override async execute(this: IExecuteFunctions) {
		sample();
		const sampling = setInterval(sample, SAMPLE_EVERY_MS);
		const endWatch = watchLoop();
		try {
			return await ImageToVideo.prototype.execute.call(this);
		} finally {
			block = await endWatch();
			clearInterval(sampling);
		}
	}
}

const engine = await startNode(api, speed, new WatchedImageToVideo());
const numbers = Array.from({ length: items }, (_, index) => index);
const took = await engine.run({
	...(imageBytes > 0
		? { items: numbers.map((number) => imageItem(number, imageBytes)) }
		: {
				items: numbers.map((number) => ({
					json: { number, url: `https://images.example/${number}.png` },
				})),
				parameters: {
					imageSource: 'url',
					imageUrl: '={{ $json.url }}',
					prompt: '=Picture {{ $json.number }}',
					waitForCompletion: false,
				},
			}),
	concurrentProjects,
	apiKey: api.keys.business,
});
if (!block) throw new Error('The node did not run');
process.send?.({ took, block, memory } satisfies ThousandResult);
process.disconnect();
