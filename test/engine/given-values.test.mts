/**
 * What people and expressions really give: it is taken for what it can only mean, or refused before the first request by
 * the names of the field and the value.
 */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { EngineRun } from '../../tools/engine/engine.mts';
import { imageItem, IMAGE, openLab, type CreateBody, type Lab } from '../support/engine/lab.mts';

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

const NO_WAIT = { waitForCompletion: false };
const URL_GIVEN = { imageSource: 'url', imageUrl: 'https://example.com/photo.png' };

/** @param json what the expressions of the parameters read as `$json` */
async function run(parameters: INodeParameters, json: IDataObject = {}): Promise<EngineRun> {
	return await lab.run({ ...NO_WAIT, ...parameters }, { items: [imageItem(IMAGE, json)] });
}

/** The create request that came of it: one and no more. */
async function created(parameters: INodeParameters, json?: IDataObject): Promise<CreateBody> {
	const { error } = await run(parameters, json);
	expect(error).toBeUndefined();
	const [create, ...others] = lab.creates();
	expect(others).toEqual([]);
	return create as CreateBody;
}

/** The message of a run that was refused before any request, and its hint. */
async function refused(parameters: INodeParameters, json?: IDataObject): Promise<string> {
	const { error } = await run(parameters, json);
	expect(lab.kinds()).toEqual([]);
	return `${error?.message ?? 'no error'}\n${error?.description ?? ''}`;
}

describe('Text', () => {
	it.each<[unknown, string]>([
		['A cat', 'A cat'],
		['  A cat\n', 'A cat'],
		[42, '42'],
		['', ''],
		['A cat and a hat \ud83d\ude00'.slice(0, -1), 'A cat and a hat'],
		['\ude00A \ud83d\ude00 cat', 'A \ud83d\ude00 cat'],
		['undefined behaviour of cats', 'undefined behaviour of cats'],
		['the [object] of a {native code} review', 'the [object] of a {native code} review'],
		['\u200eA\0 cat\ufeff', 'A cat'],
		['\u200b', ''],
	])('%j is the prompt %j', async (p, prompt) => {
		const { style } = await created({ prompt: '={{ $json.p }}' }, { p } as IDataObject);
		expect(style?.prompt ?? '').toBe(prompt);
	});

	it('a date becomes its text', async () => {
		const { name } = await created({ projectName: '={{ $now }}' });
		expect(name).toMatch(/^\d{4}-\d\d-\d\dT/);
	});

	it.each<[string, unknown, string]>([
		['prompt', { text: 'A cat' }, 'Prompt: it must be text; {"text":"A cat"} was given'],
		['prompt', ['A cat'], 'Prompt: it must be text; ["A cat"] was given'],
		['prompt', true, 'Prompt: it must be text; true was given'],
		['prompt', {}, 'Prompt: it must be text; {} was given'],
		['prompt', undefined, 'Prompt: its expression has no value'],
		['prompt', null, 'Prompt: its expression has no value'],
		['prompt', 'undefined', 'Prompt: undefined was given'],
		['prompt', 'A film of [object Object]', 'Prompt: A film of [object Object] was given'],
		['projectName', { name: 'Film' }, 'Project Name: it must be text; {"name":"Film"} was given'],
		['projectName', false, 'Project Name: it must be text; false was given'],
		[
			'outputBinaryField',
			['data'],
			'Put Output File in Field: it must be text; ["data"] was given',
		],
		['outputBinaryField', 'null', 'Put Output File in Field: null was given'],
		['binaryPropertyName', true, 'Input Binary Field: it must be text; true was given'],
		[
			'binaryPropertyName',
			{ name: 'data' },
			'Input Binary Field: it must be the name of a binary field',
		],
		['model', { id: 'kling-3.0' }, 'Model: {"id":"kling-3.0"} was given'],
		['duration', { seconds: 5 }, 'Duration: {"seconds":5} was given'],
		['duration', [5], 'Duration: [5] was given'],
		['resolution', ['720p'], 'Resolution: ["720p"] was given'],
		['resolution', { value: '720p' }, 'Resolution: {"value":"720p"} was given'],
		['resolution', true, 'Resolution: true was given'],
	])('%s can not be %j', async (name, p, says) => {
		const parameters = { [name]: '={{ $json.p }}', waitForCompletion: true };
		expect(await refused(parameters, { p } as IDataObject)).toContain(says);
	});

	it.each<[INodeParameters, unknown, string]>([
		[
			{ imageSource: 'url', imageUrl: '={{ $json.p }}' },
			{ url: 'https://a.io/b.png' },
			'Image URL: it must be text',
		],
		[
			{ imageSource: 'filePath', imageFilePath: '={{ $json.p }}' },
			['api-assets/a.png'],
			'Image File: it must be text',
		],
		[
			{ imageSource: 'filePath', imageFilePath: '={{ $json.p }}' },
			'undefined',
			'Image File: undefined was given',
		],
		[
			{ endImageSource: 'url', endImageUrl: '={{ $json.p }}' },
			{ url: 'a' },
			'End Image URL: it must be text',
		],
		[
			{ operation: 'get', projectId: '={{ $json.p }}' },
			{ id: 'abc' },
			'Project ID: it must be text; {"id":"abc"} was given',
		],
		[
			{ operation: 'delete', projectId: '={{ $json.p }}' },
			'undefined',
			'Project ID: undefined was given',
		],
		[
			{ prompt: '=A film of {{ $json.p }}' },
			{ text: 'a cat' },
			'Prompt: A film of [object Object] was given',
		],
		[{ prompt: '=A film of {{ $json.p.trim }}' }, 'a cat', 'Prompt: A film of function trim'],
		[{ prompt: '=A film of {{ new Set() }}' }, '', 'Prompt: A film of [object Set] was given'],
		[{ prompt: '={{ new Date("x") }}' }, '', 'Prompt: '],
		[{ prompt: '={{ String(new Date($json.p)) }}' }, 'x', 'Prompt: Invalid Date was given'],
	])('%j can not be %j', async (parameters, p, says) => {
		expect(await refused(parameters, { p } as IDataObject)).toContain(says);
	});

	it('a model that is not known gets no object, list or flag for a resolution', async () => {
		for (const p of [{ value: '720p' }, ['720p'], true, 720.5]) {
			const model = { __rl: true, mode: 'id', value: 'new-model-9' };
			const told = await refused({ model, resolution: '={{ $json.p }}' }, { p });
			expect(told).toMatch(/^Resolution: .* was given/);
		}
	});

	it("an expression that n8n can't work out is told with its field", async () => {
		const told = await refused({ prompt: "={{ $('Nowhere').item.json.text }}" });
		expect(told).toMatch(
			/^Prompt: n8n could not work out its value \(Referenced node doesn't exist\)/,
		);
	});
});

describe('An empty prompt', () => {
	it('is right where nobody wrote one', async () => {
		const { hints } = await run({});
		expect(lab.creates()[0]?.style).toEqual({});
		expect(JSON.stringify(hints)).not.toContain('Prompt');
	});

	it.each([
		'={{ $json.p ?? "" }}',
		'={{ "  " }}',
		'={{ "\u200b" }}',
		'={{ $json.p }}{{ $json.q }}',
	])('is told after the run where %s gave it', async (prompt) => {
		const { hints } = await run({ prompt });
		expect(lab.creates()[0]?.style).toEqual({});
		expect(JSON.stringify(hints)).toContain('Prompt was empty');
	});
});

test('invisible characters that came along with copied text do not count', async () => {
	const [mark, space, end] = ['\u200e', '\u200b', '\ufeff'];
	const body = await created({
		model: { __rl: true, mode: 'id', value: `${mark}Kling 3.0${space}` },
		duration: `${end}10 s${mark}`,
		resolution: `1080p${space}`,
		audio: `={{ "${mark}yes" }}`,
		imageSource: `={{ "url${space}" }}`,
		imageUrl: `${mark}${URL_GIVEN.imageUrl}${space}`,
		options: { maxCredits: `={{ "5000${mark}" }}` },
	});
	expect(body).toMatchObject({
		...{ model: 'kling-3.0', end_seconds: 10, resolution: '1080p', audio: true },
		assets: { image_file_path: URL_GIVEN.imageUrl },
	});
});

describe('A part of the prompt without a value', () => {
	it.each<[string, string, string[]]>([
		['=A film of {{ $json.titel }}', 'A film of', ['{{ $json.titel }}']],
		['=A {{ $json.p }} at {{ $json.place.name }}', 'A cat at', ['{{ $json.place.name }}']],
		['={{ $json.a }}, {{ $json.p }}, {{ null }}', ', cat,', ['{{ $json.a }}', '{{ null }}']],
		['=A {{ $json.p }}{{ $json.b ?? "" }} in {{ 2 * 3 }} {{ "{" }}', 'A cat in 6 {', []],
		['={{ $json.p }}', 'cat', []],
		['A film of {{ $json.titel }}', 'A film of {{ $json.titel }}', []],
	])('is told after the run: %s', async (prompt, sent, parts) => {
		const { hints } = await run({ prompt }, { p: 'cat' });
		expect(lab.creates()[0]?.style).toEqual({ prompt: sent });
		const told = hints.map(({ message }) => message).filter((each) => each.includes('no value'));
		expect(told.join()).toBe(
			parts.map((part) => `Prompt: ${part} has no value, so it was left out.`).join(),
		);
	});
});

describe('A flag', () => {
	it.each<[unknown, boolean]>([
		[true, true],
		['true', true],
		[' TRUE ', true],
		[1, true],
		['1', true],
		['yes', true],
		['On', true],
		[false, false],
		['false', false],
		[0, false],
		['0', false],
		['no', false],
		['off', false],
		[null, false],
		['', false],
		[undefined, false],
	])('Audio %j is %j', async (p, audio) => {
		const body = await created({ audio: '={{ $json.p }}', prompt: 'x' }, { p } as IDataObject);
		expect(body.audio ?? false).toBe(audio);
	});

	it.each([2, -1, 'maybe', 'ja', {}, [], [true], { value: true }])(
		'Audio can not be %j',
		async (p) => {
			const told = await refused({ audio: '={{ $json.p }}' }, { p });
			expect(told).toMatch(/^Audio: it must be true or false; .* was given/);
		},
	);

	it.each([null, '', ' ', undefined, 'yes', 1])(
		'Wait for Completion %j waits, as the default does',
		async (p) => {
			const parameters = {
				waitForCompletion: '={{ $json.p }}',
				downloadVideo: '={{ "no" }}',
				options: { timeout: 1 },
			};
			const { error } = await run(parameters, { p } as IDataObject);
			expect(error?.message).toMatch(/still \w+ after \d s of waiting/);
		},
	);

	it('Wait for Completion as text, not as an expression, keeps what is shown with it', async () => {
		const { error } = await run({ waitForCompletion: 'true', options: { timeout: 1 } });
		expect(error?.message).toMatch(/still \w+ after/);
	});

	it.each(['waitForCompletion', 'downloadVideo'])('%s can not be "later"', async (name) => {
		const told = await refused({ waitForCompletion: true, [name]: '={{ "later" }}' });
		expect(told).toMatch(/: it must be true or false; later was given/);
	});

	it.each<[unknown, boolean]>([
		[true, true],
		['true', true],
		[1, true],
		[null, true],
		[undefined, true],
		['', true],
		[false, false],
		['false', false],
		['no', false],
		[0, false],
	])('Simplify %j is %j', async (p, simplified) => {
		const { error, output } = await run({ options: { simplify: '={{ $json.p }}' } }, {
			p,
		} as IDataObject);
		expect(error).toBeUndefined();
		expect('credits_estimated' in (output[0]?.[0]?.json ?? {})).toBe(simplified);
	});

	it.each(['nope', 7, {}])('Simplify can not be %j', async (p) => {
		const told = await refused({ options: { simplify: '={{ $json.p }}' } }, { p });
		expect(told).toMatch(/^Simplify: it must be true or false/);
	});
});

describe('A choice', () => {
	it.each(['url', 'URL', ' Url '])('Image From can be %j', async (p) => {
		const { assets } = await created({ ...URL_GIVEN, imageSource: '={{ $json.p }}' }, { p });
		expect(assets.image_file_path).toBe(URL_GIVEN.imageUrl);
	});

	it.each(['Magic Hour File', 'filePath', 'file_path'])('Image From can be %j', async (p) => {
		await run({ imageSource: '={{ $json.p }}', imageFilePath: 'api-assets/a.png' }, { p });
		expect(lab.creates()[0]?.assets.image_file_path).toBe('api-assets/a.png');
	});

	it('a label that stands in the workflow itself keeps what is in the fields behind it', async () => {
		const { assets } = await created({ ...URL_GIVEN, imageSource: 'URL' });
		expect(assets.image_file_path).toBe(URL_GIVEN.imageUrl);
		lab.api.reset();
		const told = await refused({ imageSource: 'Binary Field', binaryPropertyName: 'photo' });
		expect(told).toContain('no binary field named "photo"; it has data');
	});

	it('another spelling there, for which n8n hides that field, does not make it another image', async () => {
		const told = await refused({ imageSource: 'binary field', binaryPropertyName: 'photo' });
		expect(told).toContain('Input Binary Field: nothing was given');
	});

	it.each(['link', 'urls', 0, true, null, undefined, '', ['url'], { value: 'url' }, 'constructor'])(
		'Image From can not be %j',
		async (p) => {
			const told = await refused({ imageSource: '={{ $json.p }}', imageUrl: URL_GIVEN.imageUrl }, {
				p,
			} as IDataObject);
			expect(told).toMatch(
				/^Image From: it must be binary \(Binary Field\), filePath \(Magic Hour File\), savedItem or url; .* was given/,
			);
		},
	);

	it.each(['None', 'none'])('End Image From can be %j', async (p) => {
		const { assets } = await created({ endImageSource: '={{ $json.p }}' }, { p });
		expect(assets).not.toHaveProperty('end_image_file_path');
	});

	it.each(['nothing', null, false])('End Image From can not be %j', async (p) => {
		expect(await refused({ endImageSource: '={{ $json.p }}' }, { p })).toMatch(
			/^End Image From: it must be none/,
		);
	});

	it.each<[string, number]>([
		['nearest', 5],
		['Use the Nearest', 5],
		['Use The nearest', 5],
		// Its label when it was about durations alone.
		['Use the Nearest Duration', 5],
		['default', 5],
	])('If Not Supported %j', async (durationNotSupported, seconds) => {
		const { end_seconds } = await created({
			model: { __rl: true, mode: 'id', value: 'kling-2.6' },
			duration: 6,
			options: { durationNotSupported },
		});
		expect(end_seconds).toBe(seconds);
	});

	it.each(['Fail', 'error', 'fail'])('If Not Supported %j fails', async (durationNotSupported) => {
		const told = await refused({
			model: { __rl: true, mode: 'id', value: 'kling-2.6' },
			duration: 6,
			options: { durationNotSupported },
		});
		expect(told).toContain('kling-2.6 makes 5 or 10 seconds; 6 was given');
	});

	it.each(['farthest', '={{ null }}', '={{ 1 }}'])(
		'If Not Supported can not be %j',
		async (durationNotSupported) => {
			const told = await refused({ options: { durationNotSupported } });
			expect(told).toMatch(/^If Not Supported: it must be error \(Fail\), send/);
		},
	);

	it.each(['Generate', 'Estimate Credits', 'make', '={{ "generate" }}'])(
		'Operation can not be %j: n8n has hidden every field then',
		async (operation) => {
			const told = await refused({ operation });
			expect(told).toMatch(/Operation: it must be delete|Operation: it must be generate/);
		},
	);
});

describe('A field that an expression decides about', () => {
	it.each<[INodeParameters, IDataObject]>([
		[
			{ imageSource: '={{ $json.p }}', imageUrl: URL_GIVEN.imageUrl, binaryPropertyName: '' },
			{ p: 'url' },
		],
		[{ imageSource: '={{ $json.p }}' }, { p: 'binary' }],
		[{ endImageSource: '={{ $json.p }}' }, { p: 'none' }],
		[{ waitForCompletion: '={{ $json.p }}', outputBinaryField: '' }, { p: false }],
	])('does not stop the node: %j with %j', async (parameters, json) => {
		await created(parameters, json);
	});

	it.each<[INodeParameters, string]>([
		[{ imageSource: '={{ "url" }}' }, 'Image URL: nothing was given'],
		[{ imageSource: '={{ "filePath" }}' }, 'Image File: nothing was given'],
		[
			{ imageSource: '={{ "binary" }}', binaryPropertyName: '' },
			'Input Binary Field: nothing was given',
		],
		[{ endImageSource: '={{ "url" }}' }, 'End Image URL: nothing was given'],
		[{ operation: 'get' }, 'Project ID: nothing was given'],
		[{ operation: 'uploadImage', binaryPropertyName: '' }, 'Input Binary Field: nothing was given'],
		[
			{ waitForCompletion: true, outputBinaryField: '' },
			'Put Output File in Field: nothing was given',
		],
	])('is asked for by the node: %j', async (parameters, says) => {
		expect(await refused(parameters)).toContain(says);
	});
});

describe('Options', () => {
	it.each<[string, unknown, string]>([
		['maxCredits', '1.800', 'Max Credits: must be a number from 1 to 1000000; 1.800 was given'],
		['maxCredits', null, 'Max Credits: must be a number from 1 to 1000000; nothing was given'],
		['maxCredits', undefined, 'Max Credits: must be a number'],
		['maxCreditsPerRun', '', 'Max Credits Per Run: must be a number'],
		[
			'maxCreditsPerRun',
			'5k',
			'Max Credits Per Run: must be a number from 1 to 1000000; 5k was given',
		],
		[
			'maxCredits',
			{ max: 100 },
			'Max Credits: must be a number from 1 to 1000000; {"max":100} was given',
		],
		['timeout', '1.800', 'Timeout (Seconds): must be a number from 1 to 86400; 1.800 was given'],
		['timeout', '1,800', 'Timeout (Seconds): must be a number from 1 to 86400; 1,800 was given'],
		['timeout', '1 800', 'Timeout (Seconds): must be a number from 1 to 86400; 1 800 was given'],
		['timeout', "1'800", "Timeout (Seconds): must be a number from 1 to 86400; 1'800 was given"],
		['timeout', 1.8, 'Timeout (Seconds): must be a number from 1 to 86400; 1.8 was given'],
		['timeout', '0x10', 'Timeout (Seconds): must be a number from 1 to 86400; 0x10 was given'],
		['timeout', '30 min', 'Timeout (Seconds): must be a number from 1 to 86400; 30 min was given'],
		['timeout', true, 'Timeout (Seconds): must be a number from 1 to 86400; true was given'],
		[
			'concurrentProjects',
			'1e1',
			'Concurrent Projects: must be a number from 1 to 50; 1e1 was given',
		],
		[
			'concurrentProjects',
			2.5,
			'Concurrent Projects: must be a number from 1 to 50; 2.5 was given',
		],
	])('%s can not be %j', async (name, p, says) => {
		const parameters = { options: { [name]: '={{ $json.p }}' }, waitForCompletion: true };
		expect(await refused(parameters, { p } as IDataObject)).toContain(says);
	});

	it.each<[string, unknown]>([
		['timeout', '1800'],
		['timeout', ' 60.0 '],
		['timeout', null],
		['timeout', undefined],
		['maxCredits', '300'],
		['maxCreditsPerRun', 240],
	])('%s can be %j', async (name, p) => {
		const model = { __rl: true, mode: 'list', value: 'kling-3.0' };
		await created({ model, options: { [name]: '={{ $json.p }}' } }, { p } as IDataObject);
	});

	it.each(['1,5', '1.500', '5,0', '1:30', '٥', '5-', '5 -'])(
		'Duration can not be %j',
		async (duration) => {
			const told = await refused({
				duration,
				model: { __rl: true, mode: 'id', value: 'new-model-9' },
			});
			expect(told).toContain(`Duration: ${duration} was given`);
		},
	);
});
