import { MODELS, type ModelRules } from '../../local-api/models.mts';

/**
 * What Magic Hour's documents say about each model: the table of the local API, typed from them by hand and apart from the
 * node's catalogue. The tests hold the catalogue against this, so it must not be computed from there.
 */
export interface ModelFacts {
	readonly id: string;
	readonly durations: readonly number[];
	readonly resolutions: readonly string[];
	readonly audio: 'none' | 'included' | 'extra';
	/** At which resolutions an end image is taken, and up to how many seconds. */
	readonly endImage: 'none' | { readonly resolutions: readonly string[]; readonly upTo?: number };
	/** The only shapes of image that are taken, as '16:9'. */
	readonly aspects?: readonly string[];
	/** Aspect ratios of videos from text. */
	readonly aspectRatios: readonly string[];
	/** What a prompt of text-to-video can refer to. */
	readonly references: readonly string[];
	/** Credits per second, by resolution, where a rate is published: [without sound, with sound (absent: makes none)]. */
	readonly credits: Readonly<Partial<Record<string, readonly [number, number?]>>>;
}

export const MODEL_FACTS: readonly ModelFacts[] = Object.entries(MODELS).map(([id, rules]) => ({
	id,
	durations: rules.seconds,
	resolutions: rules.resolutions,
	audio: rules.audio,
	endImage: endImageOf(rules),
	aspects: rules.aspects,
	aspectRatios: ['16:9', '9:16', '1:1'].filter((ratio) => !rules.notFromText?.includes(ratio)),
	references: rules.references ?? [],
	credits: creditsOf(rules),
}));

function endImageOf({ endImage, endImageMaxSeconds }: ModelRules): ModelFacts['endImage'] {
	if (endImage === undefined) return 'none';
	return {
		resolutions: endImage,
		...(endImageMaxSeconds !== undefined && { upTo: endImageMaxSeconds }),
	};
}

function creditsOf({ audio, rates = {}, audioRates = {} }: ModelRules): ModelFacts['credits'] {
	return Object.fromEntries(
		Object.entries(rates).map(([resolution, rate]) => {
			const extra = audioRates[resolution as keyof typeof audioRates] ?? 0;
			return [resolution, audio === 'none' ? [rate] : [rate, rate + extra]];
		}),
	);
}

/** What a video costs; `null` where no rate is published. */
export function creditsFor(
	{ credits }: ModelFacts,
	seconds: number,
	resolution: string,
	audio: boolean,
): number | null {
	const rates = credits[resolution];
	if (rates === undefined) return null;
	const [silent, withSound = NaN] = rates;
	return (audio ? withSound : silent) * seconds;
}

/** @throws {Error} when the model has no row */
export function factsOf(id: string): ModelFacts {
	const facts = MODEL_FACTS.find((each) => each.id === id);
	if (facts === undefined) throw new Error(`The model ${id} has no row in local-api/models.mts`);
	return facts;
}

/** Values that the API still takes, with no table of their own. */
export const LEGACY_IDS = ['ltx-2', 'kling-1.6', 'kling-2.5-audio', 'veo3.1-audio'] as const;
