import type { UploadUrl } from './answers';
import type { CallOptions, MagicHourClient, Uploadable } from './client';
import type { Clock } from './clock';

/** An image whose content is known by its hash. */
export interface HashedImage extends Uploadable {
	readonly hash: string;
}

/** How many upload URLs are asked for in one request. */
const URLS_AT_A_TIME = 25;

/** A URL is not used any more when it expires within so many milliseconds. */
const MARGIN = 60_000;

/** The uploads of one run: each content once, however many items have it, and URLs for many of them in one request. */
export class Uploads {
	private readonly paths = new Map<string, Promise<string>>();
	private readonly urls = new Map<string, Promise<UploadUrl>>();
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
		return (await this.client.upload(image, url, options)).file_path;
	}

	private async urlFor(image: HashedImage, options: CallOptions): Promise<UploadUrl> {
		const prepared = await this.urls.get(image.hash)?.catch(askAnew);
		this.urls.delete(image.hash);
		if (prepared && Date.parse(prepared.expires_at) - MARGIN > this.clock.now()) return prepared;

		const next = this.images.filter(
			({ hash }) => hash !== image.hash && !this.paths.has(hash) && !this.urls.has(hash),
		);
		const wanted = [image, ...next.slice(0, URLS_AT_A_TIME - 1)];
		const answer = this.client.uploadUrls(
			wanted.map(({ format }) => format),
			options,
		);
		wanted.slice(1).forEach(({ hash }, index) => {
			const url = answer.then((urls) => urls[index + 1] as UploadUrl);
			this.urls.set(hash, url);
			url.catch(askAnew);
		});
		return (await answer)[0] as UploadUrl;
	}
}

/** A request for many URLs failed: whoever needs one of them asks for it again, and fails with that answer. */
function askAnew(): undefined {
	return undefined;
}
