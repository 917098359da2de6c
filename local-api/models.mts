/**
 * The server's own knowledge of the models, typed from docs/magic-hour-api.md (the union of its sources).
 * It is kept apart from the node's catalogue on purpose: a test compares the two, and could
 * not fail if they shared a table.
 */

export const RESOLUTIONS = ['360p', '480p', '720p', '1080p', '4k'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Credits for one second of output. */
type Rates = Readonly<Partial<Record<Resolution, number>>>;

export interface ModelRules {
	readonly seconds: readonly number[];
	readonly resolutions: readonly Resolution[];
	readonly audio: 'none' | 'included' | 'extra';
	/** Resolutions at which an end image is taken; none if absent. */
	readonly endImage?: readonly Resolution[];
	/** Longest video with an end image, in seconds. */
	readonly endImageMaxSeconds?: number;
	/** Aspect ratios, as '16:9', that the image must have one of. */
	readonly aspects?: readonly string[];
	/** Aspect ratios that text-to-video does not make. */
	readonly notFromText?: readonly string[];
	/** What text-to-video takes as references; none if absent. */
	readonly references?: readonly ('image' | 'video' | 'audio')[];
	/** Where it is absent, nobody has published a rate. */
	readonly rates?: Rates;
	/** Added to the rate when audio is on, where that is `extra`. */
	readonly audioRates?: Rates;
}

const from = (first: number, last: number): number[] =>
	Array.from({ length: last - first + 1 }, (_, index) => first + index);

const P480_1080 = ['480p', '720p', '1080p'] as const;
const P720_1080 = ['720p', '1080p'] as const;
const P720_4K = ['720p', '1080p', '4k'] as const;

const VEO_SECONDS = [4, 6, 8, 16, 24, 32, 40, 48, 56];
const LONG_CLIPS = [15, 20, 25, 30];
const ALL_MEDIA = ['image', 'video', 'audio'] as const;

export const MODELS: Readonly<Record<string, ModelRules>> = {
	'ltx-2.5': {
		seconds: from(1, 60),
		resolutions: P480_1080,
		audio: 'included',
		endImage: P480_1080,
	},
	'ltx-2.3': {
		seconds: [...from(1, 10), ...LONG_CLIPS],
		resolutions: P480_1080,
		audio: 'included',
		endImage: P480_1080,
		rates: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	'wan-2.2': {
		seconds: [...from(3, 10), 15],
		resolutions: P480_1080,
		audio: 'none',
		rates: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	'wan-3.0': {
		seconds: [...from(2, 10), ...LONG_CLIPS],
		resolutions: P480_1080,
		audio: 'included',
		endImage: P480_1080,
		references: ALL_MEDIA,
	},
	'gemini-omni-1.1': {
		seconds: from(3, 10),
		resolutions: ['360p', '720p', '1080p', '4k'],
		audio: 'none',
		endImage: ['360p', '720p', '1080p', '4k'],
		notFromText: ['1:1'],
	},
	'kling-2.5': {
		seconds: [5, 10],
		resolutions: P720_1080,
		audio: 'included',
		endImage: ['1080p'],
	},
	'kling-2.6': {
		seconds: [5, 10],
		resolutions: P720_1080,
		audio: 'none',
		endImage: ['1080p'],
		rates: { '720p': 36, '1080p': 72 },
	},
	'kling-3.0': {
		seconds: from(3, 15),
		resolutions: P720_4K,
		audio: 'extra',
		endImage: P720_4K,
		references: ['image', 'video'],
		rates: { '720p': 48, '1080p': 72, '4k': 240 },
		audioRates: { '720p': 24, '1080p': 24, '4k': 48 },
	},
	'veo3.1-lite': {
		seconds: VEO_SECONDS,
		resolutions: P720_1080,
		audio: 'extra',
		endImage: P720_1080,
		endImageMaxSeconds: 8,
		notFromText: ['1:1'],
		rates: { '720p': 48, '1080p': 72 },
		audioRates: { '720p': 24, '1080p': 24 },
	},
	'veo3.1': {
		seconds: VEO_SECONDS,
		resolutions: P720_1080,
		audio: 'extra',
		endImage: P720_1080,
		endImageMaxSeconds: 8,
		notFromText: ['1:1'],
		rates: { '720p': 96, '1080p': 120 },
		audioRates: { '720p': 24, '1080p': 24 },
	},
	seedance: {
		seconds: from(2, 12),
		resolutions: P480_1080,
		audio: 'none',
		endImage: P480_1080,
	},
	'seedance-1.5': {
		seconds: from(4, 12),
		resolutions: P480_1080,
		audio: 'extra',
		endImage: P480_1080,
		rates: { '480p': 30, '720p': 60, '1080p': 90 },
		audioRates: { '480p': 30, '720p': 60, '1080p': 90 },
	},
	'seedance-2.0': {
		seconds: from(4, 15),
		resolutions: ['480p', '720p', '1080p', '4k'],
		audio: 'included',
		endImage: ['480p', '720p', '1080p', '4k'],
		references: ALL_MEDIA,
		rates: { '480p': 144, '720p': 288 },
	},
	'seedance-2.0-mini': {
		seconds: from(4, 15),
		resolutions: ['480p', '720p'],
		audio: 'included',
		endImage: ['480p', '720p'],
		references: ALL_MEDIA,
		rates: { '480p': 96, '720p': 192 },
	},
	'seedance-2.5': {
		seconds: from(4, 30),
		resolutions: P480_1080,
		audio: 'included',
		endImage: P480_1080,
		references: ALL_MEDIA,
		rates: { '480p': 288, '720p': 576 },
	},
	'minimax-h3': {
		seconds: from(1, 30),
		resolutions: P480_1080,
		audio: 'included',
		references: ALL_MEDIA,
		rates: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	'sora-2': {
		seconds: [4, 8, 12, 24, 36, 48, 60],
		resolutions: ['720p'],
		audio: 'included',
		aspects: ['16:9', '9:16'],
		rates: { '720p': 120 },
	},
};

/** Stands for every model that is newer than the table above, and than the node's: no model will have this name. */
export const NEWER_MODEL = 'newer-than-all-1.0';

/** Taken without any rule. */
export const UNCHECKED_MODELS = ['ltx-2', 'kling-1.6', NEWER_MODEL] as const;

/** Legacy spellings of "this model, with audio". */
export const AUDIO_ALIASES: Readonly<Record<string, string>> = {
	'kling-2.5-audio': 'kling-2.5',
	'veo3.1-audio': 'veo3.1',
};

/**
 * Credits per second charged here where no rate is published, whatever the resolution or the audio.
 * A made-up figure: it differs from every published one, so that it can't pass for one in a test.
 */
export const UNPUBLISHED_RATE = 50;

/** Credits for a video, by the table of docs/magic-hour-api.md. */
export function creditsFor(
	model: string,
	resolution: Resolution,
	audio: boolean,
	seconds: number,
): number {
	const rules = MODELS[model];
	const rate = rules?.rates?.[resolution];
	if (rate === undefined) return Math.ceil(UNPUBLISHED_RATE * seconds);
	return Math.ceil((rate + (audio ? (rules?.audioRates?.[resolution] ?? 0) : 0)) * seconds);
}
