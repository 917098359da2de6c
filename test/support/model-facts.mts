/**
 * What Magic Hour's documents say about each model, copied by hand from the tables of `docs/magic-hour-api.md`
 * (the union of the seed document and the published table of 2026-08). The tests hold the catalogue against this; it must
 * not be computed from the catalogue.
 */
export interface ModelFacts {
	readonly id: string;
	readonly durations: readonly number[];
	readonly resolutions: readonly string[];
	readonly audio: 'none' | 'included' | 'extra';
	/** At which resolutions an end image is taken, and up to how many seconds. */
	readonly endImage: 'none' | { readonly resolutions: readonly string[]; readonly upTo?: number };
	/** Credits per second, by resolution: [without sound, with sound (absent: the model makes none)]. */
	readonly credits: Readonly<Record<string, readonly [number, number?]>> | 'unknown';
}

const FROM_1_TO_10_THEN_30 = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30];
const FROM_4_TO_15 = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const VEO = [4, 6, 8, 16, 24, 32, 40, 48, 56];

export const MODEL_FACTS: readonly ModelFacts[] = [
	{
		id: 'ltx-2.3',
		durations: FROM_1_TO_10_THEN_30,
		resolutions: ['480p', '720p', '1080p'],
		audio: 'included',
		endImage: { resolutions: ['480p', '720p', '1080p'] },
		credits: { '480p': [24, 24], '720p': [48, 48], '1080p': [72, 72] },
	},
	{
		id: 'wan-2.2',
		durations: [3, 4, 5, 6, 7, 8, 9, 10, 15],
		resolutions: ['480p', '720p', '1080p'],
		audio: 'none',
		endImage: 'none',
		credits: { '480p': [24], '720p': [48], '1080p': [72] },
	},
	{
		// Audio is what the seed says; the published table routes the model to kling-2.6, which has none.
		id: 'kling-2.5',
		durations: [5, 10],
		resolutions: ['720p', '1080p'],
		audio: 'included',
		endImage: { resolutions: ['1080p'] },
		credits: 'unknown',
	},
	{
		id: 'kling-2.6',
		durations: [5, 10],
		resolutions: ['720p', '1080p'],
		audio: 'none',
		endImage: { resolutions: ['1080p'] },
		credits: { '720p': [36], '1080p': [72] },
	},
	{
		id: 'kling-3.0',
		durations: [3, ...FROM_4_TO_15],
		resolutions: ['720p', '1080p', '4k'],
		audio: 'extra',
		endImage: { resolutions: ['720p', '1080p', '4k'] },
		credits: { '720p': [48, 72], '1080p': [72, 96], '4k': [240, 288] },
	},
	{
		// 4 and 6 s are in the published table only.
		id: 'veo3.1-lite',
		durations: VEO,
		resolutions: ['720p', '1080p'],
		audio: 'extra',
		endImage: { resolutions: ['720p', '1080p'], upTo: 8 },
		credits: { '720p': [48, 72], '1080p': [72, 96] },
	},
	{
		id: 'veo3.1',
		durations: VEO,
		resolutions: ['720p', '1080p'],
		audio: 'extra',
		endImage: { resolutions: ['720p', '1080p'], upTo: 8 },
		credits: { '720p': [96, 120], '1080p': [120, 144] },
	},
	{
		id: 'seedance',
		durations: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
		resolutions: ['480p', '720p', '1080p'],
		audio: 'none',
		endImage: { resolutions: ['480p', '720p', '1080p'] },
		credits: 'unknown',
	},
	{
		id: 'seedance-1.5',
		durations: [4, 5, 6, 7, 8, 9, 10, 11, 12],
		resolutions: ['480p', '720p', '1080p'],
		audio: 'extra',
		endImage: { resolutions: ['480p', '720p', '1080p'] },
		credits: { '480p': [30, 60], '720p': [60, 120], '1080p': [90, 180] },
	},
	{
		id: 'seedance-2.0',
		durations: FROM_4_TO_15,
		resolutions: ['480p', '720p'],
		audio: 'included',
		endImage: { resolutions: ['480p', '720p'] },
		credits: { '480p': [144, 144], '720p': [288, 288] },
	},
	{
		id: 'seedance-2.0-mini',
		durations: FROM_4_TO_15,
		resolutions: ['480p', '720p'],
		audio: 'included',
		endImage: { resolutions: ['480p', '720p'] },
		credits: { '480p': [96, 96], '720p': [192, 192] },
	},
	{
		id: 'seedance-2.5',
		durations: [...FROM_4_TO_15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
		resolutions: ['480p', '720p'],
		audio: 'included',
		endImage: { resolutions: ['480p', '720p'] },
		credits: { '480p': [288, 288], '720p': [576, 576] },
	},
	{
		id: 'minimax-h3',
		durations: FROM_1_TO_10_THEN_30,
		resolutions: ['480p', '720p', '1080p'],
		audio: 'included',
		endImage: 'none',
		credits: 'unknown',
	},
	{
		id: 'sora-2',
		durations: [4, 8, 12, 24, 36, 48, 60],
		resolutions: ['720p'],
		audio: 'included',
		endImage: 'none',
		credits: { '720p': [120, 120] },
	},
];

/** Values that the API still takes, with no table of their own. */
export const LEGACY_IDS = ['ltx-2', 'kling-1.6', 'kling-2.5-audio', 'veo3.1-audio'] as const;
