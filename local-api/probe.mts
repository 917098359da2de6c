/**
 * Checks an MP4 by decoding every frame of it.
 * CLI: `npx tsx local-api/probe.mts VIDEO [--still PICTURE.png] [--at SECONDS]`
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Workers } from './workers.mts';

export interface Probe {
	/** Length of the picture track, from its decoded frames. */
	readonly seconds: number;
	readonly width: number;
	readonly height: number;
	/** Decoded frames. */
	readonly frames: number;
	readonly audio: boolean;
	/** Length of the sound, from its decoded samples; 0 without any. */
	readonly audioSeconds: number;
	readonly codec: string;
	readonly audioCodec: string | null;
}

interface ProbeOptions {
	/** A PNG of the frame shown at `stillAt` seconds (default: the middle) is written here. */
	readonly stillPath?: string | undefined;
	readonly stillAt?: number | undefined;
}

export type ProbeInput = ProbeOptions & { readonly path: string };

/**
 * Decodes a video in a process of its own.
 * @throws Error if it is no video, a frame can't be decoded, or frames are missing at its end
 */
export function probeVideo(path: string, options: ProbeOptions = {}): Promise<Probe> {
	return new Workers(1).run<Probe>('probe', { path, ...options } satisfies ProbeInput);
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { still: { type: 'string' }, at: { type: 'string' } },
	});
	const [path] = positionals;
	if (!path) throw new Error('Usage: probe.mts VIDEO [--still PICTURE.png] [--at SECONDS]');
	const probe = await probeVideo(path, {
		stillPath: values.still,
		stillAt: values.at === undefined ? undefined : Number(values.at),
	});
	console.log(JSON.stringify(probe));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	main().catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	});
}
