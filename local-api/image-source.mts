import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import type { Account } from './accounts.mts';
import { ApiError } from './api-error.mts';
import type { SavedItems } from './saved-items.mts';
import { EXTENSIONS, storeStream, type StoredFile, type Uploads } from './uploads.mts';

/** Where a video's picture comes from. */
export type ImageSource =
	| { readonly kind: 'file'; readonly file: StoredFile }
	/** Nothing to fetch: the renderer draws a picture, another one for every seed. */
	| { readonly kind: 'generated'; readonly seed: string };

/** Size of a generated picture. */
export const GENERATED_SIZE = { width: 1280, height: 720 };

const FETCH_TIMEOUT_MS = 10_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const LIBRARY = 'https://magichour.ai/my-library';

/**
 * Finds the image that a request names, in the ways that the API takes.
 *
 * Nothing outside this machine is reachable for the local API, so a URL to this machine (plain http
 * too) is really fetched. Any other URL, the library's, and what is saved stand for a generated picture.
 */
export class ImageSources {
	constructor(
		private readonly uploads: Uploads,
		private readonly saved: SavedItems,
		private readonly directory: string,
		private readonly signal: AbortSignal,
	) {}

	/**
	 * @param field name of the body's field, for messages
	 * @throws ApiError 422 if there is no such file, or it is no URL that the API takes
	 */
	async find(value: string, field: string, account: Account): Promise<ImageSource> {
		if (!/^https?:\/\//i.test(value)) {
			if (this.saved.hasImage(value, field, account)) return { kind: 'generated', seed: value };
			const file = this.uploads.find(value, account);
			if (!file) throw new ApiError(422, `${field}: no file was uploaded to ${value}`);
			return { kind: 'file', file };
		}
		if (!URL.canParse(value)) throw new ApiError(422, `${field}: not a valid URL`);
		const url = new URL(value);
		if (value.startsWith(LIBRARY)) {
			if (!url.searchParams.get('imageId')) {
				throw new ApiError(422, `${field}: a library URL needs an imageId`);
			}
			return { kind: 'generated', seed: value };
		}
		const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
		if (!(EXTENSIONS.image as readonly string[]).includes(extension)) {
			throw new ApiError(
				422,
				`${field}: the URL must show its file extension, one of ${EXTENSIONS.image.join(', ')}`,
			);
		}
		if (LOOPBACK.includes(url.hostname)) return this.fetch(url, field);
		if (url.protocol !== 'https:') throw new ApiError(422, `${field}: the URL must be https`);
		return { kind: 'generated', seed: value };
	}

	private async fetch(url: URL, field: string): Promise<ImageSource> {
		const unreachable = (why: string) =>
			new ApiError(422, `${field}: the image could not be downloaded (${why})`);
		let answer: Response;
		try {
			const timeout = AbortSignal.timeout(FETCH_TIMEOUT_MS);
			answer = await fetch(url, { signal: AbortSignal.any([this.signal, timeout]) });
		} catch (error) {
			throw unreachable(error instanceof Error ? error.message : String(error));
		}
		if (!answer.ok || !answer.body) throw unreachable(`status ${answer.status}`);
		const name = `url-${createHash('sha256').update(url.href).digest('hex').slice(0, 16)}-${randomBytes(4).toString('hex')}`;
		const body = Readable.fromWeb(answer.body);
		return { kind: 'file', file: await storeStream(body, join(this.directory, name)) };
	}
}

/** Width and height to go by; null for a file that is no image. */
export const imageSize = (source: ImageSource): { width: number; height: number } | null =>
	source.kind === 'generated' ? GENERATED_SIZE : source.file.image;
