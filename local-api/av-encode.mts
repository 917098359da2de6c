import { writeFileSync } from 'node:fs';

import { Encoder, FilterAPI, Muxer } from 'node-av/api';
import {
	type FFEncoderCodec,
	FF_ENCODER_BMP,
	FF_ENCODER_JPEG2000,
	FF_ENCODER_LIBSVTAV1,
	FF_ENCODER_LIBWEBP,
	FF_ENCODER_LIBX265,
	FF_ENCODER_MJPEG,
	FF_ENCODER_PNG,
	FF_ENCODER_TIFF,
} from 'node-av/constants';
import type { Frame, Packet } from 'node-av/lib';

import { filterFrames } from './av-picture.mts';
import { heicFile } from './heic-file.mts';
import type { SampleFormat } from './sample-image.mts';

interface Recipe {
	readonly codec: FFEncoderCodec;
	readonly pixels: string;
	readonly options?: Record<string, string>;
}

const RECIPES: Readonly<Record<SampleFormat, Recipe>> = {
	png: { codec: FF_ENCODER_PNG, pixels: 'rgb24' },
	jpg: { codec: FF_ENCODER_MJPEG, pixels: 'yuvj420p' },
	webp: { codec: FF_ENCODER_LIBWEBP, pixels: 'yuv420p' },
	heic: {
		codec: FF_ENCODER_LIBX265,
		pixels: 'yuv420p',
		options: { preset: 'ultrafast', 'x265-params': 'log-level=none' },
	},
	avif: { codec: FF_ENCODER_LIBSVTAV1, pixels: 'yuv420p', options: { preset: '12' } },
	jp2: { codec: FF_ENCODER_JPEG2000, pixels: 'rgb24' },
	tiff: { codec: FF_ENCODER_TIFF, pixels: 'rgb24' },
	bmp: { codec: FF_ENCODER_BMP, pixels: 'bgr24' },
};

/** Writes one frame to an image file. */
export function writePicture(frame: Frame, format: SampleFormat, path: string): void {
	const { codec, pixels, options } = RECIPES[format];
	const { width, height } = frame;
	const filter = FilterAPI.create(`format=${pixels}`);
	const encoder = Encoder.createSync(codec, { filter, ...(options && { options }) });
	const packets = encoder.packetsSync(filterFrames(frame, filter));
	if (format === 'avif') {
		const output = Muxer.openSync(path, { format: 'avif' });
		const index = output.addStream(encoder);
		for (const packet of packets) if (packet) output.writePacketSync(packet, index);
		output.closeSync();
		return;
	}
	const bytes = Buffer.concat([...packets].map((packet: Packet | null) => packet?.data ?? EMPTY));
	writeFileSync(path, format === 'heic' ? heicFile(bytes, width, height) : bytes);
}

const EMPTY = Buffer.alloc(0);
