import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that gives its answers one after another, and the last one for good. */
interface AnsweringServer {
	readonly url: string;
	/** Methods of the requests so far. */
	readonly requests: readonly string[];
	close(): Promise<void>;
}

export async function startAnswering(
	answers: readonly (readonly [status: number, body: unknown])[],
): Promise<AnsweringServer> {
	const requests: string[] = [];
	const server = createServer(({ method = '' }, response) => {
		const [status, body] = answers[requests.length] ?? answers.at(-1) ?? [404, null];
		requests.push(method);
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
