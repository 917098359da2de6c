/**
 * The judge of the local API: what the real API's own client and its published description make of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Client from 'magic-hour';

import { probeVideo } from '../../local-api/probe.mts';
import { type LocalApi, startLocalApi } from '../../local-api/server.mts';
import { writeSample } from '../../local-api/sample-image.mts';
import { type Answer, ApiClient, TestClock } from '../support/api-client.mts';
import { DESCRIPTIONS, problems } from '../support/openapi-answers.mts';

// Rendering and decoding take seconds on a busy machine.
jest.setTimeout(60_000);

describe('the official client', () => {
	let api: LocalApi;
	let directory: string;
	let image: string;

	beforeAll(async () => {
		// Of the client's own log: it would stand in the middle of the test's output.
		process.env['MAGIC_HOUR_LOG_LEVEL'] = 'none';
		// The client polls every half second, so nothing is gained by going faster.
		api = await startLocalApi({ speed: 100 });
		directory = await mkdtemp(join(tmpdir(), 'official-client-'));
		image = join(directory, 'lake.png');
		await writeSample(image, { width: 640, height: 360 });
	});
	afterEach(() => {
		api.reset();
	});
	afterAll(async () => {
		await api.close();
		await rm(directory, { recursive: true });
	});

	const official = (token: string): Client => new Client({ token, baseUrl: api.url });
	const request = () => ({
		assets: { imageFilePath: image },
		endSeconds: 5,
		name: 'Lake',
		resolution: '720p' as const,
		style: { prompt: 'a calm evening' },
	});
	const options = () => ({
		waitForCompletion: true,
		downloadOutputs: true,
		downloadDirectory: directory,
	});

	test('uploads a local file, waits, and downloads a video that plays', async () => {
		const result = await official(api.keys.creator).v1.imageToVideo.generate(request(), options());
		expect(result).toMatchObject({
			...{ status: 'complete', name: 'Lake', endSeconds: 5, width: 1280, height: 720, error: null },
		});
		expect(result.creditsCharged).toBe(240);
		expect(result.download?.url).toMatch(/\.mp4\?/);

		const paths = (result as { downloadedPaths?: string[] }).downloadedPaths ?? [];
		expect(paths).toHaveLength(1);
		const video = await probeVideo(paths[0] ?? '');
		expect(video).toMatchObject({ width: 1280, height: 720, codec: 'h264', audio: false });
		expect(Math.abs(video.seconds - 5)).toBeLessThanOrEqual(0.05);

		const kinds = api.requests.map(({ kind }) => kind);
		expect(kinds.slice(0, 3)).toEqual(['upload-urls', 'upload', 'create']);
		expect(kinds.slice(3, -1).every((kind) => kind === 'poll')).toBe(true);
		expect(kinds.at(-1)).toBe('download');
	});

	test('makes a video from text', async () => {
		const result = await official(api.keys.creator).v1.textToVideo.generate(
			{
				endSeconds: 5,
				name: 'Dunes',
				orientation: 'portrait',
				resolution: '720p',
				style: { prompt: 'wind over dunes' },
			},
			options(),
		);
		expect(result).toMatchObject({
			...{ status: 'complete', name: 'Dunes', type: 'TEXT_TO_VIDEO', width: 720, height: 1280 },
		});
		expect(result.creditsCharged).toBe(240);
		const [path = ''] = (result as { downloadedPaths?: string[] }).downloadedPaths ?? [];
		expect(await probeVideo(path)).toMatchObject({ width: 720, height: 1280, codec: 'h264' });
		expect(api.requests.map(({ kind }) => kind).slice(0, 1)).toEqual(['create']);
	});

	test('sees a bad key refused', async () => {
		await expect(
			official('mhk_live_wrong').v1.imageToVideo.generate(request(), options()),
		).rejects.toMatchObject({ response: { status: 401 } });
		expect(api.requests.map(({ kind, status }) => [kind, status])).toEqual([['upload-urls', 401]]);
	});

	test('sees a bad duration refused', async () => {
		const bad = { ...request(), endSeconds: 2 };
		await expect(
			official(api.keys.creator).v1.imageToVideo.generate(bad, options()),
		).rejects.toMatchObject({ response: { status: 422 } });
		expect(api.projects).toEqual([]);
	});

	test('sees how a job failed', async () => {
		api.setOutcome({ status: 'error', code: 'no_source_face', message: 'No face was found' });
		const result = await official(api.keys.creator).v1.imageToVideo.generate(request(), options());
		expect(result).toMatchObject({
			...{ status: 'error', error: { code: 'no_source_face' }, download: null, creditsCharged: 0 },
		});
	});

	test('deletes', async () => {
		const client = official(api.keys.creator);
		const { id } = await client.v1.imageToVideo.generate(request(), { waitForCompletion: false });
		await client.v1.videoProjects.delete({ id });
		await expect(client.v1.videoProjects.get({ id })).rejects.toMatchObject({
			response: { status: 404 },
		});
	});
});

const UPLOAD_URLS = '/v1/files/upload-urls';
const CREATE = '/v1/image-to-video';
const CREATE_FROM_TEXT = '/v1/text-to-video';
const ACCOUNT = '/v1/account';
const PROJECT = '/v1/video-projects/{id}';
const SAVED_ITEMS = '/v1/saved-items';

describe.each(Object.entries(DESCRIPTIONS))('the description of %s', (_, description) => {
	let api: LocalApi;
	let clock: TestClock;

	beforeAll(async () => {
		clock = new TestClock();
		api = await startLocalApi({ clock: clock.now });
	});
	afterEach(() => {
		api.reset();
	});
	afterAll(() => api.close());

	/** A client whose every answer is as described, with the status that the test wants. */
	const expecting = (client: ApiClient) => {
		const check = (status: number, method: string, path: string, answer: Answer): Answer => {
			expect(problems(description, method, path, answer)).toEqual([]);
			expect(answer.status).toBe(status);
			return answer;
		};
		return {
			uploadUrls: async (status: number, body: unknown) =>
				check(status, 'POST', UPLOAD_URLS, await client.call('POST', UPLOAD_URLS, body)),
			create: async (status: number, path: string, fields?: Record<string, unknown>) =>
				check(status, 'POST', CREATE, await client.create(path, fields)),
			createFromText: async (status: number, fields?: Record<string, unknown>) =>
				check(status, 'POST', CREATE_FROM_TEXT, await client.createFromText(fields)),
			get: async (status: number, id: string) =>
				check(status, 'GET', PROJECT, await client.get(id)),
			delete: async (status: number, id: string) =>
				check(status, 'DELETE', PROJECT, await client.delete(id)),
		};
	};
	const as = (key: string) => expecting(new ApiClient(api.url, key));

	test('upload-urls: 200, 400, 401, 422, 429, 500', async () => {
		const good = { items: [{ type: 'image', extension: 'heic' }] };
		const creator = as(api.keys.creator);
		await creator.uploadUrls(200, good);
		await creator.uploadUrls(400, {});
		await as('wrong').uploadUrls(401, good);
		await creator.uploadUrls(422, { items: [{ type: 'image', extension: 'gif' }] });
		api.setFault('upload-urls', { status: 429 }, 1);
		await creator.uploadUrls(429, good);
		api.setFault('upload-urls', { status: 500 }, 1);
		await creator.uploadUrls(500, good);
	});

	test('image-to-video: 200, 400, 401, 402, 422, 429, with the deprecated fields', async () => {
		const path = await new ApiClient(api.url, api.keys.free).upload();
		const free = as(api.keys.free);
		await free.create(400, path, { end_seconds: 'long' });
		await as('wrong').create(401, path);
		await free.create(402, path, { model: 'kling-3.0', resolution: '720p' });
		await free.create(422, path, { model: 'ltx-2.3', end_seconds: 12 });
		const { body } = await free.create(200, path, { model: 'ltx-2.3' });
		expect(body).toHaveProperty('estimated_frame_cost', 120);
		await free.create(429, path);
		const poorPath = await new ApiClient(api.url, api.keys.outOfCredits).upload();
		await as(api.keys.outOfCredits).create(402, poorPath);
	});

	if (CREATE_FROM_TEXT in description.paths) {
		test('text-to-video: 200, 400, 401, 402, 422, 429, with the deprecated fields', async () => {
			const free = as(api.keys.free);
			await free.createFromText(400, { style: {} });
			await free.createFromText(400, { style: { prompt: 'a'.repeat(20_001) } });
			await as('wrong').createFromText(401);
			await free.createFromText(402, { model: 'kling-3.0', resolution: '720p' });
			await free.createFromText(422, { model: 'wan-2.2', end_seconds: 12 });
			const { body } = await free.createFromText(200, { model: 'wan-2.2', aspect_ratio: '1:1' });
			expect(body).toHaveProperty('estimated_frame_cost', 120);
			await free.createFromText(429, { model: 'wan-2.2' });
			await as(api.keys.outOfCredits).createFromText(402);
		});
	}

	test('video-projects: every status of a job, 401, 404, and delete', async () => {
		const creator = new ApiClient(api.url, api.keys.creator);
		const path = await creator.upload();
		for (const outcome of [
			{ status: 'complete' },
			{ status: 'error', code: 'unknown_error', message: 'Something went wrong' },
			{ status: 'canceled' },
		] as const) {
			api.setOutcome(outcome);
			const id = await creator.createId(path);
			const seen = [];
			// A job of 74 s: just created, waiting, being rendered, and ended.
			for (const seconds of [0, 5, 20, 50]) {
				clock.advance(seconds);
				const { body } = await as(api.keys.creator).get(200, id);
				seen.push((body as { status: string }).status);
				expect(body).toHaveProperty('total_frame_cost');
				expect(body).toHaveProperty('download');
			}
			expect(seen).toEqual(['draft', 'queued', 'rendering', outcome.status]);

			await as('wrong').get(401, id);
			await as('wrong').delete(401, id);
			await as(api.keys.creator).delete(204, id);
			await as(api.keys.creator).get(404, id);
			await as(api.keys.creator).delete(404, id);
		}
	});
});

describe('the description of October, which has more', () => {
	let api: LocalApi;

	beforeAll(async () => {
		api = await startLocalApi();
	});
	afterEach(() => {
		api.reset();
	});
	afterAll(() => api.close());

	const accountOf = async (key: string): Promise<Answer> => {
		const answer = await new ApiClient(api.url, key).call('GET', ACCOUNT);
		expect(problems(DESCRIPTIONS.October, 'GET', ACCOUNT, answer)).toEqual([]);
		return answer;
	};

	test.each(['free', 'creator', 'pro', 'business'] as const)('account: %s', async (tier) => {
		const { status, body } = await accountOf(api.keys[tier]);
		expect(status).toBe(200);
		expect(body).toMatchObject({ tier, credits: api.balance(tier) });
		expect((body as { subscription: unknown }).subscription === null).toBe(tier === 'free');
	});

	test('account: the credits are what is left, 401, 500', async () => {
		const client = new ApiClient(api.url, api.keys.creator);
		await client.createId(await client.upload());
		const { body } = await accountOf(api.keys.creator);
		expect(body).toMatchObject({ credits: 1_000_000 - 240 });
		await expect(accountOf('wrong')).resolves.toMatchObject({ status: 401 });
		api.setFault('account', { status: 500 }, 1);
		await expect(accountOf(api.keys.creator)).resolves.toMatchObject({ status: 500 });
	});
});

describe('saved items', () => {
	let api: LocalApi;

	beforeAll(async () => {
		api = await startLocalApi();
	});
	afterAll(() => api.close());

	/** Asks, and judges the answer by the description of October, the first that has saved items. */
	const ask = async (status: number, query = '', key = api.keys.creator): Promise<Answer> => {
		const answer = await new ApiClient(api.url, key).call('GET', `${SAVED_ITEMS}${query}`);
		expect(problems(DESCRIPTIONS.October, 'GET', SAVED_ITEMS, answer)).toEqual([]);
		expect(answer.status).toBe(status);
		return answer;
	};
	interface Page {
		items: { id: string; type: string; assets: { file_path: string; media_kind: string }[] }[];
		next_cursor: string | null;
	}
	const page = async (query?: string, key?: string) => (await ask(200, query, key)).body as Page;

	test('are as described: 200, 400, 401, 429, 500', async () => {
		const { items, next_cursor: next } = await page();
		expect(items.map(({ type }) => type)).toEqual([
			...['character', 'voice', 'reference', 'moodboard', 'brand_kit'],
		]);
		expect(next).toBeNull();
		for (const query of ['limit=0', 'limit=101', 'limit=x', 'type=song', 'cursor=', 'cursor=x']) {
			await ask(400, `?${query}`);
		}
		await ask(401, '', 'wrong');
		for (const status of [429, 500]) {
			api.setFault('saved-items', { status }, 1);
			await ask(status);
		}
	});

	test('come page by page, of one type or of all', async () => {
		const all = (await page()).items.map(({ id }) => id);
		const found: string[] = [];
		let query = '?limit=2';
		for (;;) {
			const { items, next_cursor: next } = await page(query);
			expect(items.length).toBeLessThanOrEqual(2);
			found.push(...items.map(({ id }) => id));
			if (next === null) break;
			query = `?limit=2&cursor=${next}`;
		}
		expect(found).toEqual(all);
		expect((await page('?type=voice')).items.map(({ id }) => id)).toEqual([all[1]]);
	});

	test('can be used for a video by their account, if they are images', async () => {
		const assets = (await page()).items.flatMap((item) => item.assets);
		const pathOf = (kind: string): string =>
			assets.find(({ media_kind }) => media_kind === kind)?.file_path ?? '';
		const creator = new ApiClient(api.url, api.keys.creator);

		expect((await creator.create(pathOf('IMAGE'))).status).toBe(200);
		expect((await creator.create(pathOf('VIDEO'))).status).toBe(422);
		const pro = new ApiClient(api.url, api.keys.pro);
		expect((await pro.create(pathOf('IMAGE'))).status).toBe(422);
	});
});

test('the check against a description can fail', () => {
	for (const description of Object.values(DESCRIPTIONS)) {
		const find = (status: number, body: unknown) =>
			problems(description, 'POST', CREATE, { status, body });
		expect(find(200, { id: 'a', credits_charged: 1.5, estimated_frame_cost: 1 })).toEqual([
			'POST /v1/image-to-video 200: /credits_charged must be integer',
		]);
		expect(find(404, { message: 'Gone' })).toHaveLength(1);
		expect(find(418, { message: 'Teapot' })).toEqual([
			'POST /v1/image-to-video 418: the status is not described',
		]);
	}
});
