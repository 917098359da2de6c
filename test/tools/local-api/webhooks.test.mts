import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { type LocalApi, type LocalApiOptions, startLocalApi } from '../../../local-api/server.mts';
import { ApiClient, SMALL_PNG, TestClock, send } from '../../support/api-client.mts';
import { startReceiver, type WebhookReceiver } from '../../support/webhook-receiver.mts';
import { until } from '../../support/until.mts';

// Each waits for real requests, on a machine that may have other things to do.
jest.setTimeout(30_000);

const SECRET = 'a secret of the tests';
/** By the clock of the tests, which only goes on when it is told to. */
const JOB_SECONDS = 100;
const UNTIL_RENDERING = 20;
/** Real milliseconds in which an event that is not to be sent would have been. */
const A_WHILE = 150;

let clock: TestClock;
let api: LocalApi;
let client: ApiClient;
let receiver: WebhookReceiver;

async function start(
	answer?: (response: ServerResponse, count: number) => void,
	options: LocalApiOptions = {},
): Promise<void> {
	clock = new TestClock();
	receiver = await startReceiver(SECRET, answer);
	api = await startLocalApi({
		clock: clock.now,
		jobSeconds: JOB_SECONDS,
		webhook: { url: receiver.url, secret: SECRET },
		...options,
	});
	client = new ApiClient(api.url, api.keys.creator);
}
afterEach(async () => {
	await api.close();
	await receiver.close();
});

const create = async (): Promise<string> => await client.createId(await client.upload(SMALL_PNG));
const types = (): string[] => receiver.deliveries.map(({ type }) => type);
/** Waits until each event has been tried so often, and what came of it is known: a moment after the receiver has it. */
const tried = async (count: number): Promise<void> => {
	await until(
		`each event to be tried ${count} times`,
		() => api.events.length > 0 && api.events.every(({ tries }) => tries.length >= count),
	);
};

test('a video is started and completed, each told once, in the shape of the answer to GET', async () => {
	await start();
	const id = await create();
	await sleep(A_WHILE);
	expect(types()).toEqual([]);

	clock.advance(UNTIL_RENDERING);
	const [started] = await receiver.received(1);
	expect(started).toMatchObject({ type: 'video.started', isSigned: true });
	expect(started?.payload).toEqual(await client.details(id));
	expect(started?.payload).toMatchObject({ id, status: 'rendering', downloads: [] });

	clock.advance(JOB_SECONDS);
	const [, completed] = await receiver.received(2);
	expect(completed).toMatchObject({ type: 'video.completed', isSigned: true });
	const url = expect.stringContaining(`${api.url}/downloads/${id}/`) as unknown;
	expect(completed?.payload).toEqual({
		...(await client.details(id)),
		download: { url, expires_at: expect.any(String) as unknown },
		downloads: [{ url, expires_at: expect.any(String) as unknown }],
	});

	await tried(1);
	await sleep(A_WHILE);
	expect(types()).toEqual(['video.started', 'video.completed']);
	expect(api.events.map(({ type, projectId, tries }) => [type, projectId, tries])).toEqual([
		['video.started', id, [200]],
		['video.completed', id, [200]],
	]);
});

test('a video that fails is told with its error and the refund', async () => {
	await start();
	api.setOutcome({ status: 'error', code: 'no_source_face', message: 'No face' });
	const id = await create();
	clock.advance(JOB_SECONDS);
	// Sent at the same time as the one before: which arrives first is a matter of chance.
	const errored = (await receiver.received(2)).find(({ type }) => type === 'video.errored');
	expect(errored).toMatchObject({
		type: 'video.errored',
		payload: {
			id,
			status: 'error',
			credits_charged: 0,
			error: { code: 'no_source_face', message: 'No face' },
		},
	});
});

test('the end of a canceled video is not told', async () => {
	await start();
	api.setOutcome({ status: 'canceled' });
	await create();
	clock.advance(JOB_SECONDS);
	await receiver.received(1);
	await sleep(A_WHILE);
	expect(types()).toEqual(['video.started']);
});

test('a deleted video is not told', async () => {
	await start();
	await client.delete(await create());
	clock.advance(JOB_SECONDS);
	await sleep(A_WHILE);
	expect(types()).toEqual([]);
});

test('with compressed time, events come when the jobs are that far', async () => {
	await start(undefined, { clock: Date.now, speed: 200, jobSeconds: JOB_SECONDS });
	const begun = Date.now();
	const id = await create();
	await receiver.received(2);
	expect(Date.now() - begun).toBeGreaterThanOrEqual((JOB_SECONDS / 200) * 1000);
	expect(await client.details(id)).toMatchObject({ status: 'complete' });
	expect(types()).toEqual(['video.started', 'video.completed']);
});

test('the time in the signature is the real one, whatever the clock says', async () => {
	await start();
	await create();
	clock.advance(JOB_SECONDS);
	const [started] = await receiver.received(1);
	expect(Math.abs((started?.signedAt ?? 0) - Date.now() / 1000)).toBeLessThan(60);
});

test.each([1, 10])(
	'what is not taken is sent again after gaps that double, until it is taken: at speed %d',
	async (speed) => {
		await start((response, count) => response.writeHead(count < 4 ? 500 : 204).end(), {
			speed,
			jobSeconds: JOB_SECONDS * speed,
		});
		await create();
		clock.advance(UNTIL_RENDERING);
		let count = 1;
		for (const gap of [5, 10, 20]) {
			await tried(count);
			clock.advance((gap - 1) / speed);
			await sleep(A_WHILE);
			expect(types()).toHaveLength(count);
			clock.advance(1 / speed);
			count++;
		}
		await tried(4);
		clock.advance(30);
		await sleep(A_WHILE);
		expect(types()).toEqual(Array(4).fill('video.started'));
		expect(receiver.deliveries.every(({ isSigned }) => isSigned)).toBe(true);
		expect(api.events[0]?.tries).toEqual([500, 500, 500, 204]);
	},
);

test('it is given up after a day', async () => {
	await start((response) => response.writeHead(500).end());
	await create();
	clock.advance(UNTIL_RENDERING);
	api.setOutcome({ status: 'complete' });
	for (let count = 1; count <= 20; count++) {
		await until(`try ${count}`, () => api.events[0]?.tries.length === count);
		// Set together with what came of the try.
		if (api.events[0]?.nextAt === undefined) break;
		clock.advance((api.events[0].nextAt - clock.now()) / 1000);
	}
	await sleep(A_WHILE);
	expect(api.events[0]).toMatchObject({ type: 'video.started' });
	expect(api.events[0]?.nextAt).toBeUndefined();
	// 5 s, doubled 14 times, is 23 hours in all.
	expect(api.events[0]?.tries.length).toBe(15);
});

test('a receiver that is not there is an outcome, too', async () => {
	await start();
	await receiver.close();
	await create();
	clock.advance(UNTIL_RENDERING);
	await tried(1);
	expect(api.events[0]?.tries).toEqual(['ECONNREFUSED']);
});

test('closing does not wait for a receiver that never answers', async () => {
	await start(() => undefined);
	await create();
	clock.advance(UNTIL_RENDERING);
	await receiver.received(1);
	await api.close();
	expect(api.events[0]?.tries).toEqual(['no answer in time']);
});

test('a webhook that is set later is told what happens from then on, and can be removed', async () => {
	await start();
	api.setWebhook(undefined);
	const first = await create();
	clock.advance(JOB_SECONDS);
	await sleep(A_WHILE);
	api.setWebhook({ url: receiver.url, secret: SECRET });
	const second = await create();
	clock.advance(JOB_SECONDS);
	await receiver.received(2);
	expect(types().sort()).toEqual(['video.completed', 'video.started']);
	expect(receiver.deliveries.map(({ payload }) => payload.id)).toEqual([second, second]);
	expect(first).not.toBe(second);
});

test('it can be set and removed over HTTP, and the secret is shown nowhere', async () => {
	await start();
	api.setWebhook(undefined);
	const put = (body: object) =>
		send(`${api.url}/local/webhook`, {
			method: 'PUT',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	expect((await put({ url: receiver.url })).status).toBe(400);
	expect((await put({ url: receiver.url, secret: SECRET })).status).toBe(204);
	const id = await create();
	clock.advance(JOB_SECONDS);
	await receiver.received(2);
	await tried(1);
	await sleep(A_WHILE);
	const events = await send(`${api.url}/local/events`);
	expect(events.body).toEqual([
		{ type: 'video.started', projectId: id, tries: [200] },
		{ type: 'video.completed', projectId: id, tries: [200] },
	]);
	expect(JSON.stringify([api.requests, api.events, api.projects])).not.toContain(SECRET);

	expect((await send(`${api.url}/local/webhook`, { method: 'DELETE' })).status).toBe(204);
	await create();
	clock.advance(JOB_SECONDS);
	await sleep(A_WHILE);
	expect(types()).toHaveLength(2);
});
