import type { UploadUrl } from './schemas';
import type { CallOptions, MagicHourClient, Uploadable } from './client';
import type { Clock } from '../lib/clock';

/** An image whose content is known by its hash. */
export interface HashedImage extends Uploadable {
	readonly hash: string;
}

/** How many upload URLs are asked for in one request. */
const URLS_AT_A_TIME = 25;

/** A URL is not used any more when it expires within so many milliseconds. */
const URL_EXPIRY_MARGIN_MS = 60_000;

/** The uploads of one run: each content once, however many items have it, and URLs for many of them in one request. */
export class Uploads {
	private readonly paths = new Map<string, Promise<string>>();
	/** URLs that have been asked for and not been used. */
	private readonly urls = new Map<string, Promise<UploadUrl>>();
	/** Images for which a URL has ever been asked for. */
	private readonly asked = new Set<string>();
	private readonly images: readonly HashedImage[];

	/** @param images in the order in which they will be needed */
	constructor(
		private readonly client: MagicHourClient,
		private readonly clock: Clock,
		images: readonly HashedImage[],
	) {
		this.images = [...new Map(images.map((image) => [image.hash, image])).values()];
	}

	/** @returns what create requests call the image; uploads it unless that is done or under way */
	async pathOf(image: HashedImage, options: CallOptions): Promise<string> {
		const known = this.paths.get(image.hash);
		if (known) return await known;
		const path = this.upload(image, options);
		this.paths.set(image.hash, path);
		// The next item with this image may have more luck.
		path.catch(() => this.paths.delete(image.hash));
		return await path;
	}

	private async upload(image: HashedImage, options: CallOptions): Promise<string> {
		const url = await this.urlFor(image, options);
		return (await this.client.uploadImage(image, url, options)).file_path;
	}

	private async urlFor(image: HashedImage, options: CallOptions): Promise<UploadUrl> {
		const prepared = this.urls.get(image.hash);
		if (!prepared) return await this.ask(image, options);
		const url = await prepared.catch(askAnew);
		const isFresh = url && Date.parse(url.expires_at) - URL_EXPIRY_MARGIN_MS > this.clock.date();
		return isFresh ? url : await this.ask(image, options);
	}

	/** Asks for the URL of an image, and of the next ones that nobody has asked for, in one request. */
	private ask(image: HashedImage, options: CallOptions): Promise<UploadUrl> {
		this.urls.delete(image.hash);
		const next = this.images.filter(({ hash }) => hash !== image.hash && !this.asked.has(hash));
		const wanted = [image, ...next.slice(0, URLS_AT_A_TIME - 1)];
		const answer = this.client.createUploadUrls(
			wanted.map(({ format }) => format),
			options,
		);
		const urls = wanted.map(async (_, index) => (await answer)[index] as UploadUrl);
		wanted.forEach(({ hash }, index) => {
			this.asked.add(hash);
			if (index > 0) this.urls.set(hash, urls[index] as Promise<UploadUrl>);
			urls[index]?.catch(askAnew);
		});
		return urls[0] as Promise<UploadUrl>;
	}
}

/** A request for many URLs failed: whoever needs one of them asks for it again, and fails with that answer. */
function askAnew(): undefined {
	return undefined;
}
