import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import {
	durationsOf,
	MODELS,
	offerOf,
	PLAN_DEFAULT,
	planLimit,
	resolutionsOf,
	type Model,
	type Offer,
} from '../shared/catalogue';

/** What the dropdowns hold: computed from the catalogue, without any request. */

/** The models, for the searchable list. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const entries = [PLAN_DEFAULT, ...MODELS].map((model) => ({
		name: 'legacy' in model && model.legacy ? `${model.name} (Legacy)` : model.name,
		value: model.id,
		description: model.bestFor,
	}));
	const wanted = (filter ?? '').trim().toLowerCase();
	const matches = ({ name, value, description }: (typeof entries)[number]) =>
		[name, value, description].some((text) => text.toLowerCase().includes(wanted));
	return { results: entries.filter(matches) };
}

/** The durations that the chosen model makes. */
export async function getDurations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const offer = chosenOffer(this);
	return durationsOf(offer).map((seconds) => ({
		name: `${seconds} s${marked(offer, (model) => model.durations.includes(seconds))}`,
		value: seconds,
	}));
}

/** The resolutions that the chosen model makes. */
export async function getResolutions(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const offer = chosenOffer(this);
	return resolutionsOf(offer).map((resolution) => ({
		name: `${resolution}${marked(offer, (model) => model.resolutions.includes(resolution))}`,
		value: resolution,
	}));
}

/** A model that the catalogue has no rules for, or that an expression decides, may make what any model makes. */
const ANYTHING: Offer = { id: '', models: MODELS, impliesAudio: false };

function chosenOffer(n8n: ILoadOptionsFunctions): Offer {
	const model = n8n.getCurrentNodeParameter('model', { extractValue: true });
	const offer = offerOf(typeof model === 'string' ? model : '');
	return offer.models.length === 0 ? ANYTHING : offer;
}

const PLAN_NAMES = { paid: ' (Paid Plans Only)', free: ' (Free Plan Only)' };

/** For the plan's default: says so where only one plan's model takes the value. */
function marked(offer: Offer, takes: (model: Model) => boolean): string {
	const limit = planLimit(offer, takes);
	return limit === undefined ? '' : PLAN_NAMES[limit];
}
