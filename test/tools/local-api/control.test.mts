import { type LocalApi, startLocalApi } from '../../../local-api/server.mts';
import { ApiClient, put, send, SMALL_PNG } from '../../support/api-client.mts';

let api: LocalApi;
let client: ApiClient;

beforeEach(async () => {
	api = await startLocalApi({ jobSeconds: 0 });
	client = new ApiClient(api.url, api.keys.creator);
});
afterEach(() => api.close());

const post = (path: string, body?: unknown) =>
	send(`${api.url}${path}`, {
		method: 'POST',
		...(body === undefined
			? {}
			: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
	});

describe('the log of requests', () => {
	test('has the kind, status, body or bytes, and project of each', async () => {
		const id = await client.createId(await client.upload());
		await client.get(id);
		await client.get('nothing');
		await client.delete(id);
		expect(
			api.requests.map(({ kind, method, status, projectId }) => [kind, method, status, projectId]),
		).toEqual([
			['upload-urls', 'POST', 200, undefined],
			['upload', 'PUT', 200, undefined],
			['create', 'POST', 200, id],
			['poll', 'GET', 200, id],
			['poll', 'GET', 404, 'nothing'],
			['delete', 'DELETE', 204, id],
		]);
		expect(api.requests[1]?.bytes).toBe(SMALL_PNG.length);
		expect(api.requests[2]?.body).toMatchObject({ end_seconds: 5 });
	});

	test('says whose key came, and has no key or signature in it', async () => {
		const { upload_url: url } = await client.uploadUrl();
		await put(url, SMALL_PNG, { 'x-copy': api.keys.creator });
		await client.create('x.png', { name: `my key is ${api.keys.creator}` });
		await new ApiClient(api.url, 'mhk_live_somebody_elses').get('x');
		await send(`${api.url}/${api.keys.creator}`);

		const text = JSON.stringify(api.requests);
		expect(text).not.toContain(api.keys.creator);
		expect(text).not.toContain('mhk_live_');
		expect(text).not.toContain(new URL(url).searchParams.get('signature'));
		expect(api.requests.map(({ headers }) => headers['authorization'])).toEqual([
			...['present (creator)', 'absent', 'present (creator)', 'present (unknown key)', 'absent'],
		]);
		expect(api.requests[1]?.headers['x-copy']).toBe('[key of creator]');
		expect(api.requests[2]?.body).toMatchObject({ name: 'my key is [key of creator]' });
	});
});

describe('the control endpoints', () => {
	test('show what the functions show, and are not in the log', async () => {
		await client.createId(await client.upload());
		const requests = await send(`${api.url}/local/requests`);
		expect(requests.body).toEqual(JSON.parse(JSON.stringify(api.requests)));
		expect(api.requests.map(({ kind }) => kind)).toEqual(['upload-urls', 'upload', 'create']);
		const projects = await send(`${api.url}/local/projects`);
		expect(projects.body).toEqual(JSON.parse(JSON.stringify(api.projects)));
		expect(projects.body).toHaveLength(1);
	});

	test('set and clear faults', async () => {
		const fault = { status: 503 };
		expect((await post('/local/faults', { kind: 'poll', fault, times: 1 })).status).toBe(204);
		expect((await client.get('x')).status).toBe(503);
		expect((await client.get('x')).status).toBe(404);

		await post('/local/faults', { kind: 'poll', fault });
		expect((await client.get('x')).status).toBe(503);
		await send(`${api.url}/local/faults`, { method: 'DELETE' });
		expect((await client.get('x')).status).toBe(404);

		const wrong = await post('/local/faults', { kind: 'create', fault: { expired: true } });
		expect(wrong.status).toBe(400);
		expect((await post('/local/faults', { kind: 'nothing', fault })).status).toBe(400);
	});

	test('set the outcome of jobs', async () => {
		const path = await client.upload();
		await post('/local/outcome', { status: 'error', code: 'no_source_face', message: 'No face' });
		expect((await client.details(await client.createId(path))).error).toEqual({
			...{ code: 'no_source_face', message: 'No face' },
		});
		expect((await post('/local/outcome', { status: 'error' })).status).toBe(400);
	});

	test('reset everything', async () => {
		await client.createId(await client.upload());
		await post('/local/faults', { kind: 'poll', fault: { status: 503 } });
		await post('/local/outcome', { status: 'canceled' });
		expect((await post('/local/reset')).status).toBe(204);
		expect([api.requests, api.projects]).toEqual([[], []]);
		const id = await client.createId(await client.upload());
		expect((await client.details(id)).status).toBe('complete');
	});
});

describe('starting', () => {
	test('a taken port is an error with its code', async () => {
		const port = Number(new URL(api.url).port);
		await expect(startLocalApi({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	});

	test('keys are random, and can be given', async () => {
		const other = await startLocalApi({ keys: { pro: 'mhk_live_mine' } });
		try {
			expect(other.keys.pro).toBe('mhk_live_mine');
			expect(other.keys.creator).toMatch(/^mhk_live_[0-9a-f]{48}$/);
			expect(other.keys.creator).not.toBe(api.keys.creator);
		} finally {
			await other.close();
		}
	});
});
