import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A server before another, which has taken a request before its sender knows. */
export interface HoldingServer {
	readonly url: string;
	/** How many answers it holds. */
	readonly held: number;
	/** Hands on the answers that were held; from now on, none is. */
	release(): void;
	close(): Promise<void>;
}

/** @param path whose answers are held until {@link HoldingServer.release} */
export async function startHolding(target: string, path: string): Promise<HoldingServer> {
	let url = '';
	let held = 0;
	let release = (): void => undefined;
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	const server = createServer((request, response) => {
		void answerOf(target, request).then(async ({ status, type, body }) => {
			if (request.url === path) {
				held++;
				await released;
				held--;
			}
			response.writeHead(status, { 'content-type': type });
			// Addresses of files lead here, too: a node takes no others of this machine.
			response.end(type.includes('json') ? body.toString().replaceAll(target, url) : body);
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url,
		get held() {
			return held;
		},
		release: () => {
			release();
		},
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

async function answerOf(
	target: string,
	request: IncomingMessage,
): Promise<{ status: number; type: string; body: Buffer }> {
	const { method = '', url = '', headers } = request;
	const body = await buffer(request);
	const { authorization, 'content-type': contentType } = headers;
	const answer = await fetch(`${target}${url}`, {
		method,
		headers: {
			...(authorization === undefined ? {} : { authorization }),
			...(contentType === undefined ? {} : { 'content-type': contentType }),
		},
		...(body.length > 0 ? { body } : {}),
	});
	const type = answer.headers.get('content-type') ?? '';
	return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
}
