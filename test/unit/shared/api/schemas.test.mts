import {
	createResponseSchema,
	FINAL_STATUSES,
	apiErrorOf,
	parseJsonAs,
	projectSchema,
	projectSchemaWith,
	UnexpectedResponseError,
	uploadUrlsSchema,
} from '../../../../nodes/shared/api/schemas.ts';
import { failureOf } from '../../../support/failure-of.mts';

const UPLOAD = {
	upload_url: 'https://videos.example/upload?signature=1',
	expires_at: '2026-11-23T12:00:00Z',
	file_path: 'api-assets/id/1234.png',
};
const PROJECT = {
	id: 'p1',
	name: 'A name',
	status: 'complete',
	type: 'IMAGE_TO_VIDEO',
	created_at: '2026-11-23T12:00:00Z',
	width: 1280,
	height: 720,
	start_seconds: 0,
	end_seconds: 5,
	credits_charged: 240,
	fps: 30,
	error: null,
	downloads: [{ url: 'https://videos.example/a.mp4', expires_at: '2026-11-24T12:00:00Z' }],
};

describe('an answer of the right shape', () => {
	test.each([
		['upload URLs', uploadUrlsSchema, { items: [UPLOAD, UPLOAD] }],
		['no upload URLs', uploadUrlsSchema, { items: [] }],
		['a created project', createResponseSchema, { id: 'p1', credits_charged: 240 }],
		['a created project, without what can be missed', createResponseSchema, { id: 'p1' }],
	])('%s', (_, schema, answer) => {
		expect(parseJsonAs(schema, JSON.stringify(answer))).toEqual(answer);
	});

	test.each(['240', { credits: 240 }, [240], true])(
		'of a created project, all but the id may be odd: credits_charged %j',
		(credits) => {
			const text = JSON.stringify({ id: 'p1', credits_charged: credits });
			expect(parseJsonAs(createResponseSchema, text)).toEqual({ id: 'p1' });
		},
	);

	test.each(['cm3xy8k2q0000v1l4d5e6f7g8', 'p1', '7', 'b_c-D-9', 'p'.repeat(128)])('id %s', (id) => {
		expect(parseJsonAs(createResponseSchema, JSON.stringify({ id }))).toEqual({ id });
	});

	test('a byte order mark before it is no part of it', () => {
		expect(parseJsonAs(createResponseSchema, '\uFEFF{"id":"p1"}')).toEqual({ id: 'p1' });
		expect(apiErrorOf('\uFEFF{"message":"No"}').message).toBe('No');
	});

	test('unknown fields pass', () => {
		const upload = { items: [{ ...UPLOAD, method: 'PUT' }], next: null };
		expect(parseJsonAs(uploadUrlsSchema, JSON.stringify(upload))).toEqual(upload);
	});
});

describe('a project', () => {
	const read = (answer: object) => parseJsonAs(projectSchema, JSON.stringify(answer));
	const fields = { ...PROJECT, error: undefined };

	test('is what its fields say, and all of the answer beside', () => {
		expect(read(PROJECT)).toEqual({ ...fields, raw: PROJECT, unreadable: [] });
		const least = { id: 'p1', status: 'queued' };
		expect(read(least)).toEqual({ ...least, downloads: [], raw: least, unreadable: [] });
		const error = { code: 'unknown_error', message: 'x', more: true };
		const failed = { ...PROJECT, status: 'error', downloads: [], error, total_frame_cost: 0 };
		expect(read(failed)).toMatchObject({ error: { code: 'unknown_error', message: 'x' } });
		expect(read(failed).raw).toEqual(failed);
	});

	test.each([
		['draft', 'draft', false],
		['queued', 'queued', false],
		['rendering', 'rendering', false],
		['complete', 'complete', true],
		['error', 'error', true],
		['canceled', 'canceled', true],
		['COMPLETE', 'complete', true],
		[' Complete\n', 'complete', true],
		['Error', 'error', true],
		['cancelled', 'canceled', true],
		['paused', 'paused', false],
		['POST_PROCESSING', 'POST_PROCESSING', false],
		['in review', 'in review', false],
		['completely new', 'completely new', false],
	])('status %j is %j: final %p', (given, status, isFinal) => {
		expect(read({ ...PROJECT, status: given }).status).toBe(status);
		expect(FINAL_STATUSES.includes(status)).toBe(isFinal);
	});

	test.each<[string, object, object, string[]]>([
		['a frame rate as text', { fps: '30' }, { fps: 30 }, []],
		['a frame rate as a fraction', { fps: '30000/1001' }, { fps: undefined }, ['fps']],
		['a frame rate in words', { fps: '30 fps' }, { fps: undefined }, ['fps']],
		['credits as text', { credits_charged: '240' }, { credits_charged: 240 }, []],
		['no credits, as text', { credits_charged: '0' }, { credits_charged: 0 }, []],
		[
			'credits in a list',
			{ credits_charged: [240] },
			{ credits_charged: undefined },
			['credits_charged'],
		],
		['a length as text', { end_seconds: '5.0' }, { end_seconds: 5 }, []],
		[
			'a start that is none',
			{ start_seconds: false },
			{ start_seconds: undefined },
			['start_seconds'],
		],
		[
			'a size as text',
			{ width: '-1', height: '720px' },
			{ width: -1, height: undefined },
			['height'],
		],
		['a name that is a number', { name: 7 }, { name: undefined }, ['name']],
		['a time as a number', { created_at: 1763899200 }, { created_at: undefined }, ['created_at']],
		['a type that is an object', { type: { a: 1 } }, { type: undefined }, ['type']],
		['an empty error', { error: {} }, { error: undefined }, []],
		['an empty list of errors', { error: [] }, { error: undefined }, []],
		['an error as text', { error: 'No face' }, { error: { message: 'No face' } }, []],
		['an error without code', { error: { message: 'x' } }, { error: { message: 'x' } }, []],
		[
			'an error without message',
			{ error: { code: 'x', message: null } },
			{ error: { code: 'x' } },
			[],
		],
		['an error that is a number', { error: 500 }, { error: undefined }, ['error']],
		['an error of another shape', { error: { detail: 'x' } }, { error: undefined }, ['error']],
	])('%s', (_name, odd, expected, unreadable) => {
		const project = read({ ...PROJECT, ...odd });
		expect(project).toMatchObject({ id: 'p1', status: 'complete', downloads: PROJECT.downloads });
		expect(project).toMatchObject(expected);
		expect(project.unreadable).toEqual(unreadable);
		expect(project.raw).toEqual({ ...PROJECT, ...odd });
	});

	test.each([
		[12345, '12345'],
		['p1', 'p1'],
	])('id %j is %j', (id, text) => {
		expect(read({ ...PROJECT, id }).id).toBe(text);
	});

	test.each([7, {}, ['complete'], true, '', null, undefined])(
		'status %j is that of the event which it came with, and none elsewhere',
		(status) => {
			const answer = JSON.stringify({ ...PROJECT, status });
			expect(parseJsonAs(projectSchemaWith('complete'), answer).status).toBe('complete');
			expect(() => parseJsonAs(projectSchema, answer)).toThrow('status: ');
		},
	);

	const [first] = PROJECT.downloads;
	test.each<[string, object, object[], string[]]>([
		['none', { downloads: [] }, [], []],
		['null', { downloads: null }, [], []],
		['absent', { downloads: undefined }, [], []],
		['a second one without URL', { downloads: [first, {}] }, [first as object], ['downloads']],
		[
			'a first one without URL',
			{ downloads: [{ url: null }, first] },
			[first as object],
			['downloads'],
		],
		[
			'a URL that is none',
			{ downloads: [{ url: 'a.mp4' }, first] },
			[first as object],
			['downloads'],
		],
		['only one that is none', { downloads: [{ url: 'a.mp4' }] }, [], ['downloads']],
		['a script', { downloads: [{ url: 'javascript:alert(1)' }] }, [], ['downloads']],
		['spaces around', { downloads: [{ url: ` ${first?.url}\n` }] }, [{ url: first?.url }], []],
		['a null among them', { downloads: [null, first] }, [first as object], ['downloads']],
		['an odd end', { downloads: [{ ...first, expires_at: 7 }] }, [{ url: first?.url }], []],
		['no list', { downloads: first }, [first as object], []],
		['text', { downloads: 'soon' }, [], ['downloads']],
		['a URL as text', { downloads: first?.url }, [{ url: first?.url }], []],
		['URLs as text', { downloads: [first?.url] }, [{ url: first?.url }], []],
		['the deprecated field alone', { downloads: null, download: first }, [first as object], []],
		[
			'both',
			{ downloads: [first], download: { url: 'https://videos.example/old' } },
			[first as object],
			[],
		],
	])('downloads: %s', (_name, odd, downloads, unreadable) => {
		const project = read({ ...PROJECT, ...odd });
		expect(project.downloads).toEqual(downloads);
		expect(project.unreadable).toEqual(unreadable);
	});
});

test('no answer changes what every object has', () => {
	const evil = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
	const download = `{${evil},"url":"https://videos.example/1"}`;
	const text = `{${evil},"id":"p1","status":"error","error":{${evil},"code":"a","message":"b"},"downloads":[${download}]}`;
	const project = parseJsonAs(projectSchema, text);

	const { raw } = project;
	const outside = [raw, raw.error, ...(raw.downloads as object[])] as object[];
	for (const object of [project, project.error, project.downloads[0], ...outside, {}, { ...raw }]) {
		expect(object).not.toHaveProperty('polluted');
		expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
		expect(Object.keys(object ?? {})).not.toContain('__proto__');
	}
});

test('no answer brings halves of characters', () => {
	const text = String.raw`{"id":"p1","status":"error","name":"Sea \ud83d","error":{"code":"a","message":"cut \ude00"},"downloads":[],"tags":[{"text":"\ud83d\ude00\ud83d"}]}`;
	const { name, error, raw } = parseJsonAs(projectSchema, text);

	expect({ name, error }).toEqual({ name: 'Sea ', error: { code: 'a', message: 'cut ' } });
	expect(raw).toMatchObject({ name: 'Sea ', tags: [{ text: '\ud83d\ude00' }] });
	expect(apiErrorOf(String.raw`{"message":"cut \ud83d"}`).message).toBe('cut ');
});

describe('an answer of the wrong shape names the field', () => {
	test.each([
		['id missing', createResponseSchema, {}, 'id: '],
		['id empty', createResponseSchema, { id: '' }, 'id: '],
		['id a number', createResponseSchema, { id: 7 }, 'id: '],
		['id no plain one', createResponseSchema, { id: '../p1' }, 'id: '],
		['id too long', createResponseSchema, { id: 'p'.repeat(129) }, 'id: '],
		['status missing', projectSchema, { ...PROJECT, status: undefined }, 'status: '],
		['status empty', projectSchema, { ...PROJECT, status: '' }, 'status: '],
		['status no text', projectSchema, { ...PROJECT, status: ['complete'] }, 'status: '],
		['id of a project missing', projectSchema, { ...PROJECT, id: null }, 'id: '],
		['items missing', uploadUrlsSchema, {}, 'items: '],
		[
			'upload_url no URL',
			uploadUrlsSchema,
			{ items: [UPLOAD, { ...UPLOAD, upload_url: '' }] },
			'items.1.upload_url: ',
		],
		[
			'file_path empty',
			uploadUrlsSchema,
			{ items: [{ ...UPLOAD, file_path: '' }] },
			'items.0.file_path: ',
		],
		['no object', projectSchema, [], 'answer: '],
		['null', createResponseSchema, null, 'answer: '],
	])('%s', (_, schema, answer, says) => {
		const failure = failureOf(UnexpectedResponseError, () =>
			parseJsonAs(schema, JSON.stringify(answer)),
		);
		expect(failure.message).toContain(says);
	});

	test('what others wrote stays one short line, however much of it is wrong', () => {
		const forged = 'forged\n2026-11-24 info: all is well \u001b[2J'.repeat(1_000);
		const { status } = parseJsonAs(projectSchema, JSON.stringify({ ...PROJECT, status: forged }));
		expect(status).toMatch(/^forged/);
		expect(status).not.toMatch(/\p{Cc}/u);
		expect(status.length).toBeLessThanOrEqual(80);
		const items = Array.from({ length: 10_000 }, () => ({ ...UPLOAD, upload_url: forged }));
		const { message } = failureOf(UnexpectedResponseError, () =>
			parseJsonAs(uploadUrlsSchema, JSON.stringify({ items })),
		);
		expect(message).toContain('items.0.upload_url: ');
		expect(message).not.toMatch(/\p{Cc}/u);
		expect(message.length).toBeLessThan(2_000);
	});

	test('every wrong field', () => {
		const { message } = failureOf(UnexpectedResponseError, () => parseJsonAs(projectSchema, '{}'));
		expect(message).toMatch(/id: .*status: /);
	});

	test.each([
		['', 'The answer is empty'],
		[' \n', 'The answer is empty'],
		['<!DOCTYPE html><html></html>', 'The answer is an HTML page'],
		['\n<html>', 'The answer is an HTML page'],
		['Bad Gateway', 'The answer is not JSON'],
		['{"id": "p1"', 'The answer is not JSON'],
	])('%j: %s', (text, message) => {
		const failure = failureOf(UnexpectedResponseError, () =>
			parseJsonAs(createResponseSchema, text),
		);
		expect(failure.message).toBe(message);
	});
});

test.each([
	['{"message":"Unauthorized"}', { message: 'Unauthorized', isBare: true }],
	[
		'{"code":"unauthorized","message":"Unauthorized"}',
		{ code: 'unauthorized', message: 'Unauthorized', isBare: true },
	],
	[
		'{"code":"unauthorized","message":"Unauthorized","request_id":"1"}',
		{ code: 'unauthorized', message: 'Unauthorized', isBare: false },
	],
	[
		'{"message":"end_seconds: Invalid","code":1}',
		{ message: 'end_seconds: Invalid', isBare: true },
	],
	['{"message":"","code":"not_found"}', { code: 'not_found', isBare: true }],
	['{"message":{"a":1}}', { isBare: true }],
	['{"error":"x"}', { isBare: false }],
	['["x"]', { isBare: false }],
	['null', { isBare: false }],
	['', { isBare: false }],
	['<html>502</html>', { isBare: false }],
])('what the error answer %j says: %j', (text, said) => {
	expect(apiErrorOf(text)).toEqual(said);
});
