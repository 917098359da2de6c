import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';
import { searchSavedItems } from './savedItems';
import { durationEntries, modelEntries, resolutionEntries, type Form } from '../models/menuEntries';

/** What the dropdowns hold: computed from the catalogue, without any request, but for the saved items. */

/** The models, for the searchable list. */
async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const wanted = (filter ?? '').trim().toLowerCase();
	const matches = ({ name, value }: { name: string; value: string }) =>
		[name, value].some((text) => text.toLowerCase().includes(wanted));
	return { results: modelEntries().filter(matches) };
}

type ReadField = (name: string) => unknown;

/**
 * The menus of durations and resolutions. They read the fields that decide what they hold and say: `fields.ts` names them
 * to n8n, in `dependsOn`.
 * @param hasEndImage whether the form has an end image
 */
export function menuMethods(hasEndImage: (read: ReadField) => boolean = () => false) {
	const formOf = (n8n: ILoadOptionsFunctions): Form => {
		const read: ReadField = (name) => n8n.getCurrentNodeParameter(name);
		return {
			model: read('model.value') ?? read('model'),
			duration: read('duration'),
			resolution: read('resolution'),
			audio: [true, 'true'].includes(read('audio') as boolean | string),
			endImage: hasEndImage(read),
		};
	};
	return {
		listSearch: { searchModels, searchSavedItems },
		loadOptions: {
			async getDurations(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return durationEntries(formOf(this));
			},
			async getResolutions(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return resolutionEntries(formOf(this));
			},
		},
	};
}
