import { MODELS, PLAN_DEFAULT, type Model, type Rate, type Resolution } from './catalogue';
import type { VideoSpec } from './videoSpec';
import { joinOr } from '../lib/text';

const RATED_IDS = MODELS.filter(({ rate }) => rate !== undefined).map(({ id }) => id);

/** What a video will cost, as far as it can be known before. */
export interface Estimate {
	/** Whole credits; `null` when no rate is published. Where it depends on the plan, the higher figure. */
	readonly credits: number | null;
	/** The plan decides, and one of its models costs less than `credits`. */
	readonly dependsOnPlan: boolean;
	/** How the figure came about, or why there is none: a sentence for people. */
	readonly note: string;
}

/**
 * Estimates the credits of a choice from the published rates (`docs/magic-hour-api.md`, 2026-08).
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
	const unpriced = costs.find(({ credits }) => credits === undefined);
	if (unpriced) return unknown(`Magic Hour publishes no rate for ${unpriced.model.id}`);
	const known = costs as Array<{ model: Model; credits: number }>;
	const highest = Math.max(...known.map(({ credits }) => credits));
	if (known.some(({ credits }) => credits !== highest)) {
		const each = known.map(
			({ model, credits }) =>
				`${credits} on ${model.id === PLAN_DEFAULT.paid ? 'paid plans' : 'the free plan'} (${model.id})`,
		);
		return {
			credits: highest,
			dependsOnPlan: true,
			note: `Depends on the plan: ${each.join(', ')}.`,
		};
	}
	const { model } = known[0] as { model: Model };
	const note = explain(model, resolution, seconds, audio);
	return { credits: highest, dependsOnPlan: false, note };
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
	if (base === undefined) return undefined;
	return base + (audio ? extra(model.audioRate, resolution) : 0);
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

function extra(rate: Rate | undefined, resolution: Resolution): number {
	return rate?.[resolution] ?? 0;
}

function explain(model: Model, resolution: Resolution, seconds: number, audio: boolean): string {
	const perSecond = creditsPerSecond(model, resolution, audio) as number;
	const sound = audio ? ' with sound' : '';
	return `${seconds} s × ${perSecond} credits per second (${model.id}, ${resolution}${sound}).`;
}
