import type { INodeParameters, INodeType } from 'n8n-workflow';

import { MagicHourVideoApi } from '../../../credentials/MagicHourVideoApi.credentials.ts';
import { startLocalApi, type LocalApi, type LocalApiOptions } from '../../../local-api/server.mts';
import { systemClock } from '../../../nodes/shared/lib/clock.ts';
import { ImageToVideo } from '../../../nodes/ImageToVideo/ImageToVideo.node.ts';
import {
	startEngine,
	type Engine,
	type EngineRun,
	type InputItem,
	type RunOptions,
	type StartedRun,
} from '../../../tools/engine/engine.mts';
import { png } from '../../../tools/engine/images.mts';
import { jumpOverWaits } from './jumping-clock.mts';

// Videos are really rendered, on a machine that may have other things to do.
jest.setTimeout(60_000);

export interface LabRunOptions extends Partial<Omit<RunOptions, 'parameters' | 'credentials'>> {
	/** Default: the key of the business plan. */
	readonly apiKey?: string;
}

/** The node in n8n's engine, the local API behind it, and a time that both have. */
export interface Lab {
	readonly engine: Engine;
	readonly api: LocalApi;
	/** Runs the node with the business key on one image, unless told otherwise. No key may show in what it leaves. */
	run(parameters: INodeParameters, options?: LabRunOptions): Promise<EngineRun>;
	start(parameters: INodeParameters, options?: LabRunOptions): StartedRun;
	/** Kinds of the requests about videos that the API has had, in order: not of those that read the account. */
	kinds(): string[];
	/** How often the account was read. */
	accountReads(): number;
	/** Bodies of the create requests that the API has had, in order. */
	creates(): CreateBody[];
	close(): Promise<void>;
}

export interface CreateBody {
	readonly model?: string;
	readonly name?: string;
	readonly end_seconds: number;
	readonly resolution?: string;
	readonly audio?: boolean;
	readonly style?: { readonly prompt?: string };
	readonly assets: { readonly image_file_path: string; readonly end_image_file_path?: string };
}

/** Seconds of the node's time that a video takes: it is asked for several times meanwhile. */
export const JOB_SECONDS = 25;

/** A 16:9 image that every model takes. */
export const IMAGE = png(320, 180);

/** An item with the image in the field that the node looks into by default. */
export const imageItem = (data: Buffer = IMAGE, json: InputItem['json'] = {}): InputItem => ({
	json,
	binary: { data: { data, mimeType: 'image/png', fileName: 'picture.png' } },
});

export interface LabOptions extends LocalApiOptions {
	/** Waits take as long as they say. Default: they take no time. */
	readonly inRealTime?: boolean;
	/** Default: Image To Video. */
	readonly node?: INodeType;
}

export async function openLab({
	inRealTime = false,
	node = new ImageToVideo(),
	...options
}: LabOptions = {}): Promise<Lab> {
	const api = await startLocalApi({
		clock: () => systemClock.now(),
		jobSeconds: JOB_SECONDS,
		...options,
	});
	const engine = await startEngine({
		nodeName: `n8n-nodes-magic-hour.${node.description.name}`,
		node,
		credential: new MagicHourVideoApi(),
	});
	const restoreClock = inRealTime ? undefined : jumpOverWaits(() => api.hanging);
	const keys = Object.values(api.keys);

	const start = (parameters: INodeParameters, runOptions: LabRunOptions = {}): StartedRun => {
		const { apiKey = api.keys.business, ...others } = runOptions;
		const { result, cancel } = engine.start({
			items: [imageItem()],
			credentials: { apiKey, baseUrl: api.url },
			...others,
			parameters,
		});
		return { cancel, result: result.then((run) => refuseKeys(run, [...keys, apiKey])) };
	};

	return {
		engine,
		api,
		start,
		run: async (parameters, runOptions) => await start(parameters, runOptions).result,
		kinds: () => api.requests.map(({ kind }) => kind).filter((kind) => kind !== 'account'),
		accountReads: () => api.requests.filter(({ kind }) => kind === 'account').length,
		creates: () =>
			api.requests.filter(({ kind }) => kind === 'create').map(({ body }) => body as CreateBody),
		async close() {
			restoreClock?.();
			engine.close();
			await api.close();
		},
	};
}

/** A field of an output item that has to be text. @throws when it is something else */
export function textOf({ output }: EngineRun, field: string, item = 0): string {
	const value = output[0]?.[item]?.json[field];
	if (typeof value !== 'string') throw new TypeError(`${field} is no text but ${typeof value}`);
	return value;
}

/** @throws when a key can be seen anywhere in what n8n keeps or logs of a run */
function refuseKeys(run: EngineRun, keys: readonly string[]): EngineRun {
	const shown = keys.find((key) => run.visible.includes(key));
	if (shown !== undefined) {
		const at = run.visible.indexOf(shown);
		const around = run.visible.slice(Math.max(0, at - 200), at).replaceAll(shown, '***');
		throw new Error(`The API key can be seen in the run, after: ${around}`);
	}
	return run;
}
