import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { ImageSource } from './image-source.mts';
import type { Workers } from './workers.mts';

export interface VideoSpec {
	readonly image: ImageSource;
	/** Pixels, even. */
	readonly width: number;
	readonly height: number;
	readonly seconds: number;
	readonly audio: boolean;
}

/** What the render worker is told. */
export type RenderInput = Omit<VideoSpec, 'image'> & { readonly output: string } & (
		| { readonly imagePath: string }
		| { readonly seed: string }
	);

export interface Rendered {
	/** The MP4. */
	readonly path: string;
	/** 'generated': not the image, because there was none to fetch or, with a reason, it could not be decoded. */
	readonly shows: 'image' | 'generated';
	readonly reason?: string | undefined;
}

/** Where videos come from. */
export interface VideoMaker {
	/** @throws Error if it can't be made; the next call tries again */
	video(spec: VideoSpec): Promise<Rendered>;
}

/** Renders each different video once, when it is first asked for. */
export class Renderer implements VideoMaker {
	private readonly videos = new Map<string, Promise<Rendered>>();

	constructor(
		private readonly workers: Workers,
		private readonly directory: string,
	) {}

	video({ image, ...spec }: VideoSpec): Promise<Rendered> {
		const picture = image.kind === 'file' ? image.file.sha256 : image.seed;
		const name = createHash('sha256')
			.update(JSON.stringify([picture, spec.width, spec.height, spec.seconds, spec.audio]))
			.digest('hex')
			.slice(0, 24);
		const known = this.videos.get(name);
		if (known) return known;
		const video = this.workers.run<Rendered>('render', {
			...spec,
			...(image.kind === 'file' ? { imagePath: image.file.path } : { seed: image.seed }),
			output: join(this.directory, `${name}.mp4`),
		} satisfies RenderInput);
		this.videos.set(name, video);
		video.catch(() => this.videos.delete(name));
		return video;
	}
}
