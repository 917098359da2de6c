import { MODELS, type Candidate, type Model, type Resolution } from './catalogue';
import type { VideoSpec } from './videoSpec';
import { joinOr } from '../lib/text';

const RATED_IDS = MODELS.filter(({ rate }) => rate !== undefined).map(({ id }) => id);

/** What a video will cost, as far as it can be known before. */
export interface Estimate {
	/** Whole credits; `null` when no rate is published. Where it depends on the plan, the highest figure. */
	readonly credits: number | null;
	/** The plan decides, and one of its models costs less than `credits`. */
	readonly dependsOnPlan: boolean;
	/** How the figure came about, or why there is none: a sentence for people. */
	readonly note: string;
}

/**
 * Estimates the credits of a choice from the published rates (`docs/magic-hour-api.md`).
 * The charge is what the API says afterwards.
 */
export function estimateCredits(spec: VideoSpec): Estimate {
	const { selection, candidateModels, seconds, audio } = spec;
	if (candidateModels.length === 0) {
		return unknown(
			`the catalogue has no rate for ${selection.id}; it has rates for ${joinOr(RATED_IDS)}`,
		);
	}
	if (selection.impliesAudio) {
		return unknown(`Magic Hour publishes no rate for ${selection.id}`);
	}
	const resolution = spec.resolution as Resolution;
	const costs = candidateModels.map((model) => ({
		model,
		credits: cost(model, resolution, seconds, audio),
	}));
	const figures = new Set(costs.map(({ credits }) => credits));
	if (figures.size > 1) {
		const each = costs.map(
			({ model, credits }) => `${credits ?? 'unknown'} with ${model.id}${onPlan(model)}`,
		);
		const depends = `it depends on what ${selection.id} runs as: ${each.join(', ')}`;
		if (figures.has(undefined)) return unknown(depends);
		const highest = Math.max(...(figures as Set<number>));
		return { credits: highest, dependsOnPlan: true, note: `At most: ${depends}.` };
	}
	const { model, credits } = costs[0] as (typeof costs)[number];
	if (credits === undefined)
		return unknown(`Magic Hour publishes no rate for ${rated(model, resolution, audio)}`);
	const note = explain(model, resolution, seconds, audio);
	return { credits, dependsOnPlan: false, note };
}

function onPlan({ plan }: Candidate): string {
	return plan === undefined ? '' : ` (${plan === 'paid' ? 'paid plans' : 'free plan'})`;
}

/** A model without any rate, or one that has some for other resolutions, or without sound. */
function rated({ id, rate }: Model, resolution: Resolution, audio: boolean): string {
	if (rate === undefined) return id;
	return `${id} at ${resolution}${audio && rate[resolution] !== undefined ? ' with sound' : ''}`;
}

function unknown(reason: string): Estimate {
	return { credits: null, dependsOnPlan: false, note: `Unknown: ${reason}.` };
}

/** Credits per second of one model, or `undefined` where no rate is published. */
function creditsPerSecond(
	model: Model,
	resolution: Resolution,
	audio: boolean,
): number | undefined {
	const base = model.rate?.[resolution];
	const extra = audio ? audioRate(model, resolution) : 0;
	return base === undefined || extra === undefined ? undefined : base + extra;
}

/** What sound adds to a second, or `undefined` where that is not published. */
function audioRate(model: Model, resolution: Resolution): number | undefined {
	if (model.audio === 'none') return undefined;
	return model.audio === 'included' ? 0 : model.audioRate?.[resolution];
}

function cost(
	model: Model,
	resolution: Resolution,
	seconds: number,
	audio: boolean,
): number | undefined {
	const perSecond = creditsPerSecond(model, resolution, audio);
	return perSecond === undefined ? undefined : Math.ceil(perSecond * seconds);
}

function explain(model: Model, resolution: Resolution, seconds: number, audio: boolean): string {
	const perSecond = creditsPerSecond(model, resolution, audio) as number;
	const sound = audio ? ' with sound' : '';
	return `${seconds} s × ${perSecond} credits per second (${model.id}, ${resolution}${sound}).`;
}
