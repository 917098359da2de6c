import { createHash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { AbortError, InvalidInputError } from '../lib/errors';
import { IMAGE_EXTENSIONS, MIME_TYPES } from '../media/imageFormat';
import { ImageInspector, type ImageReport } from '../media/imageInspector';
import { checkFilePath, checkImageUrl, checkSavedItem } from '../media/imageReference';
import type { ByteStream } from '../api/transport';
import { systemClock } from '../lib/clock';
import { joinOr } from '../lib/text';
import { whenConnected } from '../n8n/databasePool';
import { parametersOf, type Parameters } from '../n8n/parameters';
import { NO_IMAGE, type ImageFields, type ImageSource } from './imageFields';
import type { ImageFile, ImageInput } from '../generation/videoRequest';
import {
	findFile,
	readErrorOf,
	storageFailed,
	type Content,
	type StoredContent,
} from './binaryFile';

/** Whether the item has an image under these fields at all. */
export function isGiven(
	n8n: IExecuteFunctions,
	{ source }: ImageFields,
	itemIndex: number,
): boolean {
	return parametersOf(n8n, itemIndex).option(source) !== NO_IMAGE;
}

/**
 * Reads and checks an image of one item, without any request. Files are read through, for their hash; small ones are kept
 * until they are uploaded.
 * @param timeout milliseconds to go on trying while n8n's database has no connection
 * @param parameters where the fields stand, if not among those of the node itself
 * @throws {InvalidInputError} when it can't be an image that Magic Hour takes
 */
export async function readImage(
	n8n: IExecuteFunctions,
	fields: ImageFields,
	itemIndex: number,
	timeout: number,
	parameters: Parameters = parametersOf(n8n, itemIndex),
): Promise<ImageInput> {
	const source = parameters.option(fields.source) as ImageSource;
	if (source === 'binary') {
		const file = await readImageFile(n8n, fields, itemIndex, timeout, parameters);
		return { kind: 'file', file };
	}
	const field = fields[source];
	return { kind: 'reference', path: CHECKS[source](parameters.text(field), field.displayName) };
}

/** What is checked of an image that is somewhere else. */
const CHECKS = {
	url: checkImageUrl,
	filePath: checkFilePath,
	savedItem: checkSavedItem,
} satisfies Record<Exclude<ImageSource, 'binary'>, unknown>;

/** Checks the image in a binary field: see `readImage`. @throws {InvalidInputError} when it is none that Magic Hour takes */
export async function readImageFile(
	n8n: IExecuteFunctions,
	{ binaryField, label }: ImageFields,
	itemIndex: number,
	timeout: number,
	parameters: Parameters = parametersOf(n8n, itemIndex),
): Promise<ImageFile> {
	// One that n8n hides has lost what was given in it: its default could be another image.
	const given = parameters.value({ ...binaryField, default: '' });
	const { name, content } = findFile(n8n, given, binaryField.displayName, label, itemIndex);
	const id = 'id' in content ? content.id : undefined;
	const signal = n8n.getExecutionCancelSignal();
	const patience = { clock: systemClock, timeout, signal };
	const open = async () => await whenConnected(() => openContent(n8n, content), patience);

	const file = await inspectFileOnce(n8n, id, open).catch((error: unknown) => {
		throw readErrorOf(error, `${label}: ${name}`);
	});
	const { header, description, length, isWhole, hash } = file;
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
		open: async () => {
			const content = file.kept ?? (await open());
			// A run may last for hours. Should the upload have to be sent again, the file is read again.
			delete file.kept;
			return { content, length, mimeType: MIME_TYPES[header.format] };
		},
	};
}

/**
 * How much of a file is read at a time: in pieces of the usual 64 KiB, reading takes more CPU time. No more than it has,
 * since n8n takes memory for a whole piece with each read.
 */
const MAX_CHUNK_BYTES = 256 * 1024;
const MIN_CHUNK_BYTES = 1024;

function chunkBytesOf({ size = MAX_CHUNK_BYTES }: StoredContent): number {
	return Math.min(Math.max(size, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES);
}

async function openContent(n8n: IExecuteFunctions, content: Content): Promise<Buffer | ByteStream> {
	if ('bytes' in content) return content.bytes();
	return (await n8n.helpers.getBinaryStream(content.id, chunkBytesOf(content))) as ByteStream;
}

/** What is known of a file when it has been read through. */
interface FileInfo extends ImageReport {
	/** SHA-256, in hex. */
	readonly hash: string;
	/** The content of a small file, until it is uploaded. */
	kept?: Buffer;
}

/** Files up to this size, in bytes, need not be read a second time for their upload… */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** …as long as those of a run are no more than this together. */
const MAX_KEPT_BYTES_PER_RUN = 32 * 1024 * 1024;

/** The stored files of one run. Many items may share one, which is then read once. */
class StoredFiles {
	private readonly files = new Map<string, Promise<FileInfo>>();
	private keptBytes = 0;

	async inspect(id: string, open: () => Promise<Buffer | ByteStream>): Promise<FileInfo> {
		const file = this.files.get(id) ?? this.read(open);
		this.files.set(id, file);
		// The next item with this file may have more luck.
		file.catch(() => this.files.delete(id));
		return await file;
	}

	private async read(open: () => Promise<Buffer | ByteStream>): Promise<FileInfo> {
		const { kept, ...info } = await inspectFile(await opened(open), MAX_KEPT_BYTES);
		if (!kept || this.keptBytes + kept.length > MAX_KEPT_BYTES_PER_RUN) return info;
		this.keptBytes += kept.length;
		return { ...info, kept };
	}
}

const STORED_FILES = new WeakMap<IExecuteFunctions, StoredFiles>();

async function inspectFileOnce(
	n8n: IExecuteFunctions,
	id: string | undefined,
	open: () => Promise<Buffer | ByteStream>,
): Promise<FileInfo> {
	// What is in the item itself is in memory, however often it is read.
	if (id === undefined) return await inspectFile(await opened(open), 0);
	const files = STORED_FILES.get(n8n) ?? new StoredFiles();
	STORED_FILES.set(n8n, files);
	return await files.inspect(id, open);
}

async function opened(open: () => Promise<Buffer | ByteStream>): Promise<Buffer | ByteStream> {
	return await open().catch((error: unknown) => {
		throw error instanceof AbortError ? error : storageFailed(error);
	});
}

/** Reads content through. @param mostKept the largest that is kept, in bytes */
async function inspectFile(content: Buffer | ByteStream, mostKept: number): Promise<FileInfo> {
	const hash = createHash('sha256');
	const inspector = new ImageInspector();
	let parts: Buffer[] | undefined = [];
	let length = 0;
	for await (const chunk of Buffer.isBuffer(content) ? [content] : chunksOf(content)) {
		hash.update(chunk);
		inspector.write(chunk);
		length += chunk.length;
		if (length > mostKept) parts = undefined;
		parts?.push(chunk);
	}
	return {
		...inspector.end(),
		hash: hash.digest('hex'),
		...(parts && { kept: Buffer.concat(parts) }),
	};
}

async function* chunksOf(stream: ByteStream): AsyncIterable<Buffer> {
	try {
		yield* stream;
	} catch (error) {
		storageFailed(error);
	}
}
