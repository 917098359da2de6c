import type { INodeProperties } from 'n8n-workflow';
import { imageFormFields, oneImage } from '../../shared/form/imageFields';
import { PROMPT as OPTIONAL_PROMPT } from '../../shared/form/fields';

export const PROMPT: INodeProperties = {
	...OPTIONAL_PROMPT,
	placeholder: 'e.g. A fox runs through fresh snow at dawn; the camera follows',
	description:
		'What the video shows, in up to 20,000 characters. Call reference images by their names, with an @, such as @bottle.',
};

export const ASPECT_RATIO: INodeProperties = {
	displayName: 'Aspect Ratio',
	name: 'aspectRatio',
	type: 'options',
	options: [
		{ name: 'Landscape (16:9)', value: '16:9' },
		{ name: 'Portrait (9:16)', value: '9:16' },
		{ name: 'Square (1:1)', value: '1:1' },
	],
	default: '16:9',
	description: 'The shape of the video. Veo and Gemini Omni make no squares.',
};

/** The image of one reference. */
export const REFERENCE_IMAGE = oneImage('Reference Image', 'Where to take the image from');

export const REFERENCE_NAME: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. bottle',
	description:
		'What the prompt calls this image, with an @ before it: letters A to Z, digits, _ and -, with a letter first',
};

/** The group of a reference, in the collection of all. */
export const REFERENCE_GROUP = 'reference';

export const MAX_REFERENCES = 10;

export const REFERENCES: INodeProperties = {
	displayName: 'Reference Images',
	name: 'referenceImages',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Reference Image',
	default: {},
	description:
		'Up to 10 images of people, products or places that the video is to show. The prompt calls each by its name, such as @bottle.',
	options: [
		{
			displayName: 'Reference Image',
			name: REFERENCE_GROUP,
			values: [REFERENCE_NAME, ...imageFormFields(REFERENCE_IMAGE, {})],
		},
	],
};
