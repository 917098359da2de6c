/**
 * Renders a video: a slow pan over a picture, with a soft chord if sound is asked for.
 * Run by render.mts in a process of its own.
 */
import { renameSync } from 'node:fs';

import { Encoder, FilterAPI, Muxer } from 'node-av/api';
import {
	AV_CHANNEL_LAYOUT_MONO,
	AV_SAMPLE_FMT_FLTP,
	FF_ENCODER_AAC,
	FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Frame, type Packet, Rational } from 'node-av/lib';

import { filterFrames, imageFrame, sampleFrame } from './av-picture.mts';
import type { RenderInput, Rendered } from './render.mts';
import { FRAMES_PER_SECOND } from './video-format.mts';
import { runWorker } from './worker-io.mts';

/** How much larger than the video the picture is that it pans over. */
const PAN_ROOM = 1.2;

const SAMPLE_RATE = 44_100;
const SAMPLES_A_FRAME = 1024;
const CHORD_HZ = [220, 277.18, 329.63];
const LOUDNESS = 0.08;

const even = (pixels: number): number => 2 * Math.round(pixels / 2);

/**
 * Scales once, then only cuts another part out of it for each frame: twice as fast as zoompan, which
 * scales every frame.
 */
function panFilter({ width, height, frames }: RenderInput & { frames: number }): FilterAPI {
	const [wide, high] = [even(width * PAN_ROOM), even(height * PAN_ROOM)];
	const steps = [
		`scale=${wide}:${high}:force_original_aspect_ratio=increase:flags=bicubic:out_color_matrix=bt709:out_range=tv`,
		'format=yuv420p',
		`loop=loop=${frames - 1}:size=1:start=0`,
		`settb=1/${FRAMES_PER_SECOND}`,
		'setpts=N',
		`crop=${width}:${height}:x='(iw-ow)*n/${frames}':y='(ih-oh)*(1-n/${frames})'`,
		'setsar=1',
		'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709',
	];
	return FilterAPI.create(steps.join(','), { framerate: new Rational(FRAMES_PER_SECOND, 1) });
}

/** The pan's frames, each as long as the next: a still image's own length may be a second. */
function* panFrames(picture: Frame, filter: FilterAPI): Generator<Frame | null> {
	for (const frame of filterFrames(picture, filter)) {
		if (frame) frame.duration = 1n;
		yield frame;
	}
}

/** The chord, swelling twice a second, in frames of the size that AAC takes. */
function* chord(seconds: number): Generator<Frame | null> {
	const total = Math.round(seconds * SAMPLE_RATE);
	for (let start = 0; start < total; start += SAMPLES_A_FRAME) {
		const samples = new Float32Array(Math.min(SAMPLES_A_FRAME, total - start));
		for (let index = 0; index < samples.length; index++) {
			const time = (start + index) / SAMPLE_RATE;
			const swell = 0.6 + 0.4 * Math.sin(Math.PI * time);
			const fade = Math.min(1, time * 4, (seconds - time) * 4);
			const tone = CHORD_HZ.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * time), 0);
			samples[index] = LOUDNESS * swell * fade * tone;
		}
		yield Frame.fromAudioBuffer(Buffer.from(samples.buffer), {
			nbSamples: samples.length,
			format: AV_SAMPLE_FMT_FLTP,
			sampleRate: SAMPLE_RATE,
			channelLayout: AV_CHANNEL_LAYOUT_MONO,
			timeBase: new Rational(1, SAMPLE_RATE),
			pts: BigInt(start),
		});
	}
	yield null;
}

const secondsOf = (packet: Packet): number =>
	(Number(packet.pts) * packet.timeBase.num) / packet.timeBase.den;

/** Writes packets of several streams in the order of their time, so that none has to wait in memory. */
function mux(output: Muxer, tracks: { index: number; packets: Iterator<Packet | null> }[]): void {
	const next = (packets: Iterator<Packet | null>): Packet | undefined => {
		const result = packets.next();
		return result.done ? undefined : (result.value ?? undefined);
	};
	const heads = tracks.map((track) => ({ ...track, head: next(track.packets) }));
	for (;;) {
		const ready = heads.filter(({ head }) => head !== undefined);
		ready.sort((a, b) => (a.head ? secondsOf(a.head) : 0) - (b.head ? secondsOf(b.head) : 0));
		const first = ready[0];
		if (!first?.head) return;
		output.writePacketSync(first.head, first.index);
		first.head.free();
		first.head = next(first.packets);
	}
}

function encode(picture: Frame, input: RenderInput, path: string): void {
	const frames = Math.max(1, Math.round(input.seconds * FRAMES_PER_SECOND));
	const filter = panFilter({ ...input, frames });
	const video = Encoder.createSync(FF_ENCODER_LIBX264, {
		filter,
		gopSize: 2 * FRAMES_PER_SECOND,
		options: { preset: 'ultrafast', crf: 26 },
	});
	const output = Muxer.openSync(path, { format: 'mp4', options: { movflags: '+faststart' } });
	const tracks = [
		{ index: output.addStream(video), packets: video.packetsSync(panFrames(picture, filter)) },
	];
	if (input.audio) {
		const audio = Encoder.createSync(FF_ENCODER_AAC, { bitrate: '96k' });
		tracks.push({
			index: output.addStream(audio),
			packets: audio.packetsSync(chord(input.seconds)),
		});
	}
	mux(output, tracks);
	output.closeSync();
}

runWorker((input: RenderInput): Rendered => {
	const partial = `${input.output}.part`;
	let shows: Rendered['shows'] = 'image';
	let reason: string | undefined;
	let picture: Frame;
	if ('imagePath' in input) {
		try {
			picture = imageFrame(input.imagePath);
		} catch (error) {
			// Formats that this FFmpeg can't put together (a HEIC made of tiles): the video still has to
			// come, with the right size, and says what it shows.
			reason = error instanceof Error ? error.message : String(error);
			shows = 'generated';
			picture = sampleFrame(input);
		}
	} else {
		shows = 'generated';
		picture = sampleFrame({ ...input, seed: input.seed });
	}
	encode(picture, input, partial);
	renameSync(partial, input.output);
	return { path: input.output, shows, reason };
});
