import { createRequire } from 'node:module';

import type { INodeParameters, INodeType } from 'n8n-workflow';

import { startEngine, type InputItem } from '../tools/engine/engine.mts';
import type { ApiAddress } from './api.mts';

// tsx makes one copy of a CommonJS module for those that import it and another for those that require it. The node
// requires its modules, so what shares its clock has to be required as well.
const require = createRequire(import.meta.url);
const { ImageToVideo } =
	require('../nodes/ImageToVideo/ImageToVideo.node.ts') as typeof import('../nodes/ImageToVideo/ImageToVideo.node.ts');
const { MagicHourVideoApi } =
	require('../credentials/MagicHourVideoApi.credentials.ts') as typeof import('../credentials/MagicHourVideoApi.credentials.ts');
const { speedUp } =
	require('../tools/engine/fast-clock.mts') as typeof import('../tools/engine/fast-clock.mts');

export { ImageToVideo, MagicHourVideoApi };

export interface NodeRun {
	readonly items: readonly InputItem[];
	readonly apiKey: string;
	readonly concurrentProjects?: number;
	/** Others have their defaults: files are uploaded, videos are waited for and downloaded. */
	readonly parameters?: INodeParameters;
}

/** The node in n8n-core's engine. */
export interface NodeEngine {
	/**
	 * Runs the node.
	 * @returns milliseconds of real time that n8n says the node took
	 * @throws Error unless every item came out
	 */
	run(options: NodeRun): Promise<number>;
}

/**
 * Call once per process.
 * @param speed how many times faster than real time the node's clock goes, as the API's does
 */
export async function startNode(
	api: Pick<ApiAddress, 'url'>,
	speed: number,
	node: INodeType = new ImageToVideo(),
): Promise<NodeEngine> {
	const engine = await startEngine({
		nodeName: 'n8n-nodes-magic-hour.imageToVideo',
		node,
		credential: new MagicHourVideoApi(),
	});
	process.once('exit', () => {
		engine.close();
	});
	process.once('SIGINT', () => process.exit(130));
	speedUp(speed);
	return {
		async run({ items, apiKey, concurrentProjects = 3, parameters = {} }) {
			const run = await engine.run({
				items,
				credentials: { apiKey, baseUrl: api.url },
				parameters: { ...parameters, options: { concurrentProjects } },
			});
			if (run.error) throw run.error;
			const out = run.output[0]?.length ?? 0;
			if (out !== items.length) throw new Error(`${out} of ${items.length} items came out`);
			const task = run.data.resultData.runData.Node?.[0];
			if (!task) throw new Error('n8n did not run the node');
			return task.executionTime;
		},
	};
}
