import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../shared/lib/errors';
import {
	describeContent,
	HEADER_BYTES,
	IMAGE_EXTENSIONS,
	MIME_TYPES,
	readImageHeader,
	type ImageFormat,
	type ImageHeader,
	type ImageSize,
} from '../../shared/media/imageFormat';
import { checkFilePath, checkImageUrl } from '../../shared/media/imageReference';
import type { ByteStream, Payload } from '../../shared/api/transport';
import { oneLine, orList, shown, shownList } from '../../shared/lib/text';
import { isFile, readBinaryField, readText, type BinaryField } from './parameters';

/** An image as the API will get it: a reference that is sent as it is, or a file that has to be uploaded first. */
export type ImageInput =
	| { readonly kind: 'reference'; readonly path: string }
	| { readonly kind: 'file'; readonly file: ImageFile };

export interface ImageFile {
	readonly format: ImageFormat;
	/** `undefined` where the header does not show it. */
	readonly size?: ImageSize;
	/** SHA-256 of the content, in hex. */
	readonly hash: string;
	/** Opens the content for one upload. */
	open(): Promise<Payload>;
}

type Source = 'binary' | 'url' | 'filePath';

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

/** Whether the item has an image under these parameters at all. */
export function isGiven(
	n8n: IExecuteFunctions,
	parameters: ImageParameters,
	itemIndex: number,
): boolean {
	return isSource(readText(n8n, parameters.source, itemIndex));
}

/** Whether the value of a source field says that there is an image. */
export function isSource(value: string): boolean {
	return !['', 'none'].includes(value);
}

/**
 * Reads and checks an image of one item, without any request. Files are read through once, for their hash.
 * @throws {InvalidInput} when it can't be an image that Magic Hour takes
 */
export async function readImage(
	n8n: IExecuteFunctions,
	parameters: ImageParameters,
	itemIndex: number,
): Promise<ImageInput> {
	const { label } = parameters;
	const text = (name: string) => readText(n8n, name, itemIndex);
	const source = text(parameters.source) as Source;
	if (source === 'url') {
		return { kind: 'reference', path: checkImageUrl(text(parameters.url), `${label} URL`) };
	}
	if (source === 'filePath') {
		return { kind: 'reference', path: checkFilePath(text(parameters.filePath), `${label} File`) };
	}
	return {
		kind: 'file',
		file: await readImageFile(
			n8n,
			readBinaryField(n8n, parameters.binaryField, itemIndex),
			label,
			itemIndex,
		),
	};
}

/** Checks the image in a binary field. @throws {InvalidInput} when it is none that Magic Hour takes */
export async function readImageFile(
	n8n: IExecuteFunctions,
	field: BinaryField,
	label: string,
	itemIndex: number,
): Promise<ImageFile> {
	const binary = typeof field === 'string' ? findBinary(n8n, field, label, itemIndex) : field;
	const { id } = binary;
	const content = async (): Promise<Buffer | ByteStream> =>
		id === undefined
			? Buffer.from(binary.data, 'base64')
			: ((await n8n.helpers.getBinaryStream(id)) as ByteStream);

	const { header, description, length, hash } = await surveyOnce(n8n, id, content);
	const unnamed = typeof field === 'string' ? `The file in "${field}"` : 'The file';
	const name = binary.fileName ? shown(binary.fileName) : unnamed;
	if (length === 0) {
		throw new InvalidInput(
			`${label}: ${name} is empty (0 bytes)`,
			'Check the node that the file comes from.',
		);
	}
	if (header === undefined) {
		throw new InvalidInput(
			`${label}: ${name} is ${description}, which Magic Hour does not take`,
			`Give an image of one of these formats: ${orList(IMAGE_EXTENSIONS)}. What counts is the content, not the name of the file.`,
		);
	}
	return {
		...header,
		hash,
		open: async () => ({ content: await content(), length, mimeType: MIME_TYPES[header.format] }),
	};
}

/** @throws {InvalidInput} that lists the binary fields that there are */
function findBinary(
	n8n: IExecuteFunctions,
	field: string,
	label: string,
	itemIndex: number,
): IBinaryData {
	try {
		const found = n8n.helpers.assertBinaryData(itemIndex, field);
		// n8n also finds what every object has, such as `constructor`.
		if (isFile(found)) return found;
	} catch {
		// Told below, with the fields that there are.
	}
	const available = Object.keys(n8n.getInputData()[itemIndex]?.binary ?? {});
	return missingBinary(field, available, label);
}

function missingBinary(field: string, available: readonly string[], label: string): never {
	throw new InvalidInput(
		`${label}: the item has no binary field named "${oneLine(field, 80)}"; ` +
			(available.length === 0
				? 'it has no file at all'
				: `it has ${shownList(available.map(shown))}`),
		'Connect a node that outputs a file, such as a form, a download or Read/Write Files from Disk, and give the name of its binary field.',
	);
}

/** What is kept of a file: nothing that grows with it. */
interface Survey {
	/** `undefined`: it is no image that Magic Hour takes. */
	readonly header?: ImageHeader;
	/** What it is, for a message. */
	readonly description: string;
	/** Bytes in all. */
	readonly length: number;
	/** SHA-256, in hex. */
	readonly hash: string;
}

/** Surveys of stored files, by run and file: many items may share one file, which is then read once. */
const SURVEYS = new WeakMap<IExecuteFunctions, Map<string, Promise<Survey>>>();

async function surveyOnce(
	n8n: IExecuteFunctions,
	id: string | undefined,
	content: () => Promise<Buffer | ByteStream>,
): Promise<Survey> {
	const read = async () => await survey(await content());
	if (id === undefined) return await read();
	const surveys = SURVEYS.get(n8n) ?? new Map<string, Promise<Survey>>();
	SURVEYS.set(n8n, surveys);
	const known = surveys.get(id) ?? read();
	surveys.set(id, known);
	return await known;
}

/** Reads content through. */
async function survey(content: Buffer | ByteStream): Promise<Survey> {
	const hash = createHash('sha256');
	const beginning: Buffer[] = [];
	let length = 0;
	for await (const chunk of Buffer.isBuffer(content) ? [content] : content) {
		if (length < HEADER_BYTES) beginning.push(chunk);
		length += chunk.length;
		hash.update(chunk);
	}
	const head = Buffer.concat(beginning).subarray(0, HEADER_BYTES);
	return {
		header: readImageHeader(head),
		description: describeContent(head),
		length,
		hash: hash.digest('hex'),
	};
}
