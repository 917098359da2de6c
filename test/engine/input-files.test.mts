/** Files as n8n, Code nodes and expressions have them: each is found, or told for what it is. */
import type { IDataObject, INodeParameters, IWorkflowSettings } from 'n8n-workflow';

import type { InputItem } from '../../tools/engine/engine.mts';
import { IMAGE, imageItem, openLab, type Lab } from '../support/engine/lab.mts';

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

const BASE64 = IMAGE.toString('base64');
const DATA_URL = `data:image/png;base64,${BASE64}`;
const PNG = { mimeType: 'image/png', fileName: 'a.png' };

const upload = async (
	item: InputItem,
	parameters: INodeParameters = {},
	workflowSettings?: IWorkflowSettings,
) =>
	await lab.run({ operation: 'uploadImage', ...parameters }, { items: [item], workflowSettings });

const unstored = (file: unknown, field = 'data', json: IDataObject = {}): InputItem => ({
	json,
	unstored: { [field]: file },
});

async function takes(item: InputItem, parameters?: INodeParameters, settings?: IWorkflowSettings) {
	const { error } = await upload(item, parameters, settings);
	expect(error).toBeUndefined();
	const puts = lab.api.requests.filter(({ kind }) => kind === 'upload');
	expect(puts.map(({ bytes }) => bytes)).toEqual([IMAGE.length]);
}

async function refuses(
	item: InputItem,
	parameters?: INodeParameters,
	settings?: IWorkflowSettings,
): Promise<string> {
	const { error } = await upload(item, parameters, settings);
	expect(lab.kinds()).toEqual([]);
	return `${error?.message ?? 'no error'}\n${error?.description ?? ''}`;
}

describe('in the item, takes a file', () => {
	it.each<[string, unknown]>([
		['of base64 in memory', { ...PNG, data: BASE64 }],
		['without a type', { data: BASE64 }],
		['with nothing but a name', { fileName: 'a.png', data: BASE64 }],
		[
			'of base64url in lines',
			{
				...PNG,
				data: BASE64.replace(/.{76}/g, '$&\r\n').replaceAll('+', '-').replaceAll('/', '_'),
			},
		],
		['of a data URL', { ...PNG, data: DATA_URL }],
		['of a data URL with parameters', { data: DATA_URL.replace('png;', 'png;charset=utf-8;') }],
		['of a Buffer', { ...PNG, data: Buffer.from(IMAGE) }],
		['of a Buffer as JSON has it', { ...PNG, data: IMAGE.toJSON() }],
		['that is a Buffer', Buffer.from(IMAGE)],
		['that is a Buffer as JSON has it', IMAGE.toJSON()],
	])('%s', async (_, file) => {
		await takes(unstored(file));
	});

	it.each<[string, string]>([
		['photo ', 'photo'],
		['photo', ' photo '],
		[' photo', 'photo\n'],
		['Photo of a cat', 'Photo of a cat'],
	])('named %j under %j', async (field, binaryPropertyName) => {
		await takes(unstored({ ...PNG, data: BASE64 }, field), { binaryPropertyName });
	});
});

describe('by expression, takes', () => {
	it.each([
		'={{ $binary.data }}',
		'={{ $input.item.binary.data }}',
		"={{ $('Input').item.binary.data }}",
	])('%s of a stored file', async (binaryPropertyName) => {
		await takes(imageItem(), { binaryPropertyName });
	});

	it.each(['={{ $binary.data }}', "={{ $('Input').item.binary.data }}"])(
		'%s of a file in memory, which has no content there',
		async (binaryPropertyName) => {
			await takes(unstored({ ...PNG, data: BASE64 }), { binaryPropertyName });
		},
	);

	it('a data URL', async () => {
		await takes({ json: { p: DATA_URL } }, { binaryPropertyName: '={{ $json.p }}' });
	});

	it('a Buffer as JSON has it', async () => {
		await takes(
			{ json: { p: IMAGE.toJSON() as unknown as IDataObject } },
			{ binaryPropertyName: '={{ $json.p }}' },
		);
	});
});

describe('with combined binary data, takes', () => {
	it.each(['data', '_files.data', ' _files.data ', '={{ $json._files.data }}'])(
		'%s',
		async (binaryPropertyName) => {
			await takes(imageItem(), { binaryPropertyName }, { binaryMode: 'combined' });
		},
	);

	it('and names what there is', async () => {
		const told = await refuses(
			imageItem(),
			{ binaryPropertyName: 'photo' },
			{ binaryMode: 'combined' },
		);
		expect(told).toContain('no binary field named "photo"; it has _files.data');
	});
});

describe('says what is wrong with', () => {
	it.each<[string, InputItem, string]>([
		[
			'a pruned file',
			unstored({ ...PNG, id: 'filesystem-v2:workflows/1/executions/2/binary_data/gone' }),
			"a.png is not in n8n's storage any more",
		],
		[
			'a file in a storage that is not set up',
			unstored({ ...PNG, id: 's3:gone' }),
			"a.png could not be read from n8n's storage (No binary data manager found for: s3)",
		],
		[
			'a file whose name says nothing',
			unstored({ id: 'filesystem-v2:gone' }),
			'The file in "data" is not in n8n\'s storage any more',
		],
		[
			'text in place of base64',
			unstored({ ...PNG, data: 'Hello, world!' }),
			'the file in "data" has no content: Hello, world! stands in its place',
		],
		[
			'the name of a storage in place of content',
			unstored({ ...PNG, data: 'filesystem-v2' }),
			'has no content: filesystem-v2 stands',
		],
		[
			'an object in place of content',
			unstored({ ...PNG, data: { a: 1 } }),
			'has no content: {"a":1} stands',
		],
		[
			'a data URL that is not base64',
			unstored({ data: 'data:image/svg+xml,%3Csvg%3E' }),
			'has no content: data:image/svg+xml,%3Csvg%3E stands',
		],
		['a file without anything', unstored({}), 'has no content: {} stands'],
		['a number for an ID', unstored({ id: 7 }), 'has no content: {"id":7} stands'],
		['no content at all', unstored({ ...PNG, data: '' }), 'a.png is empty (0 bytes)'],
	])('%s', async (_, item, says) => {
		expect(await refuses(item)).toContain(says);
	});

	it.each<[string, string]>([
		['https://example.com/a.png', 'This is a URL: choose URL'],
		['C:\\photo.png', 'Read/Write Files from Disk node, and choose Binary Field'],
		['/home/me/photo.png', 'Read/Write Files from Disk node, and choose Binary Field'],
		[BASE64, 'Convert to File node'],
		['photo', 'Connect a node that outputs a file'],
	])('%s in place of the name of a field', async (binaryPropertyName, says) => {
		const told = await refuses(imageItem(), { binaryPropertyName });
		expect(told).toContain('Image: the item has no binary field named "');
		expect(told).toContain(says);
	});

	it.each<[IDataObject]>([
		[{ id: 'abc', name: 'a row with an ID' }],
		[{ id: '' }],
		[{ id: 'two words: one' }],
	])('%j, which is no file, by expression', async (p) => {
		const told = await refuses({ json: { p } }, { binaryPropertyName: '={{ $json.p }}' });
		expect(told).toContain('it must be the name of a binary field, or a file; {"id":');
	});

	it('a file in memory of another item, by expression', async () => {
		const json = { p: { mimeType: 'image/png', fileName: 'other.png' } };
		const told = await refuses(
			{ json, unstored: { data: { ...PNG, data: BASE64 } } },
			{ binaryPropertyName: '={{ $json.p }}' },
		);
		expect(told).toContain(
			'Input Binary Field: the expression gave a file without its content: {"mimeType":"image/png","fileName":"other.png"}',
		);
	});

	it('two files that an expression could mean', async () => {
		const twins = { a: { ...PNG, data: BASE64 }, b: { ...PNG, data: 'AAAA' } };
		const told = await refuses(
			{ json: {}, unstored: twins },
			{ binaryPropertyName: '={{ $binary.a }}' },
		);
		expect(told).toContain('Input Binary Field: the expression gave a file without its content');
	});
});
