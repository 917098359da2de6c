import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { DOMAIN, type Network } from './network.mts';

export interface ForeignRequest {
	readonly method: string;
	readonly path: string;
	/** Names and values of the headers, as they came. */
	readonly head: readonly string[];
	readonly body: string;
}

export interface ForeignHost {
	/** A URL at this host. */
	urlFor(text: string): string;
	/** What came for a URL. */
	requestsTo(url: string): readonly ForeignRequest[];
	readonly close: () => Promise<void>;
}

/** A host that is none of Magic Hour's: notes everything that reaches it, and answers as if all were well. */
export async function openForeignHost({ names }: Network): Promise<ForeignHost> {
	const requests: ForeignRequest[] = [];
	const server = createServer((request, response) => {
		const { method = '', url: path = '', rawHeaders: head } = request;
		const body: Buffer[] = [];
		request.on('data', (chunk: Buffer) => body.push(chunk));
		request.on('end', () => {
			requests.push({ method, path, head, body: Buffer.concat(body).toString('latin1') });
			response.end('{"id":"foreign"}');
		});
	});
	server.listen(0, ADDRESS);
	await once(server, 'listening');
	names.set(NAME, () => ADDRESS);
	const { port } = server.address() as AddressInfo;
	return {
		urlFor: (text) => `http://${NAME}:${port}/${encodeURIComponent(text)}`,
		requestsTo: (url) => requests.filter(({ path }) => path === new URL(url).pathname),
		async close() {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

const NAME = `elsewhere.${DOMAIN}`;
const ADDRESS = '127.0.0.1';
