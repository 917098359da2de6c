import {
	createResponseSchema,
	errorMessageOf,
	parseJsonAs,
	projectSchema,
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
		['a project', projectSchema, PROJECT],
		[
			'a project, without what can be missed',
			projectSchema,
			{ id: 'p1', status: 'queued', downloads: [] },
		],
		[
			'a failed project',
			projectSchema,
			{
				...PROJECT,
				status: 'error',
				downloads: [],
				error: { code: 'unknown_error', message: 'x' },
			},
		],
	])('%s', (_, schema, answer) => {
		expect(parseJsonAs(schema, JSON.stringify(answer))).toEqual(answer);
	});

	test.each(['draft', 'queued', 'rendering', 'complete', 'error', 'canceled'])(
		'status %s',
		(status) => {
			expect(parseJsonAs(projectSchema, JSON.stringify({ ...PROJECT, status })).status).toBe(
				status,
			);
		},
	);

	test.each(['240', { credits: 240 }, [240], true])(
		'of a created project, all but the id may be odd: credits_charged %j',
		(credits) => {
			const text = JSON.stringify({ id: 'p1', credits_charged: credits });
			expect(parseJsonAs(createResponseSchema, text)).toEqual({ id: 'p1' });
		},
	);

	test.each(['cm3xy8k2q0000v1l4d5e6f7g8', 'p1', '7', 'a.b_c~D-9', 'p'.repeat(128)])(
		'id %s',
		(id) => {
			expect(parseJsonAs(createResponseSchema, JSON.stringify({ id }))).toEqual({ id });
		},
	);

	test('a byte order mark before it is no part of it', () => {
		expect(parseJsonAs(createResponseSchema, '\uFEFF{"id":"p1"}')).toEqual({ id: 'p1' });
		expect(errorMessageOf('\uFEFF{"message":"No"}')).toBe('No');
	});

	test('unknown fields pass, at every level', () => {
		const answer = {
			...PROJECT,
			total_frame_cost: 240,
			downloads: [{ ...PROJECT.downloads[0], size: 1 }],
			error: { code: 'a', message: 'b', more: true },
		};
		expect(parseJsonAs(projectSchema, JSON.stringify(answer))).toEqual(answer);
		const upload = { items: [{ ...UPLOAD, method: 'PUT' }], next: null };
		expect(parseJsonAs(uploadUrlsSchema, JSON.stringify(upload))).toEqual(upload);
	});
});

test('no answer changes what every object has', () => {
	const evil = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
	const download = `{${evil},"url":"https://videos.example/1"}`;
	const text = `{${evil},"id":"p1","status":"error","error":{${evil},"code":"a","message":"b"},"downloads":[${download}]}`;
	const project = parseJsonAs(projectSchema, text);

	for (const object of [project, project.error, project.downloads[0], {}, { ...project }]) {
		expect(object).not.toHaveProperty('polluted');
		expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
		expect(Object.keys(object ?? {})).not.toContain('__proto__');
	}
});

describe('an answer of the wrong shape names the field', () => {
	test.each([
		['id missing', createResponseSchema, {}, 'id: '],
		['id empty', createResponseSchema, { id: '' }, 'id: '],
		['id a number', createResponseSchema, { id: 7 }, 'id: '],
		['id no plain one', createResponseSchema, { id: '../p1' }, 'id: '],
		['id of a project no plain one', projectSchema, { ...PROJECT, id: 'p1\n' }, 'id: '],
		['id too long', createResponseSchema, { id: 'p'.repeat(129) }, 'id: '],
		['status missing', projectSchema, { ...PROJECT, status: undefined }, 'status: '],
		['status unknown', projectSchema, { ...PROJECT, status: 'paused' }, 'status: '],
		['downloads missing', projectSchema, { ...PROJECT, downloads: undefined }, 'downloads: '],
		['download without URL', projectSchema, { ...PROJECT, downloads: [{}] }, 'downloads.0.url: '],
		[
			'download URL no URL',
			projectSchema,
			{ ...PROJECT, downloads: [{ url: 'a.mp4' }] },
			'downloads.0.url: ',
		],
		['error without code', projectSchema, { ...PROJECT, error: { message: 'x' } }, 'error.code: '],
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
		const downloads = Array.from({ length: 10_000 }, () => 1);
		const status = 'forged\n2026-11-24 info: all is well \u001b[2J'.repeat(1_000);
		const { message } = failureOf(UnexpectedResponseError, () =>
			parseJsonAs(projectSchema, JSON.stringify({ ...PROJECT, status, downloads })),
		);
		expect(message).toMatch(/status: .*forged/);
		expect(message).not.toMatch(/[\p{Cc}]/u);
		expect(message.length).toBeLessThan(2_000);
	});

	test('every wrong field', () => {
		const { message } = failureOf(UnexpectedResponseError, () => parseJsonAs(projectSchema, '{}'));
		expect(message).toMatch(/id: .*status: .*downloads: /);
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
	['{"message":"Unauthorized"}', 'Unauthorized'],
	['{"message":"end_seconds: Invalid","code":1}', 'end_seconds: Invalid'],
	['{"message":""}', undefined],
	['{"message":{"a":1}}', undefined],
	['{"error":"x"}', undefined],
	['null', undefined],
	['', undefined],
	['<html>502</html>', undefined],
])('error message of %j: %j', (text, message) => {
	expect(errorMessageOf(text)).toBe(message);
});
