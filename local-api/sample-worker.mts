/** Writes the sample picture in a format that FFmpeg is needed for. Run by sample-image.mts and samples.mts. */
import { writePicture } from './av-encode.mts';
import { sampleFrame } from './av-picture.mts';
import type { SampleInput } from './sample-image.mts';
import { runWorker } from './worker-io.mts';

runWorker(({ path, format, ...options }: SampleInput) => {
	writePicture(sampleFrame(options), format, path);
	return { path };
});
