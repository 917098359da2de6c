/** Decodes every frame of a video. Run by probe.mts in a process of its own. */
import { Decoder, Demuxer } from 'node-av/api';
import type { Frame, Stream } from 'node-av/lib';
import { avGetCodecName } from 'node-av/lib';

import { writePicture } from './av-encode.mts';
import type { Probe, ProbeInput } from './probe.mts';
import { runWorker } from './worker-io.mts';

/** A file may promise so much more than it holds: rounding of a frame's length. */
const MISSING_SECONDS = 0.1;

const toSeconds = (value: bigint, base: { num: number; den: number }): number =>
	(Number(value) * base.num) / base.den;

const codecName = (stream: Stream): string => avGetCodecName(stream.codecpar.codecId) ?? 'unknown';

/** Decodes one stream of a file from start to end. */
function decodeStream(
	input: Demuxer,
	stream: Stream,
	see: (frame: Frame, endSeconds: number) => void,
): number {
	let frames = 0;
	const decoder = Decoder.createSync(stream, { exitOnError: true });
	for (const frame of decoder.framesSync(input.packetsSync(stream.index))) {
		if (!frame) continue;
		if (frame.decodeErrorFlags !== 0) throw new Error(`Frame ${frames} could not be decoded whole`);
		frames++;
		see(frame, toSeconds(frame.pts + frame.duration, frame.timeBase));
		frame.free();
	}
	decoder.close();
	return frames;
}

runWorker(({ path, stillPath, stillAt }: ProbeInput): Probe => {
	// Opened once for each track: packets are read in order, and only those of one track are decoded.
	const forVideo = Demuxer.openSync(path);
	const video = forVideo.video();
	if (!video) throw new Error(`${path} has no video track`);
	const codec = codecName(video);
	const declared = Number(video.nbFrames);
	const promised = toSeconds(video.duration, video.timeBase);

	const stills: Frame[] = [];
	const at = Math.min(stillAt ?? promised / 2, promised - 1e-3);
	let [seconds, width, height] = [0, 0, 0];
	const frames = decodeStream(forVideo, video, (frame, end) => {
		[width, height] = [frame.width, frame.height];
		seconds = Math.max(seconds, end);
		if (stillPath && stills.length === 0 && end > at) stills.push(frame.clone() ?? frame);
	});
	forVideo.closeSync();

	const forAudio = Demuxer.openSync(path);
	const audio = forAudio.audio();
	const audioCodec = audio ? codecName(audio) : null;
	const promisedAudio = audio ? toSeconds(audio.duration, audio.timeBase) : 0;
	let samples = 0;
	if (audio) {
		decodeStream(forAudio, audio, (frame) => {
			samples += frame.nbSamples / frame.sampleRate;
		});
	}
	forAudio.closeSync();

	if (frames === 0 || frames < declared) {
		throw new Error(`${path} is cut off: ${frames} of ${declared} frames could be read`);
	}
	if (samples < promisedAudio - MISSING_SECONDS) {
		throw new Error(`${path} is cut off: ${samples} of ${promisedAudio} s of sound could be read`);
	}
	if (stillPath) {
		const [still] = stills;
		if (!still) throw new Error(`There is no picture at ${at} s`);
		writePicture(still, 'png', stillPath);
	}
	return {
		seconds: Number(seconds.toFixed(3)),
		width,
		height,
		frames,
		audio: audio !== undefined,
		audioSeconds: Number(samples.toFixed(3)),
		codec,
		audioCodec,
	};
});
