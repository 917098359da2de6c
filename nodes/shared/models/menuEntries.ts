import {
	MODELS,
	offerOf,
	PLAN_DEFAULT,
	planLimit,
	RESOLUTIONS,
	type Model,
	type Offer,
	type Resolution,
} from './catalogue';
import {
	durationsWith,
	parseResolution,
	parseSeconds,
	resolutionsWith,
	type Choice,
	type Wish,
} from './videoSpec';
import { estimateCredits } from './credits';
import { modelIdOf } from './modelId';

/** What the form says so far. Nothing in it has been checked: the value of an expression may be missing. */
export type Form = Pick<Wish, 'model' | 'duration' | 'resolution' | 'audio' | 'endImage'>;

export interface MenuEntry<T> {
	readonly name: string;
	readonly value: T;
}

/** The models, with what each is best for: n8n shows nothing but the name in a list that can be searched. */
export function modelEntries(): Array<MenuEntry<string>> {
	return [PLAN_DEFAULT, ...MODELS].map((model) => {
		const legacy = 'legacy' in model && model.legacy ? ' (Legacy)' : '';
		return { name: `${model.name}${legacy} · ${model.bestFor}`, value: model.id };
	});
}

/** The lengths that the chosen model makes, in seconds, at the chosen resolution and with an end image if there is one. */
export function durationEntries(form: Form): Array<MenuEntry<number>> {
	const { offer, models, resolution, endImage } = read(form);
	const atResolution = models.filter(
		(model) => offer === ANYTHING || makesResolution(model, resolution, endImage),
	);
	// A resolution that is not right is marked in its own field: it must not leave this menu empty.
	const makers = atResolution.length > 0 ? atResolution : models;
	const lengths = [...new Set(makers.flatMap((model) => durationsWith(model, endImage)))];
	return lengths
		.sort((a, b) => a - b)
		.map((seconds) => {
			const takers = makers.filter((model) => durationsWith(model, endImage).includes(seconds));
			const price = atResolution.length > 0 ? priceTag(form, offer, takers, seconds) : '';
			return { name: `${seconds} s${planMark(offer, takers)}${price}`, value: seconds };
		});
}

/** The resolutions that the chosen model makes, with an end image if there is one. */
export function resolutionEntries(form: Form): Array<MenuEntry<Resolution>> {
	const { offer, models, seconds, endImage } = read(form);
	return RESOLUTIONS.flatMap((resolution) => {
		const takers = models.filter((model) => makesResolution(model, resolution, endImage));
		if (takers.length === 0) return [];
		const makers = takers.filter(
			(model) => seconds !== undefined && durationsWith(model, endImage).includes(seconds),
		);
		const atResolution = { ...form, resolution };
		const price =
			makers.length > 0
				? priceTag(atResolution, offer, makers, seconds as number)
				: priceTag(atResolution, offer, takers, 1, ' per second');
		return [{ name: `${resolution}${planMark(offer, takers)}${price}`, value: resolution }];
	});
}

/** A model that the catalogue has no rules for, or that is not known yet, may make what any model makes. */
const ANYTHING: Offer = { id: '', models: MODELS, impliesAudio: false };

interface Known {
	readonly offer: Offer;
	/** The models of the offer that take an end image if there is one: all of them if none does. */
	readonly models: readonly Model[];
	readonly seconds?: number;
	readonly resolution?: string;
	readonly endImage: boolean;
}

function read({ model, duration, resolution, endImage: wanted }: Form): Known {
	const known = offerOf((typeof model === 'string' ? modelIdOf(model.trim()) : undefined) ?? '');
	const offer = known.models.length === 0 ? ANYTHING : known;
	const takers = offer.models.filter((each) => each.endImage !== undefined);
	const endImage = wanted && offer !== ANYTHING && takers.length > 0;
	return {
		offer,
		models: endImage ? takers : offer.models,
		seconds: parseSeconds(duration),
		resolution: parseResolution(resolution),
		endImage,
	};
}

function makesResolution(model: Model, resolution: string | undefined, endImage: boolean): boolean {
	return (resolutionsWith(model, endImage) as readonly string[]).includes(resolution ?? '');
}

const PLAN_NAMES = { paid: ' (Paid Plans Only)', free: ' (Free Plan Only)' };

/** For the plan's default: says so where only one plan's model takes the value. */
function planMark(offer: Offer, takers: readonly Model[]): string {
	const limit = planLimit(offer, (model) => takers.includes(model));
	return limit === undefined ? '' : PLAN_NAMES[limit];
}

/** What a video of so many seconds costs. Empty where the model is not known: then there is nothing to say of it. */
function priceTag(
	{ resolution, audio }: Form,
	offer: Offer,
	makers: readonly Model[],
	seconds: number,
	unit = '',
): string {
	if (offer === ANYTHING) return '';
	const choice: Choice = {
		offer,
		makers,
		seconds,
		resolution: parseResolution(resolution),
		audio,
		notes: [],
	};
	const { credits, dependsOnPlan } = estimateCredits(choice);
	if (credits === null) return ' · price unknown';
	return ` · ${dependsOnPlan ? 'up to ' : ''}${credits} credits${unit}`;
}
