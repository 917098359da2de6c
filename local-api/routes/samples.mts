import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { notFound } from '../api-error.mts';
import type { Context } from '../context.mts';
import { SAMPLE_FORMATS, type SampleFormat, type SampleInput } from '../sample-image.mts';

const MAX_SIDE = 4096;

const MIME: Readonly<Record<SampleFormat, string>> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	webp: 'image/webp',
	heic: 'image/heic',
	avif: 'image/avif',
	jp2: 'image/jp2',
	tiff: 'image/tiff',
	bmp: 'image/bmp',
};

/** `GET /samples/1280x720.png` (and other sizes and formats): the sample picture, for tests of image URLs. */
export function samples(app: FastifyInstance, context: Context): void {
	const made = new Map<string, Promise<unknown>>();

	app.get<{ Params: { name: string } }>('/samples/:name', async (request, reply) => {
		const { name } = request.params;
		const [, width, height, extension] = /^(\d+)x(\d+)\.([a-z0-9]+)$/.exec(name) ?? [];
		const format = SAMPLE_FORMATS.find((known) => known === extension);
		const size = { width: Number(width), height: Number(height) };
		if (!format || !(Math.min(size.width, size.height) > 0)) throw notFound();
		if (Math.max(size.width, size.height) > MAX_SIDE) throw notFound();

		const path = join(context.directory, `sample-${name}`);
		let making = made.get(name);
		if (!making) {
			making = context.workers.run('sample', { path, format, ...size } satisfies SampleInput);
			made.set(name, making);
			making.catch(() => made.delete(name));
		}
		await making;
		return reply
			.type(MIME[format])
			.header('content-length', (await stat(path)).size)
			.send(createReadStream(path));
	});
}
