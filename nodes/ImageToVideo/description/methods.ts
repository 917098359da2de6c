import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import {
	durationEntries,
	modelEntries,
	resolutionEntries,
	type Form,
} from '../../shared/models/menuEntries';
import { choiceOf } from '../../shared/n8n/parameters';
import { END_IMAGE, NO_IMAGE } from './imageFields';

/** What the dropdowns hold: computed from the catalogue, without any request. */

/** The models, for the searchable list. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const wanted = (filter ?? '').trim().toLowerCase();
	const matches = ({ name, value }: { name: string; value: string }) =>
		[name, value].some((text) => text.toLowerCase().includes(wanted));
	return { results: modelEntries().filter(matches) };
}

export async function getDurations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return durationEntries(formOf(this));
}

export async function getResolutions(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return resolutionEntries(formOf(this));
}

/** Reads the fields that decide what the menus hold and say: `fields.ts` names them to n8n, in `dependsOn`. */
function formOf(n8n: ILoadOptionsFunctions): Form {
	const read = (name: string): unknown => n8n.getCurrentNodeParameter(name);
	return {
		model: read('model.value') ?? read('model'),
		duration: read('duration'),
		resolution: read('resolution'),
		audio: [true, 'true'].includes(read('audio') as boolean | string),
		endImage:
			read('operation') === 'generate' &&
			![NO_IMAGE, undefined].includes(choiceOf(read(END_IMAGE.source.name), END_IMAGE.source)),
	};
}
