import { AV_PIX_FMT_RGB24 } from 'node-av/constants';
import { Decoder, Demuxer, FilterAPI } from 'node-av/api';
import { Frame, Rational } from 'node-av/lib';

import { drawSample, type SampleOptions } from './sample-image.mts';

/** The generated picture as a frame of FFmpeg's. */
export function sampleFrame(options: SampleOptions): Frame {
	const { width, height, rgb } = drawSample(options);
	return Frame.fromVideoBuffer(Buffer.from(rgb.buffer), {
		width,
		height,
		format: AV_PIX_FMT_RGB24,
		timeBase: new Rational(1, 1),
	});
}

/**
 * The first frame of an image file, whatever its format.
 * @throws Error if it can't be decoded
 */
export function imageFrame(path: string): Frame {
	const input = Demuxer.openSync(path);
	try {
		const stream = input.video();
		if (!stream) throw new Error('There is no picture in the file');
		const decoder = Decoder.createSync(stream, { exitOnError: true });
		for (const frame of decoder.framesSync(input.packetsSync(stream.index))) {
			const copy = frame?.clone();
			if (copy) return copy;
		}
		throw new Error('There is no picture in the file');
	} finally {
		input.closeSync();
	}
}

/** A filter's output for one frame. */
export function filterFrames(frame: Frame, filter: FilterAPI): Generator<Frame | null> {
	return filter.framesSync([frame, null]);
}
