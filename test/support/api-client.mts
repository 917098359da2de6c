/** A bare client of the Magic Hour API, for tests: it hides nothing of an answer. */
import { samplePng } from '../../local-api/sample-image.mts';

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	/** Parsed if it is JSON. */
	readonly body: unknown;
}

export interface UploadItem {
	readonly upload_url: string;
	readonly expires_at: string;
	readonly file_path: string;
}

interface Details {
	readonly id: string;
	readonly name: string;
	readonly status: string;
	readonly width: number;
	readonly height: number;
	readonly credits_charged: number;
	readonly error: { readonly code: string; readonly message: string } | null;
	readonly download: { readonly url: string } | null;
	readonly downloads: readonly { readonly url: string; readonly expires_at: string }[];
}

/** Drawn once: 160x90, that is 16:9. */
export const SMALL_PNG = samplePng({ width: 160, height: 90 });

export async function send(url: string, init?: RequestInit): Promise<Answer> {
	const response = await fetch(url, init);
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
	return {
		status: response.status,
		headers: response.headers,
		body: isJson ? (JSON.parse(text) as unknown) : text,
	};
}

export class ApiClient {
	constructor(
		readonly url: string,
		private readonly key: string,
	) {}

	call(method: string, path: string, body?: unknown): Promise<Answer> {
		return send(`${this.url}${path}`, {
			method,
			headers: {
				authorization: `Bearer ${this.key}`,
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	}

	async uploadUrl(extension = 'png'): Promise<UploadItem> {
		const items = [{ type: 'image', extension }];
		const answer = await this.call('POST', '/v1/files/upload-urls', { items });
		const [item] = (answer.body as { items: UploadItem[] }).items;
		if (!item) throw new Error('No upload URL came');
		return item;
	}

	/** Uploads an image and returns its file_path. */
	async upload(image: Uint8Array = SMALL_PNG, extension = 'png'): Promise<string> {
		const item = await this.uploadUrl(extension);
		const answer = await put(item.upload_url, image);
		if (answer.status !== 200) throw new Error(`The upload failed: ${String(answer.body)}`);
		return item.file_path;
	}

	/** `image` is a file_path or URL; end_seconds is 5 unless given. */
	create(image: string, fields: Record<string, unknown> = {}): Promise<Answer> {
		const { assets, ...rest } = fields;
		return this.call('POST', '/v1/image-to-video', {
			end_seconds: 5,
			...rest,
			assets: { image_file_path: image, ...(assets as object | undefined) },
		});
	}

	/** The prompt is one of a fox and end_seconds is 5 unless given. */
	createFromText(fields: Record<string, unknown> = {}): Promise<Answer> {
		return this.call('POST', '/v1/text-to-video', {
			end_seconds: 5,
			style: { prompt: 'A fox in the snow' },
			...fields,
		});
	}

	async createId(image: string, fields?: Record<string, unknown>): Promise<string> {
		const answer = await this.create(image, fields);
		if (answer.status !== 200) throw new Error(`Not created: ${JSON.stringify(answer.body)}`);
		return (answer.body as { id: string }).id;
	}

	get(id: string): Promise<Answer> {
		return this.call('GET', `/v1/video-projects/${id}`);
	}

	async details(id: string): Promise<Details> {
		return (await this.get(id)).body as Details;
	}

	delete(id: string): Promise<Answer> {
		return this.call('DELETE', `/v1/video-projects/${id}`);
	}
}

export const put = (url: string, body: Uint8Array, headers: Record<string, string> = {}) =>
	send(url, { method: 'PUT', body, headers });

export const message = (answer: Answer): string => (answer.body as { message: string }).message;

/** A clock that only moves when it is told to. */
export class TestClock {
	private ms = Date.parse('2026-11-01T00:00:00Z');
	readonly now = (): number => this.ms;
	advance(seconds: number): void {
		this.ms += seconds * 1000;
	}
}
