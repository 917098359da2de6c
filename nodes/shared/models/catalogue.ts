/**
 * Everything that is true of a model, as data: menus, checks, estimates and the README's table are all
 * computed from here, and adding a model is adding one row.
 *
 * Sources: the document the project was asked to implement (seed) and Magic Hour's published model table of
 * 2026-08. Where the two differ a row holds the union: what one of them allows is not refused before it is
 * sent, because the server has the last word. `npm run catalog:check` compares this table with an OpenAPI
 * description; a difference that is meant to be there is listed in the row's `differsFromApi`.
 */

/** Resolutions of the API, smallest first. */
export const RESOLUTIONS = ['480p', '720p', '1080p', '4k'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What a comparison with Magic Hour's OpenAPI description looks at. */
export type CatalogueField = 'model' | 'durations' | 'resolutions' | 'audio' | 'endImage';

/** Whether a model can make sound, and whether that costs extra credits. */
type AudioSupport = 'none' | 'included' | 'extra';

export interface EndImageSupport {
	/** The only resolutions at which an end image is taken; all of the model's when absent. */
	readonly resolutions?: readonly Resolution[];
	/** Longest video, in seconds, that takes an end image; no limit when absent. */
	readonly maxSeconds?: number;
}

/** Credits for one second of video, by resolution. */
export type Rate = Readonly<Partial<Record<Resolution, number>>>;

export interface Model {
	/** The API's value of `model`. */
	readonly id: string;
	readonly name: string;
	/** What the model is good at, in so few words that they fit into the menu beside its name. */
	readonly bestFor: string;
	/** Lengths the model makes, in seconds, ascending. */
	readonly durations: readonly number[];
	/** Length, in seconds, to fall back on when a person asks for "the default". */
	readonly defaultDuration: number;
	readonly resolutions: readonly Resolution[];
	readonly audio: AudioSupport;
	/** `undefined`: the model takes no end image. */
	readonly endImage?: EndImageSupport;
	/** The only shapes of image that the model takes, as [width, height]; any when absent. */
	readonly aspectRatios?: ReadonlyArray<readonly [number, number]>;
	/** Credits per second without sound; `undefined` where no rate is published. */
	readonly rate?: Rate;
	/** Credits per second that sound adds (only where `audio` is `extra`). */
	readonly audioRate?: Rate;
	/** Superseded at Magic Hour, still taken by the API. */
	readonly legacy?: boolean;
	/** Differences from the published OpenAPI description that are meant, with the reason. */
	readonly differsFromApi?: Readonly<Partial<Record<CatalogueField, string>>>;
}

/** The model whose rules depend on the plan of the account. */
export const PLAN_DEFAULT = {
	id: 'default',
	name: 'Default',
	bestFor: 'Kling 3.0 on paid plans, LTX 2.3 on the free plan',
	paid: 'kling-3.0',
	free: 'ltx-2.3',
	defaultDuration: 5,
} as const;

/** Whole seconds from `first` to `last`, both included. */
function seconds(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const SHORT_AND_LONG = [...seconds(1, 10), 15, 20, 25, 30];
const VEO_DURATIONS = [4, 6, 8, 16, 24, 32, 40, 48, 56];
const UP_TO_720P = ['480p', '720p'] as const;
const UP_TO_1080P = ['480p', '720p', '1080p'] as const;
const HD = ['720p', '1080p'] as const;
const LEGACY_IN_API = 'legacy in the published table, current in the seed document';

/** In the order of the menu. */
export const MODELS: readonly Model[] = [
	{
		id: 'kling-3.0',
		name: 'Kling 3.0',
		bestFor: 'Cinematic stories in several scenes, up to 4K',
		durations: seconds(3, 15),
		defaultDuration: 5,
		resolutions: ['720p', '1080p', '4k'],
		audio: 'extra',
		endImage: {},
		rate: { '720p': 48, '1080p': 72, '4k': 240 },
		audioRate: { '720p': 24, '1080p': 24, '4k': 48 },
	},
	{
		id: 'ltx-2.3',
		name: 'LTX 2.3',
		bestFor: 'Quick drafts with sound and lip-sync',
		durations: SHORT_AND_LONG,
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
		endImage: {},
		rate: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	{
		id: 'wan-2.2',
		name: 'Wan 2.2',
		bestFor: 'Fast, with strong effects and physics',
		durations: [...seconds(3, 10), 15],
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'none',
		rate: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	{
		id: 'kling-2.6',
		name: 'Kling 2.6',
		bestFor: 'Action, motion blur and camera moves',
		durations: [5, 10],
		defaultDuration: 5,
		resolutions: HD,
		audio: 'none',
		endImage: { resolutions: ['1080p'] },
		rate: { '720p': 36, '1080p': 72 },
	},
	{
		id: 'veo3.1-lite',
		name: 'Veo 3.1 Lite',
		bestFor: 'Near the quality of Veo, for less',
		durations: VEO_DURATIONS,
		defaultDuration: 8,
		resolutions: HD,
		audio: 'extra',
		endImage: { maxSeconds: 8 },
		rate: { '720p': 48, '1080p': 72 },
		audioRate: { '720p': 24, '1080p': 24 },
	},
	{
		id: 'veo3.1',
		name: 'Veo 3.1',
		bestFor: 'Realism that follows the prompt closely',
		durations: VEO_DURATIONS,
		defaultDuration: 8,
		resolutions: HD,
		audio: 'extra',
		endImage: { maxSeconds: 8 },
		rate: { '720p': 96, '1080p': 120 },
		audioRate: { '720p': 24, '1080p': 24 },
	},
	{
		id: 'seedance-2.5',
		name: 'Seedance 2.5',
		bestFor: 'The finest realism, up to 30 seconds',
		durations: seconds(4, 30),
		defaultDuration: 5,
		resolutions: UP_TO_720P,
		audio: 'included',
		endImage: {},
		rate: { '480p': 288, '720p': 576 },
	},
	{
		id: 'seedance-2.0',
		name: 'Seedance 2.0',
		bestFor: 'High quality and a consistent look',
		durations: seconds(4, 15),
		defaultDuration: 5,
		resolutions: UP_TO_720P,
		audio: 'included',
		endImage: {},
		rate: { '480p': 144, '720p': 288 },
	},
	{
		id: 'seedance-2.0-mini',
		name: 'Seedance 2.0 Mini',
		bestFor: 'Fast and consistent, with strong motion',
		durations: seconds(4, 15),
		defaultDuration: 5,
		resolutions: UP_TO_720P,
		audio: 'included',
		endImage: {},
		rate: { '480p': 96, '720p': 192 },
	},
	{
		id: 'seedance-1.5',
		name: 'Seedance 1.5',
		bestFor: 'Smooth motion at a moderate price',
		durations: seconds(4, 12),
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'extra',
		endImage: {},
		rate: { '480p': 30, '720p': 60, '1080p': 90 },
		audioRate: { '480p': 30, '720p': 60, '1080p': 90 },
	},
	{
		id: 'minimax-h3',
		name: 'MiniMax H3',
		bestFor: 'True to your image, with sound',
		durations: SHORT_AND_LONG,
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
	},
	{
		id: 'sora-2',
		name: 'Sora 2',
		bestFor: 'Stories up to a minute; 16:9 or 9:16 images',
		durations: [4, 8, 12, 24, 36, 48, 60],
		defaultDuration: 4,
		resolutions: ['720p'],
		audio: 'included',
		aspectRatios: [
			[16, 9],
			[9, 16],
		],
		rate: { '720p': 120 },
	},
	{
		id: 'kling-2.5',
		name: 'Kling 2.5',
		bestFor: 'Action; now runs as Kling 2.6',
		durations: [5, 10],
		defaultDuration: 5,
		resolutions: HD,
		audio: 'included',
		endImage: { resolutions: ['1080p'] },
		legacy: true,
		differsFromApi: {
			durations: LEGACY_IN_API,
			resolutions: LEGACY_IN_API,
			audio: LEGACY_IN_API,
			endImage: LEGACY_IN_API,
		},
	},
	{
		id: 'seedance',
		name: 'Seedance',
		bestFor: 'Quick drafts, with an end image',
		durations: seconds(2, 12),
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'none',
		endImage: {},
		legacy: true,
		differsFromApi: {
			durations: LEGACY_IN_API,
			resolutions: LEGACY_IN_API,
			audio: LEGACY_IN_API,
			endImage: LEGACY_IN_API,
		},
	},
];

/**
 * Values that the API still takes and that have no rules of their own: not in the menu, usable by id.
 * `sameAs`: the model with sound on that the value stands for. Without it nothing is known, so nothing is checked.
 */
export const LEGACY_VALUES: ReadonlyArray<{ readonly id: string; readonly sameAs?: string }> = [
	{ id: 'kling-2.5-audio', sameAs: 'kling-2.5' },
	{ id: 'veo3.1-audio', sameAs: 'veo3.1' },
	{ id: 'ltx-2' },
	{ id: 'kling-1.6' },
];

/** Ids that say themselves that the video has sound. */
export const IDS_WITH_SOUND = LEGACY_VALUES.filter(({ sameAs }) => sameAs !== undefined).map(
	({ id }) => id,
);

/** The row of a model id, or `undefined` where the catalogue has none (`default` and legacy values included). */
export function findModel(id: string): Model | undefined {
	return MODELS.find((model) => model.id === id);
}

/** What an id stands for: the row of a model, both rows of the plan's default, or nothing known. */
export interface ModelSelection {
	readonly id: string;
	/** The models that may do the work: one, two for `default`, none for an id the catalogue has no rules for. */
	readonly models: readonly Model[];
	/** The id itself says that the video has sound (`veo3.1-audio`). */
	readonly impliesAudio: boolean;
}

/** Resolves a model id, whatever it is: nothing is refused here. */
export function resolveModel(id: string): ModelSelection {
	if (id === PLAN_DEFAULT.id) {
		return {
			id,
			models: [PLAN_DEFAULT.paid, PLAN_DEFAULT.free].flatMap((each) => findModel(each) ?? []),
			impliesAudio: false,
		};
	}
	const sameAs = LEGACY_VALUES.find((value) => value.id === id)?.sameAs;
	const model = findModel(sameAs ?? id);
	return { id, models: model ? [model] : [], impliesAudio: sameAs !== undefined };
}

/** The resolutions that a model makes: with an end image there may be fewer. */
export function resolutionsWith(model: Model, endImage: boolean): readonly Resolution[] {
	return (endImage ? model.endImage?.resolutions : undefined) ?? model.resolutions;
}

/** The lengths that a model makes, in seconds: with an end image there may be fewer. */
export function durationsWith(model: Model, endImage: boolean): readonly number[] {
	const longest = endImage ? (model.endImage?.maxSeconds ?? Infinity) : Infinity;
	return model.durations.filter((seconds) => seconds <= longest);
}

/** Lengths, in seconds, that at least one of the models makes, ascending. */
export function durationsOf(models: readonly Model[], endImage = false): number[] {
	const lengths = models.flatMap((model) => durationsWith(model, endImage));
	return [...new Set(lengths)].sort((a, b) => a - b);
}

/** Resolutions that at least one of the models makes, smallest first. */
export function resolutionsOf(models: readonly Model[], endImage = false): Resolution[] {
	return RESOLUTIONS.filter((resolution) =>
		models.some((model) => resolutionsWith(model, endImage).includes(resolution)),
	);
}

/** The length, in seconds, to fall back on. `undefined`: nothing is known about the model. */
export function defaultDurationOf(selection: ModelSelection): number | undefined {
	return selection.id === PLAN_DEFAULT.id
		? PLAN_DEFAULT.defaultDuration
		: selection.models[0]?.defaultDuration;
}

/**
 * For the plan's default: the plan that a value is limited to, because only one of the two models takes it.
 * `undefined`: no limit.
 */
export function planLimit(
	selection: ModelSelection,
	takes: (model: Model) => boolean,
): 'paid' | 'free' | undefined {
	if (selection.id !== PLAN_DEFAULT.id) return undefined;
	const takers = selection.models.filter(takes).map((model) => model.id);
	if (takers.length !== 1) return undefined;
	return takers[0] === PLAN_DEFAULT.paid ? 'paid' : 'free';
}

/** Ids of models that can't do a thing for certain: used to hide fields. Unknown ids are not among them. */
export function modelsWithout(can: (model: Model) => boolean): string[] {
	return MODELS.filter((model) => !can(model)).map((model) => model.id);
}
