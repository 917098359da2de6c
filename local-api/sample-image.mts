/** The project's own sample picture: an evening at a lake, computed, so that no photo has to be shipped. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { encodePng } from './png.mts';
import { Workers } from './workers.mts';

export interface SampleOptions {
	/** Pixels; 1280 x 720 unless given. */
	readonly width?: number;
	readonly height?: number;
	/** Any text: each gives its own sun and hills. */
	readonly seed?: string;
}

/** The formats that {@link writeSample} makes, by their usual extension. */
export const SAMPLE_FORMATS = [
	...(['png', 'jpg', 'webp', 'heic', 'avif', 'jp2', 'tiff', 'bmp'] as const),
] as const;
export type SampleFormat = (typeof SAMPLE_FORMATS)[number];

/** What the sample worker is told. */
export type SampleInput = SampleOptions & { readonly path: string; readonly format: SampleFormat };

type Colour = readonly [number, number, number];

const ZENITH: Colour = [38, 70, 128];
const HORIZON: Colour = [255, 196, 140];
const SUN: Colour = [255, 240, 200];
const HILLS: readonly Colour[] = [
	[132, 118, 148],
	[84, 88, 122],
	[40, 56, 78],
];
const DEEP_WATER: Colour = [22, 46, 78];

/** Where the water begins, as a share of the height. */
const WATERLINE = 0.68;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const mix = (a: Colour, b: Colour, share: number): Colour => {
	const t = clamp(share);
	return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
};

/** Draws the picture. Positions are in units of its height, so that the sun stays round in any shape. */
export function drawSample(options: SampleOptions = {}): {
	width: number;
	height: number;
	rgb: Uint8Array;
} {
	const { width = 1280, height = 720, seed = '' } = options;
	const dice = createHash('sha256').update(seed).digest();
	const roll = (index: number): number => (dice[index] ?? 0) / 255;
	const aspect = width / height;
	const sun = { x: aspect * (0.3 + 0.4 * roll(0)), y: 0.3 + 0.18 * roll(1), radius: 0.055 };

	const sky = (x: number, y: number): Colour => {
		const distance = Math.hypot(x - sun.x, y - sun.y);
		const base = mix(ZENITH, HORIZON, (y / WATERLINE) ** 1.4);
		const glow = mix(base, SUN, 0.75 * Math.exp(-distance / 0.16));
		return mix(glow, SUN, (sun.radius - distance) * 200);
	};

	/** Height of the crest of a range of hills. */
	const crest = (range: number, x: number): number => {
		const phase = roll(2 + range) * 6.28;
		const wave =
			Math.sin(x * (2.1 + range) + phase) + 0.5 * Math.sin(x * (5.3 + 2 * range) + phase);
		return WATERLINE - 0.15 + 0.045 * range + wave * (0.045 - 0.01 * range);
	};

	const land = (x: number, y: number): Colour => {
		for (let range = HILLS.length - 1; range >= 0; range--) {
			const below = y - crest(range, x);
			// Haze gathers at the foot of each range.
			if (below > 0) return mix(HILLS[range] ?? ZENITH, HORIZON, below * 1.2);
		}
		return sky(x, y);
	};

	const water = (x: number, y: number): Colour => {
		const depth = (y - WATERLINE) / (1 - WATERLINE);
		const ripple = Math.sin(y * 190 + Math.sin(x * 9 + y * 60) * 1.6) * (0.004 + 0.012 * depth);
		const mirrored = land(x + ripple * 3, 2 * WATERLINE - y + ripple);
		const glitter = Math.exp(-(((x - sun.x) / (0.05 + 0.12 * depth)) ** 2)) * (0.4 + ripple * 25);
		return mix(mix(mirrored, DEEP_WATER, 0.25 + 0.45 * depth), SUN, glitter * (1 - 0.5 * depth));
	};

	const rgb = new Uint8Array(width * height * 3);
	for (let row = 0, at = 0; row < height; row++) {
		const y = row / height;
		for (let column = 0; column < width; column++, at += 3) {
			const x = (column / width) * aspect;
			rgb.set(y < WATERLINE ? land(x, y) : water(x, y), at);
		}
	}
	return { width, height, rgb };
}

/** The picture as a PNG. */
export function samplePng(options: SampleOptions = {}): Buffer {
	const { width, height, rgb } = drawSample(options);
	return encodePng(width, height, rgb);
}

/**
 * Writes the picture to a file, and makes its folder.
 * @throws Error if the format can't be encoded
 */
export async function writeSample(
	path: string,
	{ format = 'png', ...options }: SampleOptions & { readonly format?: SampleFormat } = {},
): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	if (format === 'png') {
		await writeFile(path, samplePng(options));
		return;
	}
	await new Workers(1).run('sample', { path, format, ...options } satisfies SampleInput);
}
