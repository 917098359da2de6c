import { BinaryDataService } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';

import { MODELS as RULES, type ModelRules } from '../../local-api/models.mts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import type { Kept } from '../../tools/engine/engine.mts';
import { png } from '../../tools/engine/images.mts';
import { openLab, textOf, type Lab } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab({ node: new TextToVideo() });
});

afterEach(() => {
	lab.api.clearFaults();
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const PROMPT = { prompt: 'A fox in the snow' };
const kling = { model: { __rl: true, mode: 'list', value: 'kling-3.0' } };
const URL = 'https://example.com/bottle.png';

const references = (...reference: INodeParameters[]): INodeParameters => ({
	referenceImages: { reference },
});
const byUrl = (name: string): INodeParameters => ({ name, imageSource: 'url', imageUrl: URL });

/** What the local API was asked for, one body for each create request. */
const bodies = () =>
	lab.api.requests
		.filter(({ kind }) => kind === 'create')
		.map(({ path, body }) => ({ path, body }));

describe('Generate', () => {
	it('tells of references that n8n has dropped, and of parts of the prompt without a value', async () => {
		const referenceImages = '={{ $json.images }}';
		const prompt = '=A @bottle in {{ $json.place }}';
		const { error, hints } = await lab.run({ ...kling, prompt, referenceImages });

		expect(error).toBeUndefined();
		const told = hints.map(({ message }) => message).join('\n');
		expect(told).toContain('There is no reference image, so "@bottle" in the prompt was sent');
		expect(told).toContain('Prompt: {{ $json.place }} has no value, so it was left out.');
	});

	it('makes a video from a prompt alone, and hands it on', async () => {
		const run = await lab.run(
			{ ...PROMPT, aspectRatio: '9:16', projectName: 'Fox' },
			{ items: [{ json: {} }] },
		);

		expect(run.error).toBeUndefined();
		expect(bodies()).toEqual([
			{
				path: '/v1/text-to-video',
				body: {
					...{ name: 'Fox', model: 'default', end_seconds: 5, resolution: '720p' },
					...{ style: PROMPT, aspect_ratio: '9:16' },
				},
			},
		]);
		expect(run.output[0]?.[0]?.json).toMatchObject({
			...{ status: 'complete', width: 720, height: 1280 },
		});
		expect(lab.api.projects.map(({ type }) => type)).toEqual(['TEXT_TO_VIDEO']);
		expect(run.output[0]?.[0]?.binary?.data).toMatchObject({ mimeType: 'video/mp4' });
		expect(lab.kinds()).not.toContain('upload');
	});

	it('waits no longer than the Timeout for a reference that n8n can not read', async () => {
		const read = jest
			.spyOn(BinaryDataService.prototype, 'getAsStream')
			.mockRejectedValue(new Error('timeout exceeded when trying to connect'));
		const begun = systemClock.now();
		const run = await lab.run({
			...kling,
			prompt: '@bottle',
			...references({ name: 'bottle', imageSource: 'binary', binaryPropertyName: 'data' }),
			options: { timeout: 60 },
		});
		read.mockRestore();

		expect(run.error?.description).toContain('DB_POSTGRESDB_POOL_SIZE');
		expect(systemClock.now() - begun).toBeLessThan(70_000);
		expect(lab.kinds()).toEqual([]);
	});

	it('sends references from each source, each image uploaded once', async () => {
		const run = await lab.run({
			...kling,
			prompt: '@bottle, @Cup-2 and @sign stand on a table, seen by @bottle_b.',
			waitForCompletion: false,
			...references(
				{ name: 'bottle', imageSource: 'binary', binaryPropertyName: 'data' },
				{ name: '@Cup-2', imageSource: 'url', imageUrl: URL },
				{
					name: 'sign',
					imageSource: 'filePath',
					imageFilePath: URL.replace(/.*com/, 'https://magichour.ai/my-library?imageId=1#'),
				},
				{ name: 'bottle_b', imageSource: 'binary', binaryPropertyName: 'data' },
			),
		});

		expect(run.error).toBeUndefined();
		const [{ body } = {}] = bodies();
		const sent = (body as { references: Array<{ name: string; file_path: string }> }).references;
		expect(sent.map(({ name }) => name)).toEqual(['bottle', 'Cup-2', 'sign', 'bottle_b']);
		expect(sent[0]?.file_path).toMatch(/^api-assets\//);
		expect(sent[3]?.file_path).toBe(sent[0]?.file_path);
		expect(sent[1]?.file_path).toBe(URL);
		expect(lab.kinds()).toEqual(['upload-urls', 'upload', 'create']);
	});

	it('makes a batch, in the order of its items', async () => {
		const items = ['a fox', 'a lake', 'a city'].map((text) => ({ json: { text } }));
		const run = await lab.run({ prompt: '={{ $json.text }}' }, { items });

		expect(run.error).toBeUndefined();
		const promptOf = new Map(
			lab.api.projects.map(({ id, body }) => [id, (body.style as { prompt: string }).prompt]),
		);
		expect(items.map((_, index) => promptOf.get(textOf(run, 'id', index)))).toEqual([
			...['a fox', 'a lake', 'a city'],
		]);
	});

	const TEN = Array.from({ length: 10 }, (_, index) => byUrl(`r${index}`));
	it('takes ten references', async () => {
		const prompt = '@r0 @r1 @r2 @r3 @r4 @r5 @r6 @r7 @r8 @r9';
		await lab.run({ ...kling, prompt, waitForCompletion: false, ...references(...TEN) });
		expect(bodies()).toHaveLength(1);
	});

	const SQUARE = { aspectRatio: '1:1' };
	const byId = (value: string) => ({
		model: { __rl: true, mode: 'id', value: `={{ "${value}" }}` },
	});
	it.each<[string, INodeParameters, RegExp]>([
		['no prompt', {}, /^Prompt: nothing was given/],
		['a prompt of spaces', { prompt: '  ' }, /^Prompt: nothing was given/],
		[
			'a prompt that is too long',
			{ prompt: 'ä'.repeat(20_001) },
			/^Prompt: it has 20001 characters; Magic Hour takes 20000/,
		],
		[
			'an aspect ratio of films',
			{ ...PROMPT, aspectRatio: '21:9' },
			/^Aspect Ratio: it must be .*"?21:9/,
		],
		[
			'a square of Veo',
			{ ...PROMPT, ...SQUARE, ...byId('veo3.1'), duration: 8 },
			/^Aspect Ratio: veo3\.1 makes 16:9 or 9:16; 1:1 was given/,
		],
		[
			'a square of Gemini',
			{ ...PROMPT, ...SQUARE, ...byId('gemini-omni-1.1') },
			/^Aspect Ratio: gemini-omni-1\.1/,
		],
		[
			'a duration that is not made',
			{ ...PROMPT, ...kling, duration: 2 },
			/^Duration: kling-3\.0 makes/,
		],
		[
			'references of a model that takes none',
			{ prompt: '@a', ...byId('ltx-2.5'), ...references(byUrl('a')) },
			/^Reference Images: ltx-2\.5 takes none/,
		],
		[
			'eleven references',
			{ prompt: '@a', ...kling, ...references(...TEN, byUrl('a')) },
			/^Reference Images: 11 were given; Magic Hour takes 10/,
		],
		[
			'a name twice',
			{ prompt: '@a', ...kling, ...references(byUrl('a'), byUrl('a')) },
			/^Reference Images: two are named a/,
		],
		[
			'a reference that is not named',
			{ prompt: 'a', ...kling, ...references(byUrl('a')) },
			/^Reference Images: the prompt does not use @a/,
		],
		[
			'a name that is no reference',
			{ prompt: '@a @b', ...kling, ...references(byUrl('a')) },
			/^Prompt: @b is no reference image; there is @a/,
		],
		[
			'a name with a space',
			{ prompt: '@a', ...kling, ...references(byUrl('my a')) },
			/^Reference Image 1, Name: my a was given/,
		],
		[
			'no name',
			{ prompt: '@a', ...kling, ...references(byUrl('')) },
			/^Reference Image 1, Name: nothing was given/,
		],
		[
			'an image that is no file',
			{
				prompt: '@a',
				...kling,
				...references({ name: 'a', imageSource: 'binary', binaryPropertyName: 'no' }),
			},
			/^Reference Image @a: the item has no binary field named "no"/,
		],
		[
			'a wrong URL',
			{
				prompt: '@a',
				...kling,
				...references({ name: 'a', imageSource: 'url', imageUrl: 'http://a.io/1.png' }),
			},
			/^Reference Image @a, Image URL: Magic Hour fetches/,
		],
		[
			'more credits than allowed',
			{ ...PROMPT, ...kling, options: { maxCredits: 100 } },
			/^Max Credits: this video is estimated at 240/,
		],
	])('refuses %s before any request', async (_, parameters, message) => {
		const run = await lab.run(parameters);

		expect(run.error?.message).toMatch(message);
		expect(lab.api.requests).toEqual([]);
	});

	it('an @ in a prompt without references is text', async () => {
		const prompt = 'A phone shows @anna and me@example.com';
		const run = await lab.run({ ...kling, prompt, waitForCompletion: false });
		expect(run.error).toBeUndefined();
		expect(bodies()[0]?.body).toMatchObject({ style: { prompt } });
		expect(bodies()[0]?.body).not.toHaveProperty('references');
		expect(run.hints.map(({ message }) => message)).toContain(
			'There is no reference image, so "@anna" in the prompt was sent as text.',
		);
	});

	it('a name in the prompt is told where the model hides its image', async () => {
		const hiding = { model: { __rl: true, mode: 'list', value: 'ltx-2.5' } };
		const run = await lab.run({
			...hiding,
			...{ prompt: '@a', waitForCompletion: false },
			...references(byUrl('a')),
		});
		expect(bodies()[0]?.body).not.toHaveProperty('references');
		expect(run.hints.map(({ message }) => message).join()).toContain('no reference image, so "@a"');
	});

	it('a wrong last item leaves no paid video behind', async () => {
		const items = ['a fox', ''].map((text) => ({ json: { text } }));
		const run = await lab.run({ prompt: '={{ $json.text }}' }, { items });
		expect(run.error?.message).toMatch(/^Prompt: nothing/);
		expect(lab.api.requests).toEqual([]);
	});

	it('a file that is no image fails as it does for Image To Video', async () => {
		const run = await lab.run(
			{
				...kling,
				prompt: '@a',
				...references({ name: 'a', imageSource: 'binary', binaryPropertyName: 'data' }),
			},
			{
				items: [
					{ json: {}, binary: { data: { data: Buffer.from('text'), mimeType: 'image/png' } } },
				],
			},
		);
		expect(run.error?.message).toMatch(/^Reference Image @a: .* which Magic Hour does not take/);
		expect(lab.api.requests).toEqual([]);
	});
});

describe('every combination of the catalogue', () => {
	it.each(MODELS)('of $id is accepted, in each shape that it makes', async (model) => {
		const { id, durations, resolutions, aspectRatios: ratios = ['16:9', '9:16', '1:1'] } = model;
		const combinations = durations.flatMap((duration) =>
			resolutions.map((resolution, index) => {
				const ratio = ratios[(duration + index) % ratios.length] ?? '';
				return { model: id, duration, resolution, ratio };
			}),
		);
		const run = await lab.run(
			{
				...PROMPT,
				model: { __rl: true, mode: 'id', value: '={{ $json.model }}' },
				duration: '={{ $json.duration }}',
				resolution: '={{ $json.resolution }}',
				aspectRatio: '={{ $json.ratio }}',
				waitForCompletion: false,
			},
			{ items: combinations.map((json) => ({ json })) },
		);

		expect(run.error).toBeUndefined();
		const sent = lab.creates().map((body) => ({
			...{ model: body.model, duration: body.end_seconds, resolution: body.resolution },
			ratio: (body as { aspect_ratio?: string }).aspect_ratio,
		}));
		const inOrder = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).sort();
		expect(inOrder(sent)).toEqual(inOrder(combinations));
		expect(combinations.length).toBeGreaterThan(0);
	});
});

describe('a combination outside the catalogue', () => {
	/** Fields that a model can't have are hidden, unless the model is an expression. */
	const computed = (id: string) => ({
		model: { __rl: true, mode: 'id', value: `={{ "${id}" }}` },
	});
	const OUTSIDE: ReadonlyArray<[string, INodeParameters, object, RegExp]> = [
		['kling-3.0', { duration: 16 }, { end_seconds: 16 }, /^Duration: kling-3\.0 makes/],
		['wan-3.0', { resolution: '4k' }, { resolution: '4k' }, /^Resolution: wan-3\.0 makes/],
		['kling-2.6', { audio: true }, { audio: true }, /^Audio: kling-2\.6 makes/],
		['veo3.1', { duration: 8, aspectRatio: '1:1' }, { aspect_ratio: '1:1' }, /^Aspect Ratio: veo/],
		[
			'ltx-2.5',
			{ prompt: 'A @bottle', ...references(byUrl('bottle')) },
			{ references: [{ name: 'bottle', file_path: URL }] },
			/^Reference Images: ltx-2\.5 takes none/,
		],
	];

	it.each(OUTSIDE)('%s, %j: is refused without a request', async (id, wish, _, message) => {
		const run = await lab.run({ ...PROMPT, ...computed(id), ...wish });

		expect(run.error?.message).toMatch(message);
		expect(run.error?.description).toMatch(/send it anyway|set .* to Send Anyway/);
		expect(lab.api.requests).toEqual([]);
	});

	it.each(OUTSIDE)('%s, %j: Send Anyway sends it as it is', async (id, wish, body) => {
		const options = { durationNotSupported: 'send' };
		const run = await lab.run({ ...PROMPT, ...computed(id), ...wish, options });

		expect(bodies()).toEqual([
			{
				path: '/v1/text-to-video',
				body: expect.objectContaining({ model: id, ...body }) as object,
			},
		]);
		expect(run.error?.message).toContain(`${id} does not support`);
	});

	it('what Magic Hour has learned since is made, and the panel tells', async () => {
		const rules = RULES as Record<string, ModelRules>;
		const before = rules['ltx-2.5'] as ModelRules;
		rules['ltx-2.5'] = { ...before, references: ['image'] };
		const run = await lab
			.run({
				...{ ...computed('ltx-2.5'), prompt: 'A @bottle', ...references(byUrl('bottle')) },
				...{ options: { durationNotSupported: 'send' }, waitForCompletion: false },
			})
			.finally(() => (rules['ltx-2.5'] = before));

		expect(run.error).toBeUndefined();
		expect(run.hints.map(({ message }) => message).join()).toMatch(
			/Reference Images: ltx-2\.5 takes none .* It was sent anyway/,
		);
	});
});

describe('money', () => {
	it('Retry On Fail goes on with the project that the first try had created', async () => {
		lab.api.setFault('poll', { status: 404 }, 1);
		const run = await lab.run(PROMPT, { retryOnFail: true, maxTries: 2 });

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(1);
	});

	it('a create whose fate nobody knows is not sent again, by no retry', async () => {
		lab.api.setFault('create', { status: 500 });
		const run = await lab.run(PROMPT, { retryOnFail: true, maxTries: 3 });

		expect(run.error?.message).toContain('A video may have been created all the same');
		expect(bodies()).toHaveLength(1);
	});

	it.each<[string, Kept, RegExp]>([
		['failed', 'all', /A video may have been created all the same/],
		['was stopped', 'that it began', /It may have created videos, so no request is sent again/],
	])(
		'a person retries an execution that %s: a create whose fate nobody knows is not sent again',
		async (_, kept, says) => {
			lab.api.setFault('create', { reset: 'after' }, 1);
			const first = await lab.run(PROMPT, { executionId: `${kept} 1` });
			const again = await lab.run(PROMPT, {
				executionId: `${kept} 2`,
				retry: { of: first.data, kept },
			});

			expect(again.error?.message).toMatch(says);
			expect(bodies()).toHaveLength(1);
		},
	);

	it('a failed video may be asked for again', async () => {
		lab.api.setOutcome({ status: 'error', code: 'unknown_error', message: 'Something' });
		await lab.run(PROMPT, { retryOnFail: true, maxTries: 2 });
		expect(lab.api.projects).toHaveLength(2);
		expect(lab.api.balance('business')).toBeGreaterThan(0);
	});
});

describe('the other operations', () => {
	const created = async (): Promise<string> =>
		textOf(await lab.run({ ...PROMPT, waitForCompletion: false }), 'id');

	it('Get brings the video', async () => {
		const projectId = await created();
		const run = await lab.run({ operation: 'get', projectId });
		expect(run.output[0]?.[0]?.json).toMatchObject({ id: projectId, status: 'complete' });
		expect(run.output[0]?.[0]?.binary?.data).toBeDefined();
	});

	it('Delete deletes it', async () => {
		const projectId = await created();
		await lab.run({ operation: 'delete', projectId });
		expect(lab.api.projects[0]?.deleted).toBe(true);
	});

	it('Estimate Credits makes no request', async () => {
		const run = await lab.run({ operation: 'estimateCredits', ...kling, duration: 5 });
		expect(run.output[0]?.[0]?.json).toMatchObject({ credits: 240 });
		expect(lab.api.requests).toEqual([]);
	});

	it('Get Account tells the plan', async () => {
		const run = await lab.run({ operation: 'getAccount' });
		expect(run.output[0]?.[0]?.json).toMatchObject({ tier: 'business' });
	});
});

describe('the form', () => {
	const description = new TextToVideo().description;
	const field = (name: string) => description.properties.find((each) => each.name === name);

	it('has the menus of Image To Video', async () => {
		const options = await lab.engine.loadOptions('getDurations', {
			...kling,
			operation: 'generate',
		});
		expect(options.map(({ value }) => value)).toEqual(
			Array.from({ length: 13 }, (_, index) => index + 3),
		);
	});

	it('shows references only for models that take them, and for those that nobody knows', () => {
		const hidden = field('referenceImages')?.displayOptions?.hide?.model ?? [];
		expect(hidden).toContain('veo3.1');
		expect(hidden).toContain('ltx-2.5');
		for (const taker of ['kling-3.0', 'wan-3.0', 'minimax-h3', 'seedance-2.0', 'default']) {
			expect(hidden).not.toContain(taker);
		}
	});

	it('no picture of a size is needed: an image of any shape is a reference', async () => {
		const item = { json: {}, binary: { data: { data: png(30, 300), mimeType: 'image/png' } } };
		const run = await lab.run(
			{
				...kling,
				prompt: '@a',
				waitForCompletion: false,
				...references({ name: 'a', imageSource: 'binary', binaryPropertyName: 'data' }),
			},
			{ items: [item] },
		);
		expect(run.error).toBeUndefined();
	});
});
