import { pipeline, Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { ApiError } from './api-error.mts';
import { type Fault, type Faults, isReplacement, type Replacement } from './faults.mts';
import { URL_EXPIRED } from './storage-error.mts';
import { Throttle } from './throttle.mts';

declare module 'fastify' {
	interface FastifyRequest {
		/** What goes wrong with this request, if anything. */
		fault?: Fault | undefined;
	}
}

/** Keeps fastify from going on with a request. It costs no timer: the promise goes with the connection. */
const never = (): Promise<never> => new Promise(() => undefined);

function reset(request: FastifyRequest): Promise<never> {
	request.raw.socket.resetAndDestroy();
	return never();
}

/** Makes requests go wrong, as the faults say. To be called before any route is registered. */
export function addFaultHooks(app: FastifyInstance, faults: Faults, origin: () => string): void {
	app.addHook('preValidation', async (request, reply) => {
		const { kind } = request.routeOptions.config;
		if (!kind) return;
		request.fault = faults.take(kind);
		if (request.fault && 'hang' in request.fault) {
			faults.hanging++;
			reply.raw.once('close', () => faults.hanging--);
		}
		if (request.fault) await instead(request.fault, request, reply);
	});

	app.addHook('onSend', async (request, reply, payload) => {
		// Nobody is there any more: a stream would find that out in the middle of fastify's error handling.
		if (!request.fault || reply.raw.destroyed) return payload;
		const changed = await afterwards(request.fault, request, reply, payload, { origin, faults });
		// What is not sent on would keep its file open.
		if (changed !== payload && payload instanceof Readable && !(changed instanceof Readable)) {
			payload.destroy();
		}
		return changed;
	});
}

/** What happens before the request takes effect. An answer sent here keeps the handler from being called. */
async function instead(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
	if ('reset' in fault) {
		if (fault.reset === 'before') await reset(request);
	} else if ('hang' in fault) {
		if (fault.hang === 'before') await never();
	} else if ('expired' in fault) {
		throw URL_EXPIRED;
	} else if ('redirect' in fault) {
		await reply.redirect(fault.redirect, fault.status ?? 302);
	} else if ('huge' in fault) {
		reply.header('content-length', fault.huge).type(fault.contentType ?? 'application/json');
		await reply.send(blanks(fault.huge));
	} else if (isReplacement(fault) && !fault.after) {
		await reply.send(replacement(fault, reply));
	}
}

/** What happens to the answer of a request that has taken effect. */
async function afterwards(
	fault: Fault,
	request: FastifyRequest,
	reply: FastifyReply,
	payload: unknown,
	{ origin, faults }: { origin: () => string; faults: Faults },
): Promise<unknown> {
	if ('reset' in fault) return reset(request);
	if ('hang' in fault) return never();
	if ('late' in fault) await sleep(fault.late);
	if ('held' in fault) {
		const mayGoOn = faults.whenCleared();
		if (payload instanceof Readable)
			return through(payload, heldAfter(lengthOf(reply) / 2, mayGoOn));
		await mayGoOn;
	}
	if (isReplacement(fault) && fault.after) return replacement(fault, reply);
	if ('drip' in fault) {
		const answer = withUrlsMoved(payload, origin(), fault.urlOrigin);
		return through(toStream(answer, reply), new Throttle(fault.drip));
	}
	if ('truncate' in fault) {
		const whole = toStream(payload, reply);
		const length = Math.floor(lengthOf(reply) * fault.truncate);
		if (fault.length === 'short') reply.header('content-length', length);
		return through(whole, cut(length, fault.length !== 'short'));
	}
	if ('find' in fault && typeof payload === 'string') {
		const moved = payload.replaceAll(origin(), fault.urlOrigin ?? origin());
		const changed = moved.replace(new RegExp(fault.find), fault.replaceBy);
		reply.header('content-length', Buffer.byteLength(changed));
		return changed;
	}
	if ('urlOrigin' in fault) {
		const moved = withUrlsMoved(payload, origin(), fault.urlOrigin);
		if (typeof moved === 'string') reply.header('content-length', Buffer.byteLength(moved));
		return moved;
	}
	return payload;
}

function withUrlsMoved(payload: unknown, from: string, to: string | undefined): unknown {
	if (typeof payload !== 'string' || to === undefined) return payload;
	return payload.replaceAll(from, to);
}

/** Like pipe, but each of the two ends with the other. */
function through(source: Readable, transform: Transform): Transform {
	pipeline(source, transform, () => undefined);
	return transform;
}

/** The body that comes instead of the right one; status and headers are set. */
function replacement(fault: Replacement, reply: FastifyReply): string {
	const isRaw = 'raw' in fault;
	const body = isRaw
		? fault.raw
		: fault.body === undefined
			? JSON.stringify(new ApiError(fault.status, `Fault: status ${fault.status}`).body)
			: JSON.stringify(fault.body);
	reply
		.code(fault.status ?? 200)
		.type((isRaw ? fault.contentType : undefined) ?? 'application/json')
		.header('content-length', Buffer.byteLength(body))
		.headers(fault.headers ?? {});
	return body;
}

/** An answer as a stream of known length. */
function toStream(payload: unknown, reply: FastifyReply): Readable {
	if (payload instanceof Readable) return payload;
	const bytes = Buffer.from(typeof payload === 'string' ? payload : '');
	reply.header('content-length', bytes.length);
	return Readable.from([bytes]);
}

function lengthOf(reply: FastifyReply): number {
	return Number(reply.getHeader('content-length'));
}

/** Lets so many bytes through, and the rest when it may. */
function heldAfter(length: number, mayGoOn: Promise<void>): Transform {
	let left = length;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			this.push(chunk.subarray(0, left));
			const rest = chunk.subarray(left);
			left = Math.max(0, left - chunk.length);
			if (rest.length === 0) {
				done();
				return;
			}
			void mayGoOn.then(() => {
				done(null, rest);
			});
		},
	});
}

/** Lets so many bytes through, then ends or breaks. */
function cut(length: number, breaks: boolean): Transform {
	let left = length;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			const part = chunk.subarray(0, left);
			left -= part.length;
			if (left > 0 || !breaks) {
				done(null, part);
				return;
			}
			this.push(part);
			// Only once what was let through is on its way: an error drops what is still buffered.
			setImmediate(() => {
				done(new Error('Fault: cut off'));
			});
		},
	});
}

function blanks(length: number): Readable {
	const slice = Buffer.alloc(65_536, ' ');
	let left = length;
	return new Readable({
		read() {
			const part = slice.subarray(0, Math.min(left, slice.length));
			left -= part.length;
			this.push(part.length === 0 ? null : part);
		},
	});
}
