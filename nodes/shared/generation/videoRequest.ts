import type { CreateBody } from '../api/calls';
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
export interface VideoRequest {
	readonly spec: VideoSpec;
	readonly image: ImageInput;
	readonly endImage?: ImageInput;
	readonly prompt: string;
	/** Empty: one that can be found is made up. */
	readonly name: string;
}

/** The files of a request that have to be uploaded. */
export function filesOf({ image, endImage }: VideoRequest): ImageFile[] {
	return [image, endImage].flatMap((input) => (input?.kind === 'file' ? [input.file] : []));
}

/**
 * Identifies a request. The name does not count: it does not decide what the video is, and often has the execution's ID or
 * the time, which a retry changes.
 */
export function fingerprintOfRequest({ spec, image, endImage, prompt }: VideoRequest): string {
	const identity = (input: ImageInput) => (input.kind === 'file' ? input.file.hash : input.path);
	return fingerprintOf({
		model: spec.selection.id,
		seconds: spec.seconds,
		resolution: spec.resolution,
		audio: spec.audio,
		prompt,
		image: identity(image),
		endImage: endImage && identity(endImage),
	});
}

/** The body of the create request. @param image,endImage what the API calls them: a `file_path`, or a reference */
export function createBody(
	{ spec, prompt }: VideoRequest,
	name: string,
	image: string,
	endImage: string | undefined,
): CreateBody {
	return {
		name,
		model: spec.selection.id,
		end_seconds: spec.seconds,
		...(spec.resolution === undefined ? {} : { resolution: spec.resolution }),
		...(spec.audio ? { audio: true } : {}),
		style: prompt === '' ? {} : { prompt },
		assets: {
			image_file_path: image,
			...(endImage === undefined ? {} : { end_image_file_path: endImage }),
		},
	};
}
