import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline, Transform, type Duplex } from 'node:stream';
import tls from 'node:tls';

import { certificateFor, type Certificate } from './certificate.mts';
import { DOMAIN } from './network.mts';

/** Connections go wrong in these ways before, or without, the local API knowing. */
export type DetourKind =
	/** The host name can't be resolved. */
	| 'no such host'
	/** Nothing listens. */
	| 'refused'
	/** A certificate that nobody vouches for. */
	| 'unknown certificate'
	/** The connection is closed in the middle of the TLS handshake. */
	| 'broken handshake'
	/** Answers that are not TLS. */
	| 'not TLS'
	/** The answer's head and its first bytes come, then nothing more. */
	| 'stall'
	/** Everything is right but the content type of the answer. */
	| 'relabelled';

/** Detours of connections with TLS. */
export const WITH_TLS: readonly DetourKind[] = [
	'unknown certificate',
	'broken handshake',
	'not TLS',
];

/** Detours that lead to the server in the end. */
export const ARRIVES: readonly DetourKind[] = ['stall', 'relabelled'];

/** A server of these tests, on a loopback address. */
export interface Listening {
	readonly port: number;
	readonly close: () => Promise<void>;
}

/** Takes TLS off connections and hands them on to a port of 127.0.0.1. */
export const tlsFront = (certificate: Certificate, target: number): Promise<Listening> =>
	listen(
		tls.createServer(certificate, (socket) => {
			join(socket, target);
		}),
		'127.0.0.1',
	);

/**
 * Where connections of a kind lead that are sent to another address of this machine than the right server's (Linux and
 * Windows take every 127.x.x.x), at the same port.
 * @param target the port of the local API at 127.0.0.1
 */
export async function openDetour(
	kind: DetourKind,
	address: string,
	port: number,
	target: number,
): Promise<Listening | undefined> {
	const server = serverOf(kind, target);
	return server && (await listen(server, address, port));
}

function serverOf(kind: DetourKind, target: number): Server | undefined {
	switch (kind) {
		case 'no such host':
		case 'refused':
			return undefined;
		case 'unknown certificate':
			return tls.createServer(certificateFor(`*.${DOMAIN}`), quietly);
		case 'broken handshake':
			return net.createServer((socket) => {
				quietly(socket);
				socket.once('data', () => socket.end());
			});
		case 'not TLS':
			return net.createServer((socket) => {
				quietly(socket);
				socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
			});
		case 'stall':
			return net.createServer((socket) => {
				join(socket, target, stall());
			});
		case 'relabelled':
			return net.createServer((socket) => {
				join(socket, target, relabel());
			});
	}
}

async function listen(server: Server, address: string, port = 0): Promise<Listening> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	// What a client does that does not like the server is its own affair.
	server.on('tlsClientError', () => undefined);
	server.listen(port, address);
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		async close() {
			const closed = once(server, 'close');
			server.close();
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

/** Connects a client to the server at a port, byte for byte, but for what `change` does to the answers. */
function join(client: Duplex, target: number, change?: Transform): void {
	const server = net.connect(target, '127.0.0.1');
	const end = (): void => {
		client.destroy();
		server.destroy();
	};
	pipeline(client, server, end);
	if (change) pipeline(server, change, client, end);
	else pipeline(server, client, end);
}

function quietly(socket: Socket): void {
	socket.on('error', () => undefined);
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const BYTES_OF_BODY = 10;

/** Lets the head of an answer through and the first bytes behind it, and swallows the rest. */
function stall(): Transform {
	let before = Buffer.alloc(0);
	let stalled = false;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			if (stalled) {
				done();
				return;
			}
			before = Buffer.concat([before, chunk]);
			const head = before.indexOf(END_OF_HEAD);
			if (head === -1) {
				done();
				return;
			}
			stalled = true;
			done(null, before.subarray(0, head + END_OF_HEAD.length + BYTES_OF_BODY));
		},
		// The end of the answer is not let through either.
		flush: () => undefined,
	});
}

function relabel(): Transform {
	let isFirst = true;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			const text = isFirst ? chunk.toString('latin1') : undefined;
			isFirst = false;
			done(
				null,
				text === undefined
					? chunk
					: Buffer.from(
							text.replace(/^content-type: .*$/im, 'content-type: text/x-wrong'),
							'latin1',
						),
			);
		},
	});
}
