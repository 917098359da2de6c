import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Account } from './accounts.mts';
import { ApiError } from './api-error.mts';
import { inspectImageFile, type ImageInfo } from './image-header.mts';

/** What may be uploaded, by asset type (OpenAPI: upload-urls). */
export const EXTENSIONS = {
	video: ['mp4', 'm4v', 'mov', 'webm'],
	audio: [
		...['mp3', 'wav', 'aac', 'flac', 'webm', 'weba', 'm4a', 'opus', 'ogg', 'oga', 'aiff', 'amr'],
	],
	image: [
		...['png', 'jpg', 'jpeg', 'jfif', 'heic', 'heif', 'webp', 'avif', 'jp2', 'tiff', 'tif', 'bmp'],
	],
} as const satisfies Record<string, readonly string[]>;

export type AssetType = keyof typeof EXTENSIONS;

/** A file on this machine with its content's hash and, if it is an image, its header. */
export interface StoredFile {
	readonly path: string;
	readonly sha256: string;
	readonly bytes: number;
	readonly image: ImageInfo | null;
}

interface Slot {
	readonly account: Account;
	file?: StoredFile;
	/** By the clock, in ms. */
	forgottenAt: number;
}

/** Streams a body to a file, hashing it on the way; nothing is left behind if the body breaks off. */
export async function storeStream(body: Readable, path: string): Promise<StoredFile> {
	const hash = createHash('sha256');
	let bytes = 0;
	const measure = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			hash.update(chunk);
			bytes += chunk.length;
			done(null, chunk);
		},
	});
	const partial = `${path}.${randomBytes(4).toString('hex')}.part`;
	try {
		await pipeline(body, measure, createWriteStream(partial));
		await rename(partial, path);
	} finally {
		await rm(partial, { force: true });
	}
	return { path, sha256: hash.digest('hex'), bytes, image: await inspectImageFile(path) };
}

/** Magic Hour's storage: a `file_path` is handed out first, and holds a file once it was PUT. */
export class Uploads {
	private readonly slots = new Map<string, Slot>();

	/** @param keptSeconds how long a file_path can be used (7 days at the real API) */
	constructor(
		private readonly directory: string,
		private readonly clock: () => number,
		private readonly keptSeconds: number,
	) {}

	/**
	 * Hands out a new file_path.
	 * @throws ApiError 422 for an extension that the asset type does not take
	 */
	reserve(account: Account, type: AssetType, extension: string): string {
		const possible: readonly string[] = EXTENSIONS[type];
		if (!possible.includes(extension)) {
			throw new ApiError(
				422,
				`'${extension}' is an invalid ${type} extension. Possible extensions are '${possible.join(', ')}'`,
			);
		}
		const filePath = `api-assets/${account.name}/${randomBytes(12).toString('hex')}.${extension}`;
		this.slots.set(filePath, { account, forgottenAt: this.clock() + this.keptSeconds * 1000 });
		return filePath;
	}

	/** The account that a file_path was handed out to; undefined if there is no such path. */
	owner(filePath: string): Account | undefined {
		return this.slots.get(filePath)?.account;
	}

	async store(filePath: string, body: Readable): Promise<StoredFile> {
		const slot = this.slots.get(filePath);
		if (!slot) throw new Error(`No file_path ${filePath} was handed out`);
		const name = filePath.replaceAll('/', '_');
		slot.file = await storeStream(body, join(this.directory, name));
		slot.forgottenAt = this.clock() + this.keptSeconds * 1000;
		return slot.file;
	}

	/** The file behind a file_path; undefined if it is another account's, never came, or is too old. */
	find(filePath: string, account: Account): StoredFile | undefined {
		const slot = this.slots.get(filePath);
		if (!slot || slot.account.name !== account.name || this.clock() >= slot.forgottenAt) {
			return undefined;
		}
		return slot.file;
	}
}
