import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
	type Fault,
	type LocalApi,
	type RequestKind,
	startLocalApi,
} from '../../../local-api/server.mts';
import { TinyVideos } from '../../../tools/queue-mode/tiny-videos.mts';
import { ApiClient, message, put, send, SMALL_PNG } from '../../support/api-client.mts';

let api: LocalApi;
let client: ApiClient;
let path: string;

beforeAll(async () => {
	api = await startLocalApi({ jobSeconds: 0 });
	client = new ApiClient(api.url, api.keys.business);
	path = await client.upload();
	api.reset();
});
afterEach(() => {
	api.reset();
});
afterAll(() => api.close());

/** How a request failed: the code of the socket's error, or the error's name. */
function failure(error: unknown): string {
	const { name, cause } = error as { name: string; cause?: { code?: string } };
	return cause?.code ?? name;
}

/** What became of a request: its status, or how it failed. */
const outcome = (request: Promise<{ status: number }>): Promise<number | string> =>
	request.then(({ status }) => status, failure);

interface Seen {
	readonly status: number;
	readonly type: string | null;
	readonly location: string | null;
	readonly text: string;
}

/** The answer as it came, no redirect followed; or how the request failed. */
async function look(url: string, init: RequestInit = {}): Promise<Seen | string> {
	try {
		const answer = await fetch(url, { redirect: 'manual', ...init });
		const header = (name: string) => answer.headers.get(name);
		const text = await answer.text();
		return {
			status: answer.status,
			type: header('content-type'),
			location: header('location'),
			text,
		};
	} catch (error) {
		return failure(error);
	}
}

const withKey = (method: string, body?: unknown): RequestInit => ({
	method,
	headers: {
		authorization: `Bearer ${api.keys.business}`,
		...(body === undefined ? {} : { 'content-type': 'application/json' }),
	},
	...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

const newProject = async (): Promise<string> =>
	`${api.url}/v1/video-projects/${await client.createId(path)}`;

/** A good request of each kind. */
const REQUESTS: Readonly<Record<RequestKind, () => Promise<[string, RequestInit]>>> = {
	'upload-urls': () => {
		const items = [{ type: 'image', extension: 'png' }];
		return Promise.resolve([`${api.url}/v1/files/upload-urls`, withKey('POST', { items })]);
	},
	upload: async () => [(await client.uploadUrl()).upload_url, { method: 'PUT', body: SMALL_PNG }],
	create: () => {
		const body = { end_seconds: 5, assets: { image_file_path: path } };
		return Promise.resolve([`${api.url}/v1/image-to-video`, withKey('POST', body)]);
	},
	poll: async () => [await newProject(), withKey('GET')],
	delete: async () => [await newProject(), withKey('DELETE')],
	account: () => Promise.resolve([`${api.url}/v1/account`, withKey('GET')]),
	'saved-items': () => Promise.resolve([`${api.url}/v1/saved-items`, withKey('GET')]),
	download: async () => {
		const { downloads } = await client.details(await client.createId(path));
		return [downloads[0]?.url ?? '', {}];
	},
};

describe.each(Object.entries(REQUESTS))('%s, once', (name, request) => {
	const kind = name as RequestKind;

	test.each<[Fault, object | string]>([
		[
			{ status: 503, body: { message: 'Busy' } },
			{ status: 503, text: '{"message":"Busy"}' },
		],
		[
			{ raw: '<p>', contentType: 'text/html' },
			{ status: 200, type: 'text/html', text: '<p>' },
		],
		[{ raw: '' }, { status: 200, text: '' }],
		[{ redirect: 'https://elsewhere.invalid/x' }, { location: 'https://elsewhere.invalid/x' }],
		[{ huge: 200_000 }, { status: 200, text: ' '.repeat(200_000) }],
		[{ reset: 'before' }, 'ECONNRESET'],
	])('%j', async (fault, expected) => {
		const [url, init] = await request();
		api.setFault(kind, fault, 1);
		const seen = await look(url, init);
		if (typeof expected === 'string') expect(seen).toBe(expected);
		else expect(seen).toMatchObject(expected);
		expect(api.requests.filter((entry) => entry.kind === kind)).toHaveLength(1);

		// A video would have to be rendered first.
		if (kind === 'download') return;
		const again = await look(url, init);
		expect([200, 204]).toContain(typeof again === 'string' ? again : again.status);
	});
});

describe('create', () => {
	test.each<[Fault, unknown, number]>([
		[{ status: 500 }, 500, 0],
		[{ status: 500, after: true }, 500, 1],
		[{ raw: '', contentType: 'application/json', after: true }, 200, 1],
		[{ reset: 'before' }, 'ECONNRESET', 0],
		[{ reset: 'after' }, 'ECONNRESET', 1],
	])('%j: the client sees %j, %i project exists', async (fault, result, projects) => {
		api.setFault('create', fault, 1);
		expect(await outcome(client.create(path))).toBe(result);
		expect(api.projects).toHaveLength(projects);
	});

	test('held: it has taken effect, and its answer comes when the faults are cleared', async () => {
		api.setFault('create', { held: true }, 1);
		let isAnswered = false;
		const answer = outcome(client.create(path)).finally(() => (isAnswered = true));
		while (api.projects.length === 0) await setImmediate();
		// The next request passes it.
		expect(await outcome(client.create(path))).toBe(200);
		expect(isAnswered).toBe(false);
		api.clearFaults();
		expect(await answer).toBe(200);
	});

	test.each([
		['before', 0],
		['after', 1],
	] as const)('hangs %s it took effect', async (when, projects) => {
		api.setFault('create', { hang: when }, 1);
		const signal = AbortSignal.timeout(300);
		const [url, init] = await REQUESTS.create();
		const hanging = fetch(url, { ...init, signal });
		expect(await outcome(hanging)).toBe('TimeoutError');
		expect(api.projects).toHaveLength(projects);
		expect(api.requests.at(-1)).toMatchObject({ kind: 'create', status: null });
	});
});

test('answers carry the headers and the body of the fault', async () => {
	const fault = { status: 429, body: { message: 'Slow' }, headers: { 'retry-after': '7' } };
	api.setFault('poll', fault);
	const answer = await client.get('any');
	expect([answer.status, message(answer), answer.headers.get('retry-after')]).toEqual([
		...[429, 'Slow', '7'],
	]);
});

test('faults of a kind queue up, last as often as asked, and leave other kinds alone', async () => {
	api.setFault('poll', { status: 500 }, 2);
	api.setFault('poll', { status: 503 });
	const id = await client.createId(path);
	const statuses = [];
	for (let i = 0; i < 4; i++) statuses.push((await client.get(id)).status);
	api.clearFaults();
	statuses.push((await client.get(id)).status);
	expect(statuses).toEqual([500, 500, 503, 503, 200]);
});

test('a drip slows an answer down', async () => {
	const id = await client.createId(path);
	const { length } = JSON.stringify((await client.get(id)).body);
	api.setFault('poll', { drip: 2 * length }, 1);
	const start = performance.now();
	expect(await client.details(id)).toMatchObject({ id });
	expect(performance.now() - start).toBeGreaterThan(400);
});

test('a drip slows an upload down', async () => {
	const { upload_url: url } = await client.uploadUrl();
	api.setFault('upload', { drip: 2 * SMALL_PNG.length }, 1);
	const start = performance.now();
	expect((await put(url, SMALL_PNG)).status).toBe(200);
	expect(performance.now() - start).toBeGreaterThan(400);
	expect(api.requests.at(-1)?.bytes).toBe(SMALL_PNG.length);
});

test('of a file that is held, half comes at once', async () => {
	const directory = await mkdtemp(join(tmpdir(), 'held-'));
	const held = await startLocalApi({
		jobSeconds: 0,
		videosOf: { renderer: new TinyVideos(directory, 10_000) },
	});
	try {
		const client = new ApiClient(held.url, held.keys.business);
		const { downloads } = await client.details(await client.createId(await client.upload()));
		held.setFault('download', { held: true }, 1);
		const pieces: number[] = [];
		for await (const piece of (await fetch(downloads[0]?.url ?? '')).body ?? []) {
			pieces.push((piece as Uint8Array).length);
			held.clearFaults();
		}
		expect(pieces).toEqual([5000, 5000]);
	} finally {
		await held.close();
		await rm(directory, { recursive: true });
	}
});

test('a truncated answer breaks off, or claims to be whole', async () => {
	const id = await client.createId(path);
	const whole = await fetchText(id);
	api.setFault('poll', { truncate: 0.5 }, 1);
	await expect(fetchText(id)).rejects.toThrow('terminated');
	api.setFault('poll', { truncate: 0.5, length: 'short' }, 1);
	expect((await fetchText(id)).length / whole.length).toBeCloseTo(0.5, 1);
});

async function fetchText(id: string): Promise<string> {
	const headers = { authorization: `Bearer ${api.keys.business}` };
	return (await fetch(`${api.url}/v1/video-projects/${id}`, { headers })).text();
}

test('an expired upload URL', async () => {
	const { upload_url: url } = await client.uploadUrl();
	api.setFault('upload', { expired: true }, 1);
	const answer = await put(url, SMALL_PNG);
	expect(answer.status).toBe(403);
	expect(answer.body).toContain('Request has expired');
	expect((await put(url, SMALL_PNG)).status).toBe(200);
});

test('an expired download URL', async () => {
	const { downloads } = await client.details(await client.createId(path));
	api.setFault('download', { expired: true }, 1);
	expect((await send(downloads[0]?.url ?? '')).status).toBe(403);
});

test('URLs that lead to a host that is down', async () => {
	api.setFault('upload-urls', { urlOrigin: 'http://127.0.0.1:1' }, 1);
	expect((await client.uploadUrl()).upload_url).toMatch(/^http:\/\/127\.0\.0\.1:1\/storage\//);
	const id = await client.createId(path);
	api.setFault('poll', { urlOrigin: 'https://nowhere.invalid' }, 1);
	const { downloads } = await client.details(id);
	expect(downloads[0]?.url).toMatch(/^https:\/\/nowhere\.invalid\/downloads\//);
});

test('a fault that makes no sense for a kind is refused', () => {
	expect(() => {
		api.setFault('create', { expired: true });
	}).toThrow("The fault 'expired' is for upload, download, not for create");
});
