import type { CallOptions, MagicHourClient } from '../api/client';
import type { CreateResponse } from '../api/schemas';
import type { HashedImage } from '../api/uploads';
import type { ImageFormat, ImageSize } from '../media/imageFormat';
import type { VideoSpec } from '../models/videoSpec';
import { fingerprintOf } from './journal';

/** An image as the API will get it: a reference that is sent as it is, or a file that has to be uploaded first. */
export type ImageInput =
	| { readonly kind: 'reference'; readonly path: string }
	| { readonly kind: 'file'; readonly file: ImageFile };

export interface ImageFile extends HashedImage {
	readonly format: ImageFormat;
	/** `undefined` where the header does not show it. */
	readonly size?: ImageSize;
}

/** What a person asks for: everything that decides what the video will be. */
export type VideoRequest = ImageToVideoRequest | TextToVideoRequest;

interface CommonRequest {
	readonly spec: VideoSpec;
	readonly prompt: string;
	/** Empty: one that can be found is made up. */
	readonly name: string;
}

export interface ImageToVideoRequest extends CommonRequest {
	readonly image: ImageInput;
	readonly endImage?: ImageInput;
}

export interface TextToVideoRequest extends CommonRequest {
	readonly aspectRatio: string;
	readonly references: readonly Reference[];
}

/** An image that the prompt calls `@name`. */
export interface Reference {
	readonly name: string;
	readonly image: ImageInput;
}

function imagesOf(request: VideoRequest): ImageInput[] {
	if ('references' in request) return request.references.map(({ image }) => image);
	return request.endImage ? [request.image, request.endImage] : [request.image];
}

/** The files of a request that have to be uploaded. */
export function filesOf(request: VideoRequest): ImageFile[] {
	return imagesOf(request).flatMap((input) => (input.kind === 'file' ? [input.file] : []));
}

/**
 * Identifies a request. The name does not count: it does not decide what the video is, and often has the execution's ID or
 * the time, which a retry changes.
 */
export function fingerprintOfRequest(request: VideoRequest): string {
	const { spec, prompt } = request;
	const identity = (input: ImageInput) => (input.kind === 'file' ? input.file.hash : input.path);
	const common = {
		model: spec.selection.id,
		seconds: spec.seconds,
		resolution: spec.resolution,
		audio: spec.audio,
		prompt,
	};
	if ('references' in request) {
		const { aspectRatio, references } = request;
		const images = references.map(({ name, image }) => [name, identity(image)] as const);
		return fingerprintOf({
			...common,
			kind: 'text-to-video',
			aspectRatio,
			// Their order decides nothing: the prompt calls them by name.
			references: JSON.stringify(images.sort(([a], [b]) => (a < b ? -1 : 1))),
		});
	}
	const { image, endImage } = request;
	return fingerprintOf({
		...common,
		image: identity(image),
		endImage: endImage && identity(endImage),
	});
}

/** Sends a create request that is ready: **this charges credits**. */
export type SendCreate = (client: MagicHourClient, options: CallOptions) => Promise<CreateResponse>;

/**
 * The create request of a video. What it needs is uploaded.
 * @param pathOf what the API calls an image: a `file_path`, or a reference
 */
export async function prepareCreate(
	request: VideoRequest,
	name: string,
	pathOf: (image: ImageInput) => Promise<string>,
): Promise<SendCreate> {
	const { spec, prompt } = request;
	const common = {
		name,
		model: spec.selection.id,
		end_seconds: spec.seconds,
		...(spec.resolution === undefined ? {} : { resolution: spec.resolution }),
		...(spec.audio ? { audio: true } : {}),
	};
	if ('references' in request) {
		const references = await Promise.all(
			request.references.map(async ({ name: called, image }) => ({
				name: called,
				file_path: await pathOf(image),
			})),
		);
		const body = {
			...common,
			style: { prompt },
			aspect_ratio: request.aspectRatio,
			...(references.length === 0 ? {} : { references }),
		};
		return async (client, options) => await client.createTextToVideo(body, options);
	}
	const [image, endImage] = await Promise.all([
		pathOf(request.image),
		request.endImage && pathOf(request.endImage),
	]);
	const body = {
		...common,
		style: prompt === '' ? {} : { prompt },
		assets: {
			image_file_path: image,
			...(endImage === undefined ? {} : { end_image_file_path: endImage }),
		},
	};
	return async (client, options) => await client.createImageToVideo(body, options);
}
