import { meantText } from '../lib/text';
import {
	durationsOf,
	durationsWith,
	MODELS,
	resolveModel,
	PLAN_DEFAULT,
	planLimit,
	RESOLUTIONS,
	resolutionsWith,
	type Model,
	type ModelSelection,
	type Resolution,
} from './catalogue';
import { parseResolution, parseSeconds, type VideoSpec, type VideoParams } from './videoSpec';
import { estimateCredits } from './credits';
import { modelIdOf } from './modelId';

/** What the form says so far. Nothing in it has been checked: the value of an expression may be missing. */
export type Form = Pick<VideoParams, 'model' | 'duration' | 'resolution' | 'audio' | 'endImage'>;

interface MenuEntry<T> {
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
	const { selection, models, resolution, endImage } = read(form);
	const atResolution = models.filter(
		(model) => selection === ANYTHING || makesResolution(model, resolution, endImage),
	);
	// A resolution that is not right is marked in its own field: it must not leave this menu empty.
	const candidateModels = atResolution.length > 0 ? atResolution : models;
	return durationsOf(candidateModels, endImage).map((seconds) => {
		const takers = candidateModels.filter((model) =>
			durationsWith(model, endImage).includes(seconds),
		);
		const price = atResolution.length > 0 ? priceTag(form, selection, takers, seconds) : '';
		return { name: `${seconds} s${planMark(selection, takers)}${price}`, value: seconds };
	});
}

/** The resolutions that the chosen model makes, with an end image if there is one. */
export function resolutionEntries(form: Form): Array<MenuEntry<Resolution>> {
	const { selection, models, seconds, endImage } = read(form);
	return RESOLUTIONS.flatMap((resolution) => {
		const takers = models.filter((model) => makesResolution(model, resolution, endImage));
		if (takers.length === 0) return [];
		const candidateModels = takers.filter(
			(model) => seconds !== undefined && durationsWith(model, endImage).includes(seconds),
		);
		const atResolution = { ...form, resolution };
		const price =
			candidateModels.length > 0
				? priceTag(atResolution, selection, candidateModels, seconds as number)
				: priceTag(atResolution, selection, takers, 1, ' per second');
		return [{ name: `${resolution}${planMark(selection, takers)}${price}`, value: resolution }];
	});
}

/** A model that the catalogue has no rules for, or that is not known yet, may make what any model makes. */
const ANYTHING: ModelSelection = { id: '', models: MODELS, impliesAudio: false };

interface Known {
	readonly selection: ModelSelection;
	/** The models of the selection that take an end image if there is one: all of them if none does. */
	readonly models: readonly Model[];
	readonly seconds?: number;
	readonly resolution?: string;
	readonly endImage: boolean;
}

function read({ model, duration, resolution, endImage: wanted }: Form): Known {
	const known = resolveModel(
		(typeof model === 'string' ? modelIdOf(meantText(model)) : undefined) ?? '',
	);
	const selection = known.models.length === 0 ? ANYTHING : known;
	const takers = selection.models.filter((each) => each.endImage !== undefined);
	const endImage = wanted && selection !== ANYTHING && takers.length > 0;
	return {
		selection,
		models: endImage ? takers : selection.models,
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
function planMark(selection: ModelSelection, takers: readonly Model[]): string {
	const limit = planLimit(selection, (model) => takers.includes(model));
	return limit === undefined ? '' : PLAN_NAMES[limit];
}

/** What a video of so many seconds costs. Empty where the model is not known: then there is nothing to say of it. */
function priceTag(
	{ resolution, audio }: Form,
	selection: ModelSelection,
	candidateModels: readonly Model[],
	seconds: number,
	unit = '',
): string {
	if (selection === ANYTHING) return '';
	const spec: VideoSpec = {
		selection,
		candidateModels,
		seconds,
		resolution: parseResolution(resolution),
		audio,
		notes: [],
	};
	const { credits, dependsOnPlan } = estimateCredits(spec);
	if (credits === null) return ' · price unknown';
	return ` · ${dependsOnPlan ? 'up to ' : ''}${credits} credits${unit}`;
}
