/**
 * Everything that is true of a model, as data: menus, checks, estimates and the README's table are all
 * computed from here, and adding a model is adding one row.
 *
 * Sources (`docs/magic-hour-api.md`): the document the project was asked to implement (seed), and Magic Hour's
 * descriptions of 2026-08 and 2026-10. Where they differ a row holds the union: what one of them allows is not
 * refused before it is sent, because the server has the last word. `npm run catalog:check` compares this table
 * with the descriptions; a difference that is meant to be there is listed in the row's `differsFromApi`.
 */

/** Resolutions of the API, smallest first. */
export const RESOLUTIONS = ['360p', '480p', '720p', '1080p', '4k'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Aspect ratios of videos that are made from text alone. */
export const ASPECT_RATIOS = ['16:9', '9:16', '1:1'] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** What a prompt of Text To Video can refer to. */
export const REFERENCE_KINDS = ['image', 'video', 'audio'] as const;
export type ReferenceKind = (typeof REFERENCE_KINDS)[number];

/** What a comparison with Magic Hour's OpenAPI description looks at. */
export type CatalogueField =
	| 'model'
	| 'durations'
	| 'resolutions'
	| 'audio'
	| 'endImage'
	| 'aspectRatios'
	| 'references';

/** A difference from a published description that is meant. */
export interface Deviation {
	readonly field: CatalogueField;
	/** What the description says there, in the words of `npm run catalog:check`. */
	readonly api: string;
	readonly why: string;
}

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
	readonly imageShapes?: ReadonlyArray<readonly [number, number]>;
	/** The only aspect ratios that the model makes from text; all when absent. */
	readonly aspectRatios?: readonly AspectRatio[];
	/** What a prompt of Text To Video can refer to with this model; nothing when absent. */
	readonly references?: readonly ReferenceKind[];
	/** Credits per second without sound; absent, as a whole or for a resolution, where none is published. */
	readonly rate?: Rate;
	/** Credits per second that sound adds (only where `audio` is `extra`). */
	readonly audioRate?: Rate;
	/** Superseded at Magic Hour, still taken by the API. */
	readonly legacy?: boolean;
	/** Differences from a published OpenAPI description that are meant, with the reason. */
	readonly differsFromApi?: readonly Deviation[];
}

/** What decides which model `default` is: all paid plans have the same. */
export type Plan = 'paid' | 'free';

/** A model that `default` may run as, and the only videos for which it does. */
interface DefaultRun {
	readonly model: string;
	readonly resolutions?: readonly Resolution[];
	/** Shortest such video, in seconds. */
	readonly minSeconds?: number;
}

interface PlanDefault
	extends Pick<Model, 'id' | 'name' | 'bestFor' | 'defaultDuration' | 'differsFromApi'> {
	/** By plan; the first is the one that the published descriptions name, the others are in the vendor's guide. */
	readonly runsAs: Readonly<Record<Plan, readonly DefaultRun[]>>;
}

/** The model whose rules depend on the plan of the account. */
export const PLAN_DEFAULT: PlanDefault = {
	id: 'default',
	name: 'Default',
	bestFor: 'Kling 3.0 on paid plans, LTX 2.5 on the free plan',
	defaultDuration: 5,
	runsAs: {
		paid: [
			{ model: 'kling-3.0' },
			{ model: 'seedance-1.5', resolutions: ['480p'] },
			{ model: 'ltx-2.3', minSeconds: 16 },
		],
		free: [{ model: 'ltx-2.5' }],
	},
	differsFromApi: [
		{ field: 'model', api: 'ltx-2.3 (free plan)', why: 'in August; ltx-2.5 since October' },
	],
};

/** Whole seconds from `first` to `last`, both included. */
function seconds(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const SHORT_AND_LONG = [...seconds(1, 10), 15, 20, 25, 30];
const VEO_DURATIONS = [4, 6, 8, 16, 24, 32, 40, 48, 56];
const UP_TO_720P = ['480p', '720p'] as const;
const UP_TO_1080P = ['480p', '720p', '1080p'] as const;
const HD = ['720p', '1080p'] as const;
const HD_TO_4K = ['720p', '1080p', '4k'] as const;
const NO_SQUARES = ['16:9', '9:16'] as const;

/** A model that came after August. */
const NEW_IN_OCTOBER: Deviation = { field: 'model', api: 'not in the API', why: 'new in October' };
/** A model that the API still takes. */
const legacySince = (month: string): Deviation => ({
	field: 'model',
	api: 'without rules',
	why: `legacy since ${month}; the rules are older`,
});
/** Resolutions that came after August, with and without an end image. */
const resolutionsInAugust = (resolutions: string): Deviation[] => [
	{ field: 'resolutions', api: resolutions, why: 'in August; more since October' },
	{ field: 'endImage', api: `at ${resolutions}`, why: 'in August; more since October' },
];

/** In the order of the menu. */
export const MODELS: readonly Model[] = [
	{
		id: 'kling-3.0',
		name: 'Kling 3.0',
		bestFor: 'Cinematic stories in several scenes, up to 4K',
		durations: seconds(3, 15),
		defaultDuration: 5,
		resolutions: HD_TO_4K,
		audio: 'extra',
		endImage: {},
		references: ['image', 'video'],
		rate: { '720p': 48, '1080p': 72, '4k': 240 },
		audioRate: { '720p': 24, '1080p': 24, '4k': 48 },
	},
	{
		id: 'ltx-2.5',
		name: 'LTX 2.5',
		bestFor: 'Fastest; any length up to a minute, with sound',
		durations: seconds(1, 60),
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
		endImage: {},
		differsFromApi: [NEW_IN_OCTOBER],
	},
	{
		id: 'wan-3.0',
		name: 'Wan 3.0',
		bestFor: 'High quality with sound, up to 30 seconds',
		durations: [...seconds(2, 10), 15, 20, 25, 30],
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
		endImage: {},
		references: ['image', 'video', 'audio'],
		differsFromApi: [NEW_IN_OCTOBER],
	},
	{
		id: 'wan-2.2',
		name: 'Wan 2.2',
		bestFor: 'Physical motion, action and camera moves',
		durations: [...seconds(3, 10), 15],
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'none',
		rate: { '480p': 24, '720p': 48, '1080p': 72 },
	},
	{
		id: 'gemini-omni-1.1',
		name: 'Gemini Omni 1.1',
		bestFor: 'Precise short clips up to 4K, no sound',
		durations: seconds(3, 10),
		defaultDuration: 5,
		resolutions: ['360p', ...HD_TO_4K],
		audio: 'none',
		endImage: {},
		aspectRatios: NO_SQUARES,
		differsFromApi: [NEW_IN_OCTOBER],
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
		bestFor: 'Realism and sound, for less than Veo 3.1',
		durations: VEO_DURATIONS,
		defaultDuration: 8,
		resolutions: HD,
		audio: 'extra',
		endImage: { maxSeconds: 8 },
		aspectRatios: NO_SQUARES,
		rate: { '720p': 48, '1080p': 72 },
		audioRate: { '720p': 24, '1080p': 24 },
	},
	{
		id: 'veo3.1',
		name: 'Veo 3.1',
		bestFor: 'Realistic detail, interactions and acting',
		durations: VEO_DURATIONS,
		defaultDuration: 8,
		resolutions: HD,
		audio: 'extra',
		endImage: { maxSeconds: 8 },
		aspectRatios: NO_SQUARES,
		rate: { '720p': 96, '1080p': 120 },
		audioRate: { '720p': 24, '1080p': 24 },
	},
	{
		id: 'seedance-2.5',
		name: 'Seedance 2.5',
		bestFor: 'The finest realism, up to 30 seconds',
		durations: seconds(4, 30),
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
		endImage: {},
		references: ['image', 'video', 'audio'],
		rate: { '480p': 288, '720p': 576 },
		differsFromApi: resolutionsInAugust('480p, 720p'),
	},
	{
		id: 'seedance-2.0',
		name: 'Seedance 2.0',
		bestFor: 'Precise control of what is seen, up to 4K',
		durations: seconds(4, 15),
		defaultDuration: 5,
		resolutions: ['480p', ...HD_TO_4K],
		audio: 'included',
		endImage: {},
		references: ['image', 'video', 'audio'],
		rate: { '480p': 144, '720p': 288 },
		differsFromApi: resolutionsInAugust('480p, 720p'),
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
		references: ['image', 'video', 'audio'],
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
		bestFor: 'True to your image, up to 30 s with sound',
		durations: seconds(1, 30),
		defaultDuration: 5,
		resolutions: UP_TO_1080P,
		audio: 'included',
		references: ['image', 'video', 'audio'],
		rate: { '480p': 24, '720p': 48, '1080p': 72 },
		differsFromApi: [
			{
				field: 'durations',
				api: '1 to 10, 15, 20, 25 or 30',
				why: 'in August; more since October',
			},
		],
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
		legacy: true,
		differsFromApi: [legacySince('October')],
	},
	{
		id: 'sora-2',
		name: 'Sora 2',
		bestFor: 'Up to a minute; 16:9 or 9:16 images',
		durations: [4, 8, 12, 24, 36, 48, 60],
		defaultDuration: 4,
		resolutions: ['720p'],
		audio: 'included',
		imageShapes: [
			[16, 9],
			[9, 16],
		],
		rate: { '720p': 120 },
		legacy: true,
		differsFromApi: [legacySince('October')],
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
		differsFromApi: [legacySince('August')],
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
		differsFromApi: [legacySince('August')],
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

/** A model that may do the work. */
export interface Candidate extends Model {
	/** The only plans that use it: for `default`. */
	readonly plan?: Plan;
}

/** What an id stands for: the row of a model, the rows of the plan's default, or nothing known. */
export interface ModelSelection {
	readonly id: string;
	/**
	 * The models that may do the work: one, several for `default`, each limited to the videos that it does for it, none
	 * for an id the catalogue has no rules for.
	 */
	readonly models: readonly Candidate[];
	/** The id itself says that the video has sound (`veo3.1-audio`). */
	readonly impliesAudio: boolean;
}

/**
 * Resolves a model id, whatever it is: nothing is refused here.
 * @param plan the account's, where it is known: `default` stands for that plan's models then
 */
export function resolveModel(id: string, plan?: Plan): ModelSelection {
	if (id === PLAN_DEFAULT.id) {
		const plans: readonly Plan[] = plan === undefined ? ['paid', 'free'] : [plan];
		return { id, models: plans.flatMap(defaultCandidates), impliesAudio: false };
	}
	const sameAs = LEGACY_VALUES.find((value) => value.id === id)?.sameAs;
	const model = findModel(sameAs ?? id);
	return { id, models: model ? [model] : [], impliesAudio: sameAs !== undefined };
}

/** The models that `default` runs as on a plan, limited to the videos for which it does. */
function defaultCandidates(plan: Plan): Candidate[] {
	return PLAN_DEFAULT.runsAs[plan].flatMap(({ model: id, resolutions, minSeconds = 0 }) => {
		const model = findModel(id);
		if (model === undefined) return [];
		const durations = model.durations.filter((seconds) => seconds >= minSeconds);
		return [{ ...model, durations, resolutions: resolutions ?? model.resolutions, plan }];
	});
}

/** The resolutions that a model makes: with an end image there may be fewer. */
export function resolutionsWith(model: Model, endImage: boolean): readonly Resolution[] {
	const limit = endImage ? model.endImage?.resolutions : undefined;
	return model.resolutions.filter((resolution) => limit?.includes(resolution) ?? true);
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
 * For the plan's default: the plan that a value is limited to, because only its models take it.
 * `undefined`: no limit.
 */
export function planLimit(
	{ models }: ModelSelection,
	takes: (model: Candidate) => boolean,
): Plan | undefined {
	const plansOf = (some: readonly Candidate[]) => [...new Set(some.map(({ plan }) => plan))];
	const takers = plansOf(models.filter(takes));
	return plansOf(models).length > 1 && takers.length === 1 ? takers[0] : undefined;
}

/** Ids of models that can't do a thing for certain: used to hide fields. Unknown ids are not among them. */
export function modelsWithout(can: (model: Model) => boolean): string[] {
	return MODELS.filter((model) => !can(model)).map((model) => model.id);
}
