import type { INodeProperties } from 'n8n-workflow';

/** What the form says of an image: the same for every image of the node. */

export type ImageSource = 'binary' | 'url' | 'filePath';

/** Names of the parameters of one image, and what its fields are called. */
export interface ImageParameters {
	readonly source: string;
	readonly binaryField: string;
	readonly url: string;
	readonly filePath: string;
	readonly label: string;
}

export const START_IMAGE: ImageParameters = {
	source: 'imageSource',
	binaryField: 'binaryPropertyName',
	url: 'imageUrl',
	filePath: 'imageFilePath',
	label: 'Image',
};

export const END_IMAGE: ImageParameters = {
	source: 'endImageSource',
	binaryField: 'endImageBinaryPropertyName',
	url: 'endImageUrl',
	filePath: 'endImageFilePath',
	label: 'End Image',
};

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
		name: 'URL',
		value: 'url',
		description: 'A public https:// URL that Magic Hour fetches the image from',
	},
];

/** Whether the value of a source field says that there is an image. */
export function isSource(value: string): boolean {
	return !['', 'none'].includes(value);
}

/** The fields of one image, but for their names and labels. */
export const IMAGE_BINARY_FIELD = {
	type: 'string',
	required: true,
	hint: 'The name of the input binary field that contains the image',
} satisfies Partial<INodeProperties>;

export const IMAGE_URL_FIELD = {
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. https://example.com/photo.png',
	description: 'Public https:// URL of the image, with its file extension. Magic Hour fetches it.',
} satisfies Partial<INodeProperties>;

export const IMAGE_FILE_FIELD = {
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. api-assets/ab12/photo.png',
	description:
		'The file_path that the Upload Image operation returned (kept for 7 days), or the URL of an image in your Magic Hour library',
} satisfies Partial<INodeProperties>;
