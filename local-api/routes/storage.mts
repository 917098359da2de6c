import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Context } from '../context.mts';
import {
	HAS_AUTHORIZATION,
	NO_BODY,
	NO_LENGTH,
	NO_SUCH_FILE,
	StorageError,
	TOO_LARGE,
	URL_EXPIRED,
	URL_FORGED,
} from '../storage-error.mts';
import { Throttle } from '../throttle.mts';

type Query = Record<string, string | undefined>;

/** What pre-signed URLs lead to: another host than the API's at the real one, so errors are XML. */
export function storage(app: FastifyInstance, context: Context): void {
	app.setErrorHandler(async (error, _request, reply) => {
		if (!(error instanceof StorageError)) throw error;
		return reply.code(error.statusCode).type('application/xml').send(error.xml);
	});
	// Bodies are left unread, for the handler to stream them to a file.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', (_request, _payload, done) => {
		done(null);
	});

	const checkUrl = (request: FastifyRequest<{ Querystring: Query }>): void => {
		if (request.headers.authorization !== undefined) throw HAS_AUTHORIZATION;
		const path = request.url.split('?', 1)[0] ?? '';
		const verdict = context.signer.check(path, request.query);
		if (verdict === 'forged') throw URL_FORGED;
		if (verdict === 'expired') throw URL_EXPIRED;
	};

	app.put<{ Params: { '*': string }; Querystring: Query }>(
		'/storage/*',
		{ config: { kind: 'upload' } },
		async (request, reply) => {
			checkUrl(request);
			const filePath = request.params['*'];
			const owner = context.uploads.owner(filePath);
			if (!owner) throw NO_SUCH_FILE;
			const length = request.headers['content-length'];
			if (length === undefined) throw NO_LENGTH;
			if (Number(length) === 0) throw NO_BODY;
			if (Number(length) > owner.plan.uploadBytes) throw TOO_LARGE;

			const { fault } = request;
			const slow = fault && 'drip' in fault ? new Throttle(fault.drip) : undefined;
			const body = slow ? pipeline(request.raw, slow, () => undefined) : request.raw;
			// A client that has given up is not read to the end.
			if (slow) reply.raw.once('close', () => slow.destroy());
			const file = await context.uploads.store(filePath, body);
			if (request.entry) request.entry.bytes = file.bytes;
			return reply.code(200).send();
		},
	);

	app.get<{ Params: { id: string }; Querystring: Query }>(
		'/downloads/:id/:name',
		{ config: { kind: 'download' } },
		async (request, reply) => {
			if (request.entry) request.entry.projectId = request.params.id;
			checkUrl(request);
			const project = context.projects.all.find(
				({ id, deleted }) => id === request.params.id && !deleted,
			);
			if (!project) throw NO_SUCH_FILE;
			project.downloads++;
			const { width, height, image } = project;
			const { seconds, audio } = project.request;
			const video = await context.renderer.video({ image, width, height, seconds, audio });
			project.picture = video;

			const { size } = await stat(video.path);
			const file = createReadStream(video.path);
			const { fault } = request;
			const missing = fault && 'padTo' in fault ? fault.padTo - size : 0;
			const padding = missing >= BOX_HEADER ? missing : 0;
			return reply
				.type('video/mp4')
				.header('content-length', size + padding)
				.send(padding === 0 ? file : Readable.from(withFreeBox(file, padding)));
		},
	);
}

const BOX_HEADER = 16;

/** Appends a box of a given size that players skip. */
async function* withFreeBox(file: Readable, size: number): AsyncGenerator<Buffer> {
	yield* file as AsyncIterable<Buffer>;
	const header = Buffer.alloc(BOX_HEADER);
	// A size of 1 says that the real one follows in 8 bytes.
	header.writeUInt32BE(1, 0);
	header.write('free', 4, 'latin1');
	header.writeBigUInt64BE(BigInt(size), 8);
	yield header;
	const zeros = Buffer.alloc(65_536);
	for (let left = size - BOX_HEADER; left > 0; left -= zeros.length) {
		yield zeros.subarray(0, Math.min(left, zeros.length));
	}
}
