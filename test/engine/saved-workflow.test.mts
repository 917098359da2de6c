/**
 * A workflow that somebody saved must go on working. `test/fixtures/saved-workflow-0.1.json` is one that n8n 2.41.1 saved with
 * version 0.1 of this package: every operation, with all defaults and with every parameter set. It is **never changed**. When
 * a release gets new parameters, a fixture with that version's number is added beside it, and to the list below. Names,
 * values and defaults one by one are looked at in `test/tools/saved-names.test.mts`.
 *
 * If a change can't leave these results as they are, it is a new `version` of the node, which says what is different: a saved
 * node keeps its `typeVersion`, and with it the old way.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, INodeParameters, INodeType } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { MagicHourTrigger } from '../../nodes/MagicHourTrigger/MagicHourTrigger.node.ts';
import type { EngineRun, InputItem } from '../../tools/engine/engine.mts';
import { png } from '../../tools/engine/images.mts';
import { IMAGE, openLab, textOf, type Lab } from '../support/engine/lab.mts';

const FIXTURES = ['saved-workflow-0.1.json'];
const PACKAGE = 'n8n-nodes-magic-hour.';
const TYPES: Readonly<Record<string, INodeType>> = {
	imageToVideo: new ImageToVideo(),
	magicHourTrigger: new MagicHourTrigger(),
};

interface SavedWorkflow {
	readonly nodes: readonly INode[];
}

const nodesOf = (fixture: string): readonly INode[] => {
	const path = join(import.meta.dirname, '..', 'fixtures', fixture);
	const { nodes } = JSON.parse(readFileSync(path, 'utf8')) as SavedWorkflow;
	return nodes.filter(({ type }) => type.startsWith(PACKAGE));
};

describe.each(FIXTURES)('%s', (fixture) => {
	it.each(nodesOf(fixture).map((node) => [node.name, node] as const))(
		'%s: its version is there, and takes every parameter that was saved',
		(_, node) => {
			const { description } = TYPES[node.type.slice(PACKAGE.length)] ?? {};
			expect([description?.version].flat()).toContain(node.typeVersion);

			const taken = NodeHelpers.getNodeParameters(
				description?.properties ?? [],
				node.parameters,
				true,
				false,
				node,
				description ?? null,
			);
			expect(taken).toMatchObject(node.parameters);
		},
	);

	it('has a node of every type, and every operation', () => {
		const nodes = nodesOf(fixture);
		expect(new Set(nodes.map(({ type }) => type.slice(PACKAGE.length)))).toEqual(
			new Set(Object.keys(TYPES)),
		);
		const operations = nodes.map(({ parameters }) => parameters.operation ?? 'generate');
		expect(new Set(operations)).toEqual(
			new Set(['generate', 'get', 'delete', 'uploadImage', 'estimateCredits']),
		);
	});
});

describe('saved by version 0.1', () => {
	let lab: Lab;

	beforeAll(async () => {
		lab = await openLab();
	});

	afterEach(() => {
		lab.api.reset();
	});

	afterAll(async () => {
		await lab.close();
	});

	const saved = nodesOf('saved-workflow-0.1.json');
	const THING = 'lighthouse';

	/** Runs a node of the saved workflow, with its settings, on one item. */
	async function run(name: string, json: InputItem['json'] = {}): Promise<EngineRun> {
		const node = saved.find((each) => each.name === name);
		if (node === undefined) throw new Error(`The fixture has no node ${name}`);
		const { parameters, onError, retryOnFail } = node;
		const file = { data: IMAGE, mimeType: 'image/png', fileName: 'picture.png' };
		const end = { ...file, data: png(320, 180, 10) };
		const ended = await lab.run(parameters, {
			items: [{ json: { thing: THING, ...json }, binary: { data: file, photo: file, last: end } }],
			...(onError && { onError }),
			...(retryOnFail && { retryOnFail }),
		});
		expect(ended.error).toBeUndefined();
		return ended;
	}

	const itemOf = ({ output }: EngineRun) => output[0]?.[0];

	/** A project, as Get and Delete want one. */
	async function project(): Promise<string> {
		const parameters: INodeParameters = { waitForCompletion: false };
		return textOf(await lab.run(parameters), 'id');
	}

	it('Generate makes, awaits and downloads the same video', async () => {
		const ended = await run('Generate');

		expect(lab.creates()).toEqual([
			{
				name: expect.stringMatching(/^Engine test/) as string,
				model: 'default',
				end_seconds: 5,
				resolution: '720p',
				style: {},
				assets: { image_file_path: expect.stringMatching(/\.png$/) as string },
			},
		]);
		expect(itemOf(ended)?.json).toMatchObject({ status: 'complete', seconds: 5 });
		expect(Object.keys(itemOf(ended)?.json ?? {}).sort()).toEqual(OUTPUT);
		expect(Object.keys(itemOf(ended)?.binary ?? {})).toEqual(['data']);
	});

	it('Generate with everything set asks for the same', async () => {
		const ended = await run('Generate, all set');

		expect(lab.creates()).toEqual([
			{
				name: `Clip ${THING}`,
				model: 'kling-3.0',
				end_seconds: 10,
				resolution: '1080p',
				audio: true,
				style: { prompt: `The ${THING} moves` },
				assets: {
					image_file_path: expect.stringMatching(/\.png$/) as string,
					end_image_file_path: expect.stringMatching(/\.png$/) as string,
				},
			},
		]);
		expect(itemOf(ended)?.json).toMatchObject({ status: 'complete', seconds: 10 });
		expect(Object.keys(itemOf(ended)?.binary ?? {})).toEqual(['film']);
	});

	it('Generate from a URL hands the URLs on, and the answer back', async () => {
		const ended = await run('Generate from a URL');

		expect(lab.creates()[0]).toMatchObject({
			model: 'veo3.1',
			end_seconds: 8,
			assets: {
				image_file_path: `https://images.example.com/${THING}.png`,
				end_image_file_path: 'https://images.example.com/end.jpg',
			},
		});
		expect(itemOf(ended)?.json).not.toHaveProperty('credits_estimated');
	});

	it('Generate from a file reads model, duration and resolution from expressions', async () => {
		const values = { model: 'ltx-2.3', seconds: 12, height: 1080 };
		const [image, endImage] = ['picture', 'end'].map((name) => `api-assets/id/${name}.png`);
		// The local API knows no such files, and says so; what it was asked is what counts.
		const node = saved.find(({ name }) => name === 'Generate from a file');
		await lab.run(node?.parameters ?? {}, { items: [{ json: values }] });

		expect(lab.creates()[0]).toMatchObject({
			model: 'ltx-2.3',
			end_seconds: 5,
			resolution: '1080p',
			assets: { image_file_path: image, end_image_file_path: endImage },
		});
	});

	it('Get waits and downloads', async () => {
		const ended = await run('Get', { id: await project() });

		expect(itemOf(ended)?.json).toMatchObject({ status: 'complete', seconds: 5 });
		expect(itemOf(ended)?.binary?.data?.mimeType).toBe('video/mp4');
	});

	it("Get with everything set gives the API's answer at once", async () => {
		const id = await project();
		const ended = await run('Get, all set', { id });

		expect(itemOf(ended)?.json).toMatchObject({ id, end_seconds: 5 });
		expect(itemOf(ended)?.binary).toBeUndefined();
	});

	it('Delete deletes', async () => {
		const id = await project();
		expect(itemOf(await run('Delete', { id }))?.json).toEqual({ id, deleted: true });
	});

	it('Upload Image gives the path', async () => {
		expect(textOf(await run('Upload Image'), 'file_path')).toMatch(/\.png$/);
	});

	it.each([
		['Estimate Credits', { model: 'default', duration: 5, resolution: '720p' }],
		['Estimate Credits, all set', { model: 'sora-2', duration: 8, resolution: '720p' }],
	])('%s estimates the same', async (name, expected) => {
		expect(itemOf(await run(name))?.json).toMatchObject(expected);
	});
});

/** The fields of a simplified project that a workflow may read. */
const OUTPUT = [
	'created_at',
	'credits_charged',
	'credits_estimated',
	'error',
	'fps',
	'height',
	'id',
	'name',
	'seconds',
	'status',
	'video_url',
	'video_url_expires_at',
	'width',
];
