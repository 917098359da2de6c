import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { InvalidInputError } from '../../shared/lib/errors';
import { IMAGE_EXTENSIONS, MIME_TYPES } from '../../shared/media/imageFormat';
import { ImageInspector, type ImageReport } from '../../shared/media/imageInspector';
import { checkFilePath, checkImageUrl } from '../../shared/media/imageReference';
import type { ByteStream } from '../../shared/api/transport';
import { singleLine, joinOr, formatValue, formatList } from '../../shared/lib/text';
import { isSource, type ImageParameters, type ImageSource } from '../description/imageFields';
import type { ImageFile, ImageInput } from '../../shared/generation/videoRequest';
import { isFile, readBinaryField, readText, type BinaryField } from './parameters';

/** Whether the item has an image under these parameters at all. */
export function isGiven(
	n8n: IExecuteFunctions,
	parameters: ImageParameters,
	itemIndex: number,
): boolean {
	return isSource(readText(n8n, parameters.source, itemIndex));
}

/**
 * Reads and checks an image of one item, without any request. Files are read through once, for their hash.
 * @throws {InvalidInputError} when it can't be an image that Magic Hour takes
 */
export async function readImage(
	n8n: IExecuteFunctions,
	parameters: ImageParameters,
	itemIndex: number,
): Promise<ImageInput> {
	const { label } = parameters;
	const text = (name: string) => readText(n8n, name, itemIndex);
	const source = text(parameters.source) as ImageSource;
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

/** Checks the image in a binary field. @throws {InvalidInputError} when it is none that Magic Hour takes */
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

	const { header, description, length, isWhole, hash } = await inspectFileOnce(n8n, id, content);
	const unnamed = typeof field === 'string' ? `The file in "${field}"` : 'The file';
	const name = binary.fileName ? formatValue(binary.fileName) : unnamed;
	if (length === 0) {
		throw new InvalidInputError(
			`${label}: ${name} is empty (0 bytes)`,
			'Check the node that the file comes from.',
		);
	}
	if (header === undefined) {
		throw new InvalidInputError(
			`${label}: ${name} is ${description}, which Magic Hour does not take`,
			`Give an image of one of these formats: ${joinOr(IMAGE_EXTENSIONS)}. What counts is the content, not the name of the file.`,
		);
	}
	if (!isWhole) {
		throw new InvalidInputError(
			`${label}: ${name} is cut off: a part of the image is missing behind its ${length} bytes`,
			'Nothing was uploaded or charged. Check the node that the file comes from: a download may have broken off.',
		);
	}
	return {
		...header,
		hash,
		open: async () => ({ content: await content(), length, mimeType: MIME_TYPES[header.format] }),
	};
}

/** @throws {InvalidInputError} that lists the binary fields that there are */
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
	throw new InvalidInputError(
		`${label}: the item has no binary field named "${singleLine(field, 80)}"; ` +
			(available.length === 0
				? 'it has no file at all'
				: `it has ${formatList(available.map(formatValue))}`),
		'Connect a node that outputs a file, such as a form, a download or Read/Write Files from Disk, and give the name of its binary field.',
	);
}

/** What is kept of a file: nothing that grows with it. */
interface FileInfo extends ImageReport {
	/** SHA-256, in hex. */
	readonly hash: string;
}

/** Surveys of stored files, by run and file: many items may share one file, which is then read once. */
const FILE_INFOS = new WeakMap<IExecuteFunctions, Map<string, Promise<FileInfo>>>();

async function inspectFileOnce(
	n8n: IExecuteFunctions,
	id: string | undefined,
	content: () => Promise<Buffer | ByteStream>,
): Promise<FileInfo> {
	const read = async () => await inspectFile(await content());
	if (id === undefined) return await read();
	const surveys = FILE_INFOS.get(n8n) ?? new Map<string, Promise<FileInfo>>();
	FILE_INFOS.set(n8n, surveys);
	const known = surveys.get(id) ?? read();
	surveys.set(id, known);
	return await known;
}

/** Reads content through. */
async function inspectFile(content: Buffer | ByteStream): Promise<FileInfo> {
	const hash = createHash('sha256');
	const inspector = new ImageInspector();
	for await (const chunk of Buffer.isBuffer(content) ? [content] : content) {
		hash.update(chunk);
		inspector.write(chunk);
	}
	return { ...inspector.end(), hash: hash.digest('hex') };
}
