import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { certificateFor } from '../faults/certificate.mts';
import { tlsFront } from '../faults/detours.mts';

const HOST = 'api.magichour.ai';

/** Stands in for the address of the real API, for an n8n that is started with `environment`. */
export interface MagicHourAddress {
	readonly environment: Readonly<Record<string, string>>;
	close(): Promise<void>;
}

/**
 * A proxy that leads https://api.magichour.ai to a local API, and any other address nowhere.
 * @param port of the local API, at 127.0.0.1
 * @param certificateFile is written
 */
export async function standInForMagicHour(
	port: number,
	certificateFile: string,
): Promise<MagicHourAddress> {
	const certificate = certificateFor(HOST);
	await writeFile(certificateFile, certificate.cert);
	const front = await tlsFront(certificate, port);
	const sockets = new Set<Socket>();
	const proxy = createServer((_request, response) => response.writeHead(502).end());
	proxy.on('connection', (socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	proxy.on('connect', ({ url }, client) => {
		client.on('error', () => undefined);
		if (url !== `${HOST}:443`) {
			client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
			return;
		}
		const server = net.connect(front.port, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			const end = (): void => {
				client.destroy();
				server.destroy();
			};
			pipeline(client, server, end);
			pipeline(server, client, end);
		});
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	return {
		environment: {
			HTTPS_PROXY: url,
			NO_PROXY: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: certificateFile,
		},
		async close() {
			const closed = once(proxy, 'close');
			proxy.close();
			for (const socket of sockets) socket.destroy();
			await closed;
			await front.close();
		},
	};
}
