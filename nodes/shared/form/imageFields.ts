import type { INodeProperties } from 'n8n-workflow';
import { choicesOf } from '../n8n/parameters';

/** What the form says of an image: the same for every image of every node. */

export type ImageSource = 'binary' | 'url' | 'filePath' | 'savedItem';

/** The fields of one image, and what it is called in messages. */
export interface ImageFields {
	readonly label: string;
	readonly source: INodeProperties;
	readonly binaryField: INodeProperties;
	readonly url: INodeProperties;
	readonly filePath: INodeProperties;
	readonly savedItem: INodeProperties;
}

/** Choices of where an image comes from. */
export const SOURCE_OPTIONS: NonNullable<INodeProperties['options']> = [
	{
		name: 'Binary Field',
		value: 'binary',
		description: 'An image file in a field of the input item, such as an upload or a download',
	},
	{
		name: 'Magic Hour File',
		value: 'filePath',
		description:
			'An image that is at Magic Hour: uploaded by the Upload Image operation, or in your library',
	},
	{
		name: 'Saved Item',
		value: 'savedItem',
		description:
			'An image that is saved in your Magic Hour account: a character, a reference or a moodboard',
	},
	{
		name: 'URL',
		value: 'url',
		description: 'A public https:// URL that Magic Hour fetches the image from',
	},
];

/** The fields of one image, but for their names and labels. */
export const BINARY_FIELD = {
	type: 'string',
	hint: 'The name of the input binary field that contains the image',
} satisfies Partial<INodeProperties>;

export const URL_FIELD = {
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/photo.png',
	description: 'Public https:// URL of the image, with its file extension. Magic Hour fetches it.',
} satisfies Partial<INodeProperties>;

export const FILE_FIELD = {
	type: 'string',
	default: '',
	placeholder: 'e.g. api-assets/ab12/photo.png',
	description:
		'The file_path that the Upload Image operation returned (kept for 7 days), or the URL of an image in your Magic Hour library',
} satisfies Partial<INodeProperties>;

export const SAVED_ITEM_FIELD = {
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The list has the images of your saved items. Their file paths never expire.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a saved item…',
			typeOptions: { searchListMethod: 'searchSavedItems', searchable: true },
		},
		{
			displayName: 'By File Path',
			name: 'path',
			type: 'string',
			placeholder: 'e.g. saved-items/ab12/1.png',
			hint: 'The file_path of an image of a saved item',
		},
	],
} satisfies Partial<INodeProperties>;

/** The fields of what has one image, under their usual names. @param description of where it is taken from */
export function oneImage(label: string, description: string): ImageFields {
	return {
		label,
		source: {
			displayName: 'Image From',
			name: 'imageSource',
			type: 'options',
			options: SOURCE_OPTIONS,
			default: 'binary',
			description,
		},
		binaryField: {
			displayName: 'Input Binary Field',
			name: 'binaryPropertyName',
			default: 'data',
			placeholder: 'e.g. data',
			...BINARY_FIELD,
		},
		url: { displayName: 'Image URL', name: 'imageUrl', ...URL_FIELD },
		filePath: { displayName: 'Image File', name: 'imageFilePath', ...FILE_FIELD },
		savedItem: { displayName: 'Saved Item', name: 'imageSavedItem', ...SAVED_ITEM_FIELD },
	};
}

/** The value of a source field that says that there is no image. */
export const NO_IMAGE = 'none';

/**
 * The fields of an image in the form, each shown where its source is chosen: by value or, as people and programs that
 * write workflows do, by label. n8n would throw away what is in a field that is not shown.
 */
export function imageFormFields(
	{ source, binaryField, url, filePath, savedItem }: ImageFields,
	conditions: NonNullable<INodeProperties['displayOptions']>,
): INodeProperties[] {
	const shownFor = (field: INodeProperties, value: ImageSource): INodeProperties => {
		const label = choicesOf(source).find((choice) => choice.value === value)?.name ?? value;
		const show = { ...conditions.show, [source.name]: [value, label] };
		return { ...field, displayOptions: { ...conditions, show } };
	};
	return [
		{ ...source, displayOptions: conditions },
		shownFor(binaryField, 'binary'),
		shownFor(url, 'url'),
		shownFor(filePath, 'filePath'),
		shownFor(savedItem, 'savedItem'),
	];
}
