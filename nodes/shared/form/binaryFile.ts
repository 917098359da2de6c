import type { IExecuteFunctions } from 'n8n-workflow';
import { InvalidInputError, messageOf } from '../lib/errors';
import { hintForOther } from '../media/imageReference';
import { formatList, formatValue, MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';
import { isWithoutConnection, POOL_HINT } from '../n8n/databasePool';
import { parseText } from '../n8n/parameters';

/** Finds the file that a binary field means, in whatever way n8n, other nodes and expressions have it. */

/** Where the bytes of a file are: in n8n's storage, or in the item. */
export type Content = StoredContent | { readonly bytes: () => Buffer };

export interface StoredContent {
	readonly id: string;
	/** In bytes, as far as n8n tells. */
	readonly size?: number;
}

export interface FoundFile {
	/** For messages. */
	readonly name: string;
	readonly content: Content;
}

/** The key of an item's JSON under which n8n has its files in workflows with the binary mode "combined". */
const COMBINED = '_files';

/**
 * @param given the name of a binary field, or a file that an expression took from this or another node's item. An agent's
 *   tool gets no files with its input: only an expression brings it one
 * @throws {InvalidInputError} that says what there is
 */
export function findFile(
	n8n: IExecuteFunctions,
	given: unknown,
	field: string,
	label: string,
	itemIndex: number,
): FoundFile {
	if (typeof given === 'object' && given !== null) return fileGiven(n8n, given, field, itemIndex);
	if (typeof given === 'string' && DATA_URL.test(given)) {
		return { name: 'The data URL', content: contentOf({ data: given }, `${field}: the data URL`) };
	}
	const name = parseText(given, field) ?? '';
	if (name === '') {
		throw new InvalidInputError(
			`${field}: nothing was given; give the name of a binary field, such as data`,
		);
	}
	const found = findNamed(n8n, typeof given === 'string' ? given : name, itemIndex);
	if (found === undefined)
		throw missing(
			filesOf(n8n, itemIndex).map(([each]) => each),
			name,
			label,
		);
	return named(found, name, `${label}: the file in "${singleLine(name, 80)}"`);
}

function named(file: object, field: string, what: string): FoundFile {
	const name = nameOf(file) ?? `The file in "${singleLine(field, 80)}"`;
	return { name, content: contentOf(file, what) };
}

const GIVEN_FILE = 'The file that the expression gave';

function nameOf(file: object): string | undefined {
	const { fileName } = file as { fileName?: unknown };
	return typeof fileName === 'string' && fileName !== '' ? formatValue(fileName) : undefined;
}

/** Files of the item with their names, those of a workflow with combined binary data as well. */
function filesOf(n8n: IExecuteFunctions, itemIndex: number): Array<[string, object]> {
	const { binary = {}, json } = n8n.getInputData()[itemIndex] ?? {};
	const combined = json?.[COMBINED];
	const isRecord = typeof combined === 'object' && combined !== null && !Array.isArray(combined);
	return [
		...Object.entries(binary),
		...Object.entries(isRecord ? (combined as object) : {}).map(
			([key, file]): [string, unknown] => [`${COMBINED}.${key}`, file],
		),
	].filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null);
}

function findNamed(n8n: IExecuteFunctions, name: string, itemIndex: number): object | undefined {
	const files = filesOf(n8n, itemIndex);
	const isNamed =
		(spell: (text: string) => string) =>
		([key]: [string, object]) =>
			[key, key.startsWith(`${COMBINED}.`) ? key.slice(COMBINED.length + 1) : key]
				.map(spell)
				.includes(spell(name));
	const exact = files.find(isNamed((text) => text));
	const [spaced, ...others] = files.filter(isNamed((text) => text.trim()));
	const found = exact ?? (others.length === 0 ? spaced : undefined);
	return found?.[1] ?? atPath(n8n, name.trim(), itemIndex);
}

/** With combined binary data, n8n takes a path in the item's JSON for the name of a field. */
function atPath(n8n: IExecuteFunctions, path: string, itemIndex: number): object | undefined {
	try {
		const found = n8n.helpers.assertBinaryData(itemIndex, path);
		// n8n also finds what every object has, such as `constructor`.
		return hasContent(found) ? found : undefined;
	} catch {
		return undefined;
	}
}

function missing(available: readonly string[], field: string, label: string): Error {
	return new InvalidInputError(
		`${label}: the item has no binary field named "${singleLine(field, 80)}"; ` +
			(available.length === 0
				? 'it has no file at all'
				: `it has ${formatList(available.map(formatValue))}`),
		hintForOther(field) ??
			'Connect a node that outputs a file, such as a form, a download or Read/Write Files from Disk, and give the name of its binary field.',
	);
}

/** A file that an expression gave. Where n8n keeps files in memory, `$binary` has everything of a file but its content. */
function fileGiven(
	n8n: IExecuteFunctions,
	given: object,
	field: string,
	itemIndex: number,
): FoundFile {
	if (hasContent(given)) {
		return { name: nameOf(given) ?? GIVEN_FILE, content: contentOf(given, `${field}: the file`) };
	}
	const entries = Object.entries(given);
	const isSame = ([, file]: [string, object]) =>
		entries.every(([key, value]) => (file as Record<string, unknown>)[key] === value);
	const [own, ...others] = 'mimeType' in given ? filesOf(n8n, itemIndex).filter(isSame) : [];
	if (own && others.length === 0) return named(own[1], own[0], `${field}: the file`);
	if ('mimeType' in given) {
		throw new InvalidInputError(
			`${field}: the expression gave a file without its content: ${formatValue(given)}`,
			'n8n keeps files in memory here, and expressions get their names and types alone. Give the name of the binary field, such as data.',
		);
	}
	throw new InvalidInputError(
		`${field}: it must be the name of a binary field, or a file; ${formatValue(given)} was given`,
	);
}

const DATA_URL = /^\s*data:[^,]{0,200},/i;

/** Where n8n stores files: it stands in the place of the content of a file that has an ID. */
const STORAGES = ['filesystem', 'filesystem-v2', 's3', 'azure', 'database'];

/** n8n's IDs of files name the storage first. */
const STORED = /^[\w-]+:/;

/** Of what may be something else, such as a row with an ID of its own. */
function hasContent(file: object): boolean {
	const { id, data } = file as { id?: unknown; data?: unknown };
	const isStored = typeof id === 'string' && STORED.test(id);
	return isStored || data !== undefined || Buffer.isBuffer(file);
}

/** @param what the file, for the message. @throws {InvalidInputError} when it has no content */
function contentOf(file: object, what: string): Content {
	const { id, data, bytes: size } = file as { id?: unknown; data?: unknown; bytes?: unknown };
	if (typeof id === 'string' && id !== '') {
		return Number.isSafeInteger(size) ? { id, size: size as number } : { id };
	}
	const isBytes = Buffer.isBuffer(file) || Array.isArray(data);
	const bytes = bytesOf(isBytes ? file : data);
	if (bytes !== undefined) return { bytes };
	throw new InvalidInputError(
		`${what} has no content: ${formatValue(data ?? file)} stands in its place`,
		'A file has base64 text as its data. In a Code node, make files with this.helpers.prepareBinaryData().',
	);
}

/** Decodes when they are asked for: files in memory are there once, as text, until then. */
function bytesOf(data: unknown): (() => Buffer) | undefined {
	if (ArrayBuffer.isView(data)) {
		return () => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	}
	if (typeof data === 'object' && data !== null) {
		// What a Buffer is in JSON.
		const { type, data: numbers } = data as { type?: unknown; data?: unknown };
		return type === 'Buffer' && Array.isArray(numbers) ? () => Buffer.from(numbers) : undefined;
	}
	if (typeof data !== 'string' || STORAGES.includes(data)) return undefined;
	const header = DATA_URL.exec(data)?.[0];
	if (header !== undefined && !/;base64,$/i.test(header)) return undefined;
	const base64 = header === undefined ? data : data.slice(header.length);
	return /[^A-Za-z0-9+/=_\s-]/.test(base64) ? undefined : () => Buffer.from(base64, 'base64');
}

/** n8n could not read a file from its storage. */
class StorageError extends Error {
	override name = 'StorageError';
}

export function storageFailed(error: unknown): never {
	throw new StorageError(messageOf(error));
}

/** What to say of a file that could not be read. @param what the file, for the message */
export function readErrorOf(error: unknown, what: string): Error {
	if (!(error instanceof StorageError)) return error as Error;
	const reason = singleLine(error.message, MAX_API_MESSAGE_LENGTH);
	if (/ENOENT|not found|not exist|NoSuchKey/i.test(reason)) {
		return new InvalidInputError(
			`${what} is not in n8n's storage any more (${reason})`,
			'n8n deletes files together with old executions, and pinned data does not keep them. Run the node that the file comes from again.',
		);
	}
	return new InvalidInputError(
		`${what} could not be read from n8n's storage (${reason})`,
		isWithoutConnection(error)
			? POOL_HINT
			: /manager found/.test(reason)
				? 'The file was stored elsewhere than this n8n looks: check N8N_DEFAULT_BINARY_DATA_MODE and the settings of that storage.'
				: "Check n8n's storage of binary data.",
	);
}
