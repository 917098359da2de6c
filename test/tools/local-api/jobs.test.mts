import { type LocalApi, type LocalApiOptions, startLocalApi } from '../../../local-api/server.mts';
import { samplePng } from '../../../local-api/sample-image.mts';
import {
	ApiClient,
	message,
	put,
	SMALL_PNG,
	TestClock,
	type UploadItem,
} from '../../support/api-client.mts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let clock: TestClock;
let api: LocalApi;
let creator: ApiClient;

async function start(options: LocalApiOptions = {}): Promise<void> {
	clock = new TestClock();
	api = await startLocalApi({ clock: clock.now, ...options });
	creator = new ApiClient(api.url, api.keys.creator);
}
afterEach(() => api.close());

describe('uploads', () => {
	beforeEach(() => start());

	test('one URL for each item, in their order', async () => {
		const items = ['png', 'heic', 'jp2'].map((extension) => ({ type: 'image', extension }));
		items.push({ type: 'audio', extension: 'mp3' });
		const answer = await creator.call('POST', '/v1/files/upload-urls', { items });
		const paths = (answer.body as { items: UploadItem[] }).items.map((item) => item.file_path);
		expect(paths.map((path) => path.split('.').pop())).toEqual(['png', 'heic', 'jp2', 'mp3']);
		expect(new Set(paths).size).toBe(4);
	});

	test('a wrong extension is a 422 in the real words', async () => {
		const items = [{ type: 'audio', extension: 'mp4' }];
		const answer = await creator.call('POST', '/v1/files/upload-urls', { items });
		expect(answer.status).toBe(422);
		expect(message(answer)).toBe(
			"'mp4' is an invalid audio extension. Possible extensions are 'mp3, wav, aac, flac, webm, weba, m4a, opus, ogg, oga, aiff, amr'",
		);
	});

	test.each([
		[{}, 'items: required'],
		[{ items: [] }, 'items: must NOT have fewer than 1 items'],
		[{ items: [{ type: 'image', extension: 'PNG' }] }, 'items.0.extension: must match'],
		[{ items: [{ type: 'gif', extension: 'gif' }] }, 'items.0.type: must be equal to one of'],
	])('%j is a 400 that names the field', async (body, text) => {
		const answer = await creator.call('POST', '/v1/files/upload-urls', body);
		expect(answer.status).toBe(400);
		expect(message(answer)).toContain(text);
	});

	test('a pre-signed URL takes no key, wants a length, and cannot be changed', async () => {
		const { upload_url: url } = await creator.uploadUrl();
		const withKey = await put(url, SMALL_PNG, { authorization: `Bearer ${api.keys.creator}` });
		expect(withKey.status).toBe(400);
		expect(withKey.body).toContain('Only one auth');
		expect((await put(url, Buffer.alloc(0))).status).toBe(400);
		expect((await put(url.replace('.png', '.jpg'), SMALL_PNG)).status).toBe(403);

		const stream = new Blob([SMALL_PNG]).stream();
		const chunked = await fetch(url, { method: 'PUT', body: stream, duplex: 'half' });
		expect(chunked.status).toBe(411);
		expect((await put(url, SMALL_PNG)).status).toBe(200);
	});

	test('an upload URL expires', async () => {
		const { upload_url: url, expires_at: end } = await creator.uploadUrl();
		expect(Date.parse(end)).toBe(clock.now() + HOUR * 1000);
		clock.advance(HOUR - 1);
		expect((await put(url, SMALL_PNG)).status).toBe(200);
		clock.advance(1);
		const late = await put(url, SMALL_PNG);
		expect(late.status).toBe(403);
		expect(late.body).toContain('Request has expired');
	});

	test("more than the plan's size is refused by its length, before anything is read", async () => {
		const { upload_url: url } = await new ApiClient(api.url, api.keys.free).uploadUrl();
		const { request } = await import('node:http');
		const status = await new Promise((resolve, reject) => {
			const sending = request(url, { method: 'PUT', headers: { 'content-length': 200e6 + 1 } });
			sending.on('error', reject);
			sending.on('response', (response) => {
				resolve(response.statusCode);
				sending.destroy();
			});
			sending.flushHeaders();
		});
		expect(status).toBe(400);
	});

	test('a file_path works for 7 days, for its own account, once something was uploaded', async () => {
		const unused = await creator.uploadUrl();
		const missing = await creator.create(unused.file_path);
		expect(missing.status).toBe(422);
		expect(message(missing)).toContain('assets.image_file_path: no file was uploaded');

		const path = await creator.upload();
		expect((await new ApiClient(api.url, api.keys.pro).create(path)).status).toBe(422);
		expect((await creator.create(path)).status).toBe(200);
		clock.advance(7 * DAY - 1);
		expect((await creator.create(path)).status).toBe(200);
		clock.advance(1);
		expect((await creator.create(path)).status).toBe(422);
	});
});

describe('images by URL', () => {
	beforeEach(() => start());

	test.each([
		'https://example.com/photos/cat.JPG?size=large',
		'https://magichour.ai/my-library?imageId=abc123',
	])('%s is taken', async (url) => {
		expect((await creator.create(url)).status).toBe(200);
	});

	test.each([
		['https://example.com/cat', 'must show its file extension'],
		['https://example.com/cat.gif', 'must show its file extension'],
		['http://example.com/cat.png', 'must be https'],
		['https://magichour.ai/my-library', 'needs an imageId'],
		['https://', 'not a valid URL'],
		['api-assets/nobody/nothing.png', 'no file was uploaded'],
	])('%s is a 422', async (url, text) => {
		const answer = await creator.create(url);
		expect(answer.status).toBe(422);
		expect(message(answer)).toContain(text);
	});

	test('a URL of this machine is really fetched', async () => {
		const missing = await creator.create(`${api.url}/samples/nothing.png`);
		expect(missing.status).toBe(422);
		expect(message(missing)).toContain('status 404');
		expect(api.requests.map(({ kind, path }) => [kind, path])).toContainEqual([
			...['other', '/samples/nothing.png'],
		]);
	});
});

describe('a job', () => {
	beforeEach(() => start());

	test('goes its way by the clock alone', async () => {
		const id = await creator.createId(await creator.upload());
		const seen = [];
		for (const seconds of [0, 5, 10, 58, 1]) {
			clock.advance(seconds);
			const { status, downloads, download } = await creator.details(id);
			seen.push([status, downloads.length, download !== null]);
		}
		expect(seen).toEqual([
			['draft', 0, false],
			['queued', 0, false],
			['rendering', 0, false],
			['rendering', 0, false],
			['complete', 1, true],
		]);
	});

	test('has a fresh download URL at every poll, which expires after a day', async () => {
		const id = await creator.createId(await creator.upload());
		clock.advance(74);
		const first = (await creator.details(id)).downloads[0];
		const second = (await creator.details(id)).downloads[0];
		expect(first?.url).not.toBe(second?.url);
		expect(Date.parse(first?.expires_at ?? '')).toBe(clock.now() + DAY * 1000);

		const url = first?.url ?? '';
		const authorization = `Bearer ${api.keys.creator}`;
		expect((await fetch(url, { headers: { authorization } })).status).toBe(400);
		expect((await fetch(url.replace(/expires=\d/, 'expires=9'))).status).toBe(403);
		clock.advance(DAY);
		const late = await fetch(url);
		expect(late.status).toBe(403);
		expect(await late.text()).toContain('Request has expired');
	});

	test('has the given name, or one with the date', async () => {
		const path = await creator.upload();
		const named = await creator.createId(path, { name: 'Über uns' });
		expect((await creator.details(named)).name).toBe('Über uns');
		const unnamed = await creator.createId(path);
		expect((await creator.details(unnamed)).name).toBe('Image To Video - 2026-11-01T00:00:00.000Z');
	});

	test("is another account's business only", async () => {
		const id = await creator.createId(await creator.upload());
		const stranger = new ApiClient(api.url, api.keys.pro);
		expect((await stranger.get(id)).status).toBe(404);
		expect((await stranger.delete(id)).status).toBe(404);
		expect((await creator.get(id)).status).toBe(200);
	});

	test('is gone for good when deleted', async () => {
		const id = await creator.createId(await creator.upload());
		clock.advance(74);
		const { downloads } = await creator.details(id);
		expect((await creator.delete(id)).status).toBe(204);
		expect((await creator.get(id)).status).toBe(404);
		expect((await creator.delete(id)).status).toBe(404);
		expect((await fetch(downloads[0]?.url ?? '')).status).toBe(404);
		expect(api.projects).toMatchObject([{ id, deleted: true }]);
	});

	test('may be deleted with a content type and no body', async () => {
		const id = await creator.createId(await creator.upload());
		const answer = await fetch(`${api.url}/v1/video-projects/${id}`, {
			method: 'DELETE',
			headers: {
				authorization: `Bearer ${api.keys.creator}`,
				'content-type': 'application/json',
			},
		});
		expect(answer.status).toBe(204);
	});

	test('takes its size from the image', async () => {
		const path = await creator.upload(samplePng({ width: 90, height: 160 }));
		const id = await creator.createId(path, { resolution: '1080p' });
		expect(await creator.details(id)).toMatchObject({ width: 1080, height: 1920 });
	});

	test('of sora-2 wants 9:16 or 16:9', async () => {
		const square = await creator.upload(samplePng({ width: 64, height: 64 }));
		const sora = { model: 'sora-2', end_seconds: 4 };
		const refused = await creator.create(square, sora);
		expect(refused.status).toBe(422);
		expect(message(refused)).toContain('64x64');
		expect((await creator.create(await creator.upload(), sora)).status).toBe(200);
	});
});

test('speed and job length set how long a job takes', async () => {
	await start({ speed: 10, jobSeconds: ({ end_seconds }) => 100 * end_seconds });
	const id = await creator.createId(await creator.upload(), { end_seconds: 5 });
	clock.advance(49.9);
	expect((await creator.details(id)).status).toBe('rendering');
	clock.advance(0.1);
	expect((await creator.details(id)).status).toBe('complete');
});

describe('credits', () => {
	beforeEach(() => start({ credits: { creator: 500 } }));

	test('are charged when the job is created', async () => {
		const answer = await creator.create(await creator.upload());
		expect(answer.body).toMatchObject({ credits_charged: 240, estimated_frame_cost: 240 });
		expect(api.balance('creator')).toBe(260);
		clock.advance(74);
		const { id } = answer.body as { id: string };
		expect((await creator.get(id)).body).toMatchObject({
			...{ status: 'complete', credits_charged: 240, total_frame_cost: 240 },
		});
		expect(api.balance('creator')).toBe(260);
	});

	test.each([
		[{ status: 'error', code: 'unknown_error', message: 'Try again' }],
		[{ status: 'canceled' }],
	] as const)('are refunded when a job ends as %j', async (outcome) => {
		api.setOutcome(outcome);
		const id = await creator.createId(await creator.upload());
		expect(api.balance('creator')).toBe(260);
		clock.advance(74);
		const details = await creator.details(id);
		expect(details).toMatchObject({ status: outcome.status, credits_charged: 0, downloads: [] });
		expect(details.error).toEqual(
			outcome.status === 'error' ? { code: outcome.code, message: outcome.message } : null,
		);
		expect(api.balance('creator')).toBe(500);
	});

	test('an image that is none ends the job in an error, and is refunded', async () => {
		const path = await creator.upload(Buffer.from('not a picture'), 'png');
		const id = await creator.createId(path);
		clock.advance(74);
		expect(await creator.details(id)).toMatchObject({
			status: 'error',
			error: { code: 'invalid_file_format' },
			credits_charged: 0,
		});
	});

	test('a bad end image ends the job in an error too', async () => {
		const bad = await creator.upload(Buffer.from('not a picture'), 'png');
		const assets = { end_image_file_path: bad };
		const id = await creator.createId(await creator.upload(), { assets });
		clock.advance(74);
		expect((await creator.details(id)).error?.code).toBe('invalid_file_format');
	});

	test('too few are a 402, and nothing is created', async () => {
		const path = await creator.upload();
		expect((await creator.create(path)).status).toBe(200);
		expect((await creator.create(path)).status).toBe(200);
		const answer = await creator.create(path);
		expect(answer.status).toBe(402);
		expect(answer.body).toEqual({
			code: 'insufficient_credits',
			message: expect.stringContaining('240 credits, 20 are left') as string,
		});
		expect(api.projects).toHaveLength(2);

		const poor = new ApiClient(api.url, api.keys.outOfCredits);
		expect((await poor.create(await poor.upload())).status).toBe(402);
	});

	test('a reset gives them back', async () => {
		await creator.createId(await creator.upload());
		api.reset();
		expect(api.balance('creator')).toBe(500);
		expect(api.projects).toEqual([]);
		expect(api.requests).toEqual([]);
	});
});

describe('limits', () => {
	test.each([
		['free', 1],
		['creator', 3],
		['pro', 5],
	] as const)('the %s plan has %i jobs at a time, then 429', async (plan, limit) => {
		await start();
		const client = new ApiClient(api.url, api.keys[plan]);
		const path = await client.upload();
		const answers = await Promise.all(Array.from({ length: limit + 2 }, () => client.create(path)));
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(limit);
		expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);

		clock.advance(74);
		expect((await client.create(path)).status).toBe(200);
	});

	test('the business plan has no limit', async () => {
		await start();
		const client = new ApiClient(api.url, api.keys.business);
		const path = await client.upload();
		const answers = await Promise.all(Array.from({ length: 20 }, () => client.create(path)));
		expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
	});

	test('a deleted job frees its slot', async () => {
		await start();
		const client = new ApiClient(api.url, api.keys.free);
		const path = await client.upload();
		const id = await client.createId(path);
		expect((await client.create(path)).status).toBe(429);
		await client.delete(id);
		expect((await client.create(path)).status).toBe(200);
	});

	test('too many requests in a second are a 429', async () => {
		await start({ requestsPerSecond: 2 });
		const statuses = [];
		for (let i = 0; i < 3; i++) statuses.push((await creator.get('none')).status);
		clock.advance(1);
		statuses.push((await creator.get('none')).status);
		expect(statuses).toEqual([404, 404, 429, 404]);
	});
});

describe('what is refused before any rule', () => {
	beforeEach(() => start());

	test.each(['Bearer wrong', 'Basic abc', ''])(
		'authorization %j is a 401',
		async (authorization) => {
			const answer = await fetch(`${api.url}/v1/video-projects/x`, { headers: { authorization } });
			expect(answer.status).toBe(401);
			expect(await answer.json()).toEqual({ code: 'unauthorized', message: 'Unauthorized' });
		},
	);

	test.each([
		[{ end_seconds: '5' }, 'end_seconds: must be number'],
		[{ end_seconds: 0.5 }, 'end_seconds: must be >= 1'],
		[{ end_seconds: 61 }, 'end_seconds: must be <= 60'],
		[{ model: 'no-such-model' }, 'model: must be equal to one of the allowed values: default'],
		[{ resolution: '8k' }, 'resolution: must be equal to one of'],
		[{ audio: 'yes' }, 'audio: must be boolean'],
		[{ assets: { image_file_path: '' } }, 'assets.image_file_path: must NOT have fewer'],
	])('%j is a 400 that names the field', async (fields, text) => {
		const answer = await creator.create('x.png', fields);
		expect(answer.status).toBe(400);
		expect(message(answer)).toContain(text);
	});

	test.each([
		[undefined, 'body: must be object'],
		[{ end_seconds: 5 }, 'assets: required'],
		[{ assets: { image_file_path: 'x.png' } }, 'end_seconds: required'],
	])('the body %j is a 400', async (body, text) => {
		const answer = await creator.call('POST', '/v1/image-to-video', body);
		expect(answer.status).toBe(400);
		expect(message(answer)).toContain(text);
	});

	test('broken JSON is a 400 with a message', async () => {
		const answer = await fetch(`${api.url}/v1/image-to-video`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${api.keys.creator}`,
				'content-type': 'application/json',
			},
			body: '{"end_seconds": 5,',
		});
		expect(answer.status).toBe(400);
		expect(await answer.json()).toEqual({
			code: 'invalid_request',
			message: expect.any(String) as string,
		});
	});

	test('an unknown path is a 404', async () => {
		expect((await creator.call('GET', '/v1/nothing')).body).toEqual({
			code: 'not_found',
			message: 'Not Found',
		});
	});
});
