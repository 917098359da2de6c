import {
	BINARY_FIELD,
	FILE_FIELD,
	NO_IMAGE,
	oneImage,
	SAVED_ITEM_FIELD,
	SOURCE_OPTIONS,
	URL_FIELD,
	type ImageFields,
} from '../../shared/form/imageFields';
import { choiceOf } from '../../shared/n8n/parameters';

/** The images that a video begins and ends with. */

export const START_IMAGE = oneImage(
	'Image',
	'Where to take the image from that the video begins with',
);

export const END_IMAGE: ImageFields = {
	label: 'End Image',
	source: {
		displayName: 'End Image From',
		name: 'endImageSource',
		type: 'options',
		options: [
			{
				name: 'None',
				value: NO_IMAGE,
				description: 'No end image: the model decides how the video ends',
			},
			...SOURCE_OPTIONS,
		],
		default: NO_IMAGE,
		description:
			'Where to take the image from that the video ends with, if you want one. With some models there are fewer durations or resolutions then.',
	},
	binaryField: {
		displayName: 'End Image Binary Field',
		name: 'endImageBinaryPropertyName',
		default: 'endImage',
		placeholder: 'e.g. endImage',
		...BINARY_FIELD,
	},
	url: { displayName: 'End Image URL', name: 'endImageUrl', ...URL_FIELD },
	filePath: { displayName: 'End Image File', name: 'endImageFilePath', ...FILE_FIELD },
	savedItem: {
		displayName: 'End Image Saved Item',
		name: 'endImageSavedItem',
		...SAVED_ITEM_FIELD,
	},
};

/** The fields that {@link hasEndImage} reads. */
export const END_IMAGE_DEPENDS_ON = [END_IMAGE.source.name, 'operation'];

/** Whether the form, which nobody has checked yet, has an end image. @param read the value of a field */
export function hasEndImage(read: (name: string) => unknown): boolean {
	const source = choiceOf(read(END_IMAGE.source.name), END_IMAGE.source);
	return read('operation') === 'generate' && ![NO_IMAGE, undefined].includes(source);
}
