import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendered, VideoMaker, VideoSpec } from '../../local-api/render.mts';

/**
 * Videos that cost no work: whole MP4s for the checks of the node, with nothing to see. Each has in it which image it was
 * made of, so that they can be told apart.
 */
export class TinyVideos implements VideoMaker {
	readonly #made = new Map<string, Promise<Rendered>>();

	/** @param bytes of each video */
	constructor(
		private readonly directory: string,
		private readonly bytes: number,
	) {}

	video({ image }: VideoSpec): Promise<Rendered> {
		const of = image.kind === 'file' ? image.file.sha256 : image.seed;
		const known = this.#made.get(of) ?? this.#make(of);
		this.#made.set(of, known);
		return known;
	}

	async #make(of: string): Promise<Rendered> {
		const path = join(this.directory, `${createHash('sha256').update(of).digest('hex')}.mp4`);
		await writeFile(path, tinyVideo(of, this.bytes));
		return { path, shows: 'image' };
	}
}

/** The MP4 of an image. @param sha256 of the image, in hex */
export function tinyVideo(sha256: string, bytes: number): Buffer {
	const box = (type: string, content: Buffer): Buffer => {
		const head = Buffer.alloc(8);
		head.writeUInt32BE(8 + content.length);
		head.write(type, 4, 'latin1');
		return Buffer.concat([head, content]);
	};
	const head = Buffer.concat([
		box('ftyp', Buffer.from('isom\0\0\0\0', 'latin1')),
		box('moov', Buffer.alloc(0)),
	]);
	const media = Buffer.alloc(bytes - head.length - 8, `${sha256} `);
	return Buffer.concat([head, box('mdat', media)]);
}
