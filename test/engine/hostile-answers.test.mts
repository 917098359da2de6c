import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';

/** Answers of somebody who wants n8n to fall over, at the API Base URL. */
const MEGABYTE = 1_000_000;
const UNPACKED = 300 * MEGABYTE;
const BOMB = gzipSync(Buffer.alloc(UNPACKED, ' '));

let lab: Lab;
let server: Server;
let answer: (response: ServerResponse) => void;
let requests = 0;

beforeAll(async () => {
	lab = await openLab();
	server = createServer((_, response) => {
		requests++;
		answer(response);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
});

beforeEach(() => {
	requests = 0;
});

afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await lab.close();
});

/** Runs Get against the server. */
async function get() {
	const { port } = server.address() as AddressInfo;
	return await lab.engine.run({
		items: [imageItem()],
		credentials: { apiKey: lab.api.keys.business, baseUrl: `http://127.0.0.1:${port}` },
		parameters: { operation: 'get', projectId: 'p1', options: { timeout: 20 } },
	});
}

/** Most bytes in buffers while the work goes on, beyond those of before. */
async function buffersDuring(work: () => Promise<unknown>): Promise<number> {
	const held = () => process.memoryUsage().arrayBuffers;
	const before = held();
	let most = before;
	const watch = setInterval(() => (most = Math.max(most, held())), 1);
	await work();
	clearInterval(watch);
	return most - before;
}

it('an answer that unpacks to hundreds of megabytes is given up after the first', async () => {
	answer = (response) => {
		response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
		response.end(BOMB);
	};
	let told = '';
	const most = await buffersDuring(async () => {
		const { error } = await get();
		told = `${error?.message ?? ''} ${error?.description ?? ''}`;
	});

	expect(told).toContain('larger than any answer of the API');
	expect(told).toContain('p1');
	expect(requests).toBeGreaterThan(1);
	expect(most).toBeLessThan(50 * MEGABYTE);
});

it.each([
	['deep JSON', '{"a":'.repeat(100_000), /not JSON/],
	['JSON that would change every object', '{"__proto__":{"status":"complete"},"id":"p1"}', /shape/],
	['a number as large as a text', `{"id":"p1","status":${'9'.repeat(500_000)}}`, /shape/],
])('%s is an answer like any other that is wrong', async (_, body, says) => {
	answer = (response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(body);
	};
	const { error } = await get();

	expect(error?.message).toMatch(says);
	expect(error?.message.length).toBeLessThan(2_000);
	expect({}).not.toHaveProperty('status');
});

it('headers without end are a connection that broke off', async () => {
	answer = (response) => {
		response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(MEGABYTE)}\r\n\r\n{}`);
	};
	const { error } = await get();

	expect(error?.message).toContain('the connection broke off');
});
