import type { INodeParameters } from 'n8n-workflow';

import { imageItem, openLab, type Lab, type LabRunOptions } from '../support/engine/lab.mts';
import { GIF, PDF, png } from '../../tools/engine/images.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab({ jobSeconds: 1_000_000 });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const model = (value: string) => ({ model: { __rl: true, mode: 'list', value } });
/** Fields that the model can't have are hidden, and hidden values don't count; unless the model is an expression. */
const computed = (value: string) => ({
	model: { __rl: true, mode: 'id', value: `={{ '${value}' }}` },
});
const WIDE = png(160, 90);
const endImage = (data = WIDE): LabRunOptions => ({
	items: [
		{
			json: {},
			binary: {
				data: { data: WIDE, mimeType: 'image/png', fileName: 'a.png' },
				endImage: { data, mimeType: 'image/png', fileName: 'b.png' },
			},
		},
	],
});
const image = (data: Buffer): LabRunOptions => ({ items: [imageItem(data)] });

interface Case {
	readonly wrong: string;
	readonly parameters: INodeParameters;
	readonly options?: LabRunOptions;
	/** What the message, or its description, must name: the field, the value and what would be right. */
	readonly says: readonly (string | RegExp)[];
}

const CASES: readonly Case[] = [
	{
		wrong: 'an empty image',
		parameters: {},
		options: image(Buffer.alloc(0)),
		says: [/image/i, /empty/i],
	},
	{
		wrong: 'a GIF named .png',
		parameters: {},
		options: image(GIF),
		says: [/GIF/, /png/i, /jpe?g/i, /webp/i],
	},
	{
		wrong: 'a PDF named .png',
		parameters: {},
		options: image(PDF),
		says: [/PDF/, /png/i, /jpe?g/i],
	},
	{
		wrong: 'a file whose name would be a line of its own, and long',
		parameters: {},
		options: {
			items: [
				{
					json: {},
					binary: {
						data: {
							data: GIF,
							mimeType: 'image/png',
							fileName: `a.png\nforged: all is well${'!'.repeat(1_000)}`,
						},
					},
				},
			],
		},
		says: [/^Image: a\.png forged: all is well!{1,80}… is a GIF/],
	},
	{
		wrong: 'a missing binary field',
		parameters: { binaryPropertyName: 'photo' },
		says: ['photo', /binary/i],
	},
	...['__proto__', 'constructor', 'toString'].map(
		(binaryPropertyName): Case => ({
			wrong: `the binary field ${binaryPropertyName}, which every object has`,
			parameters: { binaryPropertyName },
			says: [binaryPropertyName, 'it has data'],
		}),
	),
	...['', ' ', '__proto__'].map(
		(outputBinaryField): Case => ({
			wrong: `"${outputBinaryField}" as the field for the video`,
			parameters: { outputBinaryField: `={{ '${outputBinaryField}' }}` },
			says: ['Put Output File in Field', outputBinaryField.trim() || 'nothing', 'such as data'],
		}),
	),
	{
		wrong: 'an item without any file',
		parameters: {},
		options: { items: [{ json: {} }] },
		says: ['data', /binary/i],
	},
	{
		wrong: 'a square image for sora-2',
		parameters: { ...model('sora-2'), duration: 4 },
		options: image(png(100, 100)),
		says: ['sora-2', '16:9', '9:16', /100.{1,3}100/],
	},
	{
		wrong: 'a 4:3 image for sora-2',
		parameters: { ...model('sora-2'), duration: 4 },
		options: image(png(400, 300)),
		says: ['sora-2', '16:9', '9:16', /400.{1,3}300/],
	},
	...['wan-2.2', 'minimax-h3', 'sora-2'].map(
		(id): Case => ({
			wrong: `an end image with ${id}`,
			parameters: { ...computed(id), duration: id === 'sora-2' ? 4 : 5, endImageSource: 'binary' },
			options: endImage(),
			says: ['End Image', id, 'kling-3.0'],
		}),
	),
	...['veo3.1', 'veo3.1-lite'].map(
		(id): Case => ({
			wrong: `an end image with ${id} at 16 seconds`,
			parameters: { ...model(id), duration: 16, endImageSource: 'binary' },
			options: endImage(),
			says: ['End Image', id, '16', /8 seconds/],
		}),
	),
	{
		wrong: 'an end image with kling-2.6 at 720p',
		parameters: { ...model('kling-2.6'), resolution: '720p', endImageSource: 'binary' },
		options: endImage(),
		says: ['End Image', 'kling-2.6', '720p', '1080p'],
	},
	{
		wrong: 'an end image that is a PDF',
		parameters: { endImageSource: 'binary' },
		options: endImage(PDF),
		says: [/End Image/i, 'PDF', /png/i],
	},
	{
		wrong: 'an end image that is empty',
		parameters: { endImageSource: 'binary' },
		options: endImage(Buffer.alloc(0)),
		says: [/End Image/i, /empty/i],
	},
	{
		wrong: 'an end image field that is not there',
		parameters: { endImageSource: 'binary' },
		says: ['endImage', /End Image/i],
	},
	{
		wrong: 'a malformed end image URL',
		parameters: { endImageSource: 'url', endImageUrl: 'nonsense' },
		says: [/End Image/i, 'nonsense', /https:\/\//],
	},
	{
		wrong: 'an empty end image path',
		parameters: { endImageSource: 'filePath', endImageFilePath: '={{ $json.missing }}' },
		says: [/End Image/i, /nothing|empty/i, /file_path/],
	},
	...['', 'nonsense', 'example.com/a.png', 'ftp://example.com/a.png', 'https://'].map(
		(imageUrl): Case => ({
			wrong: `the image URL "${imageUrl}"`,
			parameters: { imageSource: 'url', imageUrl: `={{ '${imageUrl}' }}` },
			says: [/URL/, imageUrl === '' ? /nothing|empty/i : imageUrl, /https:\/\//],
		}),
	),
	{
		wrong: 'an empty file path',
		parameters: { imageSource: 'filePath', imageFilePath: `={{ '' }}` },
		says: ['Image File', /nothing|empty/i, /file_path/],
	},
	...[0, -5, 'soon', '={{ NaN }}'].map(
		(timeout): Case => ({
			wrong: `the timeout ${timeout}`,
			parameters: { options: { timeout } },
			says: [/Timeout/, /Second/],
		}),
	),
	{
		wrong: 'a timeout of years',
		parameters: { options: { timeout: 100_000_000 } },
		says: [/Timeout/, '100000000', /Second/],
	},
	...[0, -1, 'many'].map(
		(maxCredits): Case => ({
			wrong: `Max Credits ${maxCredits}`,
			parameters: { options: { maxCredits } },
			says: [/Max Credits/, String(maxCredits)],
		}),
	),
	{
		wrong: 'Max Credits lower than the estimate',
		parameters: { ...model('kling-3.0'), options: { maxCredits: 239 } },
		says: [/Max Credits/, '239', '240'],
	},
	{
		wrong: 'Max Credits lower than the estimate with sound',
		parameters: { ...model('kling-3.0'), audio: true, options: { maxCredits: 300 } },
		says: [/Max Credits/, '300', '360'],
	},
	{
		wrong: 'Max Credits with a model whose price is unknown',
		parameters: { ...model('ltx-2.5'), options: { maxCredits: 100_000 } },
		says: [/Max Credits/, 'ltx-2.5', /no rate|unknown/i],
	},
	{
		wrong: 'sound with a model that makes none',
		parameters: { ...computed('wan-2.2'), audio: true },
		says: [/Audio/, 'wan-2.2', 'kling-3.0'],
	},
	{
		wrong: 'a duration that is no number',
		parameters: { duration: 'long' },
		says: [/Duration/, 'long', /seconds/],
	},
	{
		wrong: 'a duration of nothing',
		parameters: { duration: '={{ $json.missing }}' },
		says: [/Duration/, /nothing/, /seconds/],
	},
	{
		wrong: 'a length that sora-2 does not make',
		parameters: { ...model('sora-2'), duration: 5 },
		says: ['sora-2 makes 4, 8, 12, 24, 36, 48 or 60 seconds', '5 was given', 'the nearest is 4'],
	},
	{
		wrong: 'an empty model',
		parameters: computed(''),
		says: [/Model/],
	},
	...(['get', 'delete'] as const).map(
		(operation): Case => ({
			wrong: `an empty project id to ${operation}`,
			parameters: { operation, projectId: '  ' },
			says: [/Project ID/i, /empty|nothing/i],
		}),
	),
	{
		wrong: 'an empty image to upload',
		parameters: { operation: 'uploadImage' },
		options: image(Buffer.alloc(0)),
		says: [/image/i, /empty/i],
	},
	{
		wrong: 'a PDF to upload',
		parameters: { operation: 'uploadImage' },
		options: image(PDF),
		says: ['PDF', /png/i],
	},
	{
		wrong: 'a missing field to upload',
		parameters: { operation: 'uploadImage', binaryPropertyName: 'photo' },
		says: ['photo', /binary/i],
	},
];

it.each(CASES)('refuses $wrong before any request', async ({ parameters, options, says }) => {
	const run = await lab.run(parameters, options);

	expect(run.status).toBe('error');
	const told = `${run.error?.message ?? ''}\n${run.error?.description ?? ''}`;
	for (const part of says) expect(told).toMatch(part instanceof RegExp ? part : literal(part));
	expect(lab.api.requests).toHaveLength(0);
});

it.each(['api.magichour.ai', 'ftp://api.magichour.ai', 'https://a:b@api.magichour.ai'])(
	'refuses "%s" as the API Base URL before any request, and does not say that a video may exist',
	async (baseUrl) => {
		const byReference = { imageSource: 'url', imageUrl: 'https://example.com/a.png' };
		for (const parameters of [{}, byReference, { operation: 'get', projectId: 'a' }]) {
			const run = await lab.engine.run({
				items: [imageItem()],
				credentials: { apiKey: lab.api.keys.business, baseUrl },
				parameters,
			});

			expect(run.error?.message).toMatch(/^API Base URL: /);
			expect(run.error?.description).toContain('https://api.magichour.ai');
		}
		expect(lab.api.requests).toHaveLength(0);
	},
);

it('names the item when there are several', async () => {
	const items = [imageItem(), imageItem(GIF), imageItem()];
	const run = await lab.run({ waitForCompletion: false }, { items });

	expect(run.error).toMatchObject({ context: { itemIndex: 1 } });
	expect(`${run.error?.message ?? ''} ${run.error?.description ?? ''}`).toMatch(/item 1\b/i);
});

it.each([
	['its price at the limit', { ...model('kling-3.0'), options: { maxCredits: 240 } }],
	['a 9:16 image for sora-2', { ...model('sora-2'), duration: 4 }],
	[
		'an end image at 8 seconds with veo3.1',
		{ ...model('veo3.1'), duration: 8, endImageSource: 'binary' },
	],
	[
		'an end image at 1080p with kling-2.6',
		{ ...model('kling-2.6'), resolution: '1080p', endImageSource: 'binary' },
	],
])('does not refuse %s', async (name, parameters) => {
	const options = name.includes('9:16') ? image(png(90, 160)) : endImage();
	const run = await lab.run({ ...parameters, waitForCompletion: false }, options);

	expect(run.error).toBeUndefined();
	expect(lab.creates()).toHaveLength(1);
});

const literal = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
