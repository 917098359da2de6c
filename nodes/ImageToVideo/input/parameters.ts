import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { DurationFallback, VideoParams } from '../../shared/models/videoSpec';
import { PROJECT_ID } from '../../shared/api/schemas';
import { InvalidInputError } from '../../shared/lib/errors';
import type { OutputOptions } from '../../shared/generation/projectOutput';
import { checkOutputField } from '../../shared/n8n/outputField';
import { formatValue } from '../../shared/lib/text';
import { CONCURRENT_PROJECTS, MAX_CREDITS, TIMEOUT, TIMEOUT_OPTION } from '../description/fields';

/** Reads the node's parameters for one item. Hidden ones count as not set. */

/** Reads a parameter that may be hidden. */
export function read(
	n8n: IExecuteFunctions,
	name: string,
	itemIndex: number,
	whenHidden: unknown,
): unknown {
	return n8n.getNodeParameter(name, itemIndex, whenHidden as string);
}

export function readText(n8n: IExecuteFunctions, name: string, itemIndex: number): string {
	const value = read(n8n, name, itemIndex, '');
	return value === undefined || value === null ? '' : String(value);
}

export function readFlag(
	n8n: IExecuteFunctions,
	name: string,
	itemIndex: number,
	whenHidden: boolean,
): boolean {
	const value = read(n8n, name, itemIndex, whenHidden);
	return value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true');
}

/** The name of a binary field of the item, or a file that an expression took from another node's item. */
export type BinaryField = string | IBinaryData;

/** An agent's tool gets no files with its input: only an expression brings it one. */
export function readBinaryField(
	n8n: IExecuteFunctions,
	name: string,
	itemIndex: number,
): BinaryField {
	const value = read(n8n, name, itemIndex, '');
	return isFile(value) ? value : readText(n8n, name, itemIndex).trim();
}

/** Whether a value is a file of n8n's. */
export function isFile(value: unknown): value is IBinaryData {
	return (
		typeof value === 'object' &&
		value !== null &&
		'mimeType' in value &&
		('id' in value || 'data' in value)
	);
}

export type Options = Readonly<Record<string, unknown>>;

export function readOptions(n8n: IExecuteFunctions, itemIndex: number): Options {
	return read(n8n, 'options', itemIndex, {}) as Options;
}

/** What the person asked for, unchecked. @param endImage whether an end image is given */
export function readVideoParams(
	n8n: IExecuteFunctions,
	itemIndex: number,
	endImage: boolean,
): VideoParams {
	const options = readOptions(n8n, itemIndex);
	return {
		model: n8n.getNodeParameter('model', itemIndex, '', { extractValue: true }),
		duration: read(n8n, 'duration', itemIndex, ''),
		resolution: read(n8n, 'resolution', itemIndex, ''),
		audio: readFlag(n8n, 'audio', itemIndex, false),
		endImage,
		durationNotSupported: (options.durationNotSupported ?? 'error') as DurationFallback,
	};
}

/** @throws {InvalidInputError} when the timeout is out of range, or the output field can't be one */
export function readOutputOptions(n8n: IExecuteFunctions, itemIndex: number): OutputOptions {
	const options = readOptions(n8n, itemIndex);
	const download = readFlag(n8n, 'downloadVideo', itemIndex, false);
	const field = readText(n8n, 'outputBinaryField', itemIndex);
	const seconds =
		inRange(options.timeout, 'Timeout (Seconds)', TIMEOUT) ?? (TIMEOUT_OPTION.default as number);
	return {
		wait: readFlag(n8n, 'waitForCompletion', itemIndex, true),
		download,
		field: download ? checkOutputField(field) : '',
		timeout: seconds * 1_000,
		simplify: options.simplify !== false,
	};
}

/** Limits of one item and of the run that it is part of. */
export interface Limits {
	/** Credits; `undefined`: any. */
	readonly maxCredits?: number;
	readonly maxCreditsPerRun?: number;
	readonly concurrentProjects: number;
}

/** @throws {InvalidInputError} when one is out of range */
export function readLimits(n8n: IExecuteFunctions, itemIndex: number): Limits {
	const options = readOptions(n8n, itemIndex);
	// An option that was added, and whose expression has no value, is there with `undefined`: a limit must not go missing.
	const limit = (name: 'maxCredits' | 'maxCreditsPerRun', field: string) =>
		name in options ? inRange(options[name] ?? null, field, MAX_CREDITS) : undefined;
	return {
		maxCredits: limit('maxCredits', 'Max Credits'),
		maxCreditsPerRun: limit('maxCreditsPerRun', 'Max Credits Per Run'),
		concurrentProjects:
			inRange(options.concurrentProjects, 'Concurrent Projects', CONCURRENT_PROJECTS) ??
			CONCURRENT_PROJECTS.default,
	};
}

/** @throws {InvalidInputError} when it can't be an ID */
export function readProjectId(n8n: IExecuteFunctions, itemIndex: number): string {
	const id = readText(n8n, 'projectId', itemIndex).trim();
	if (PROJECT_ID.test(id)) return id;
	throw new InvalidInputError(
		`Project ID: ${formatValue(id)} was given; give the ID that Generate returned, such as clx7uu86w0a5qp55yxz315r6r`,
	);
}

function inRange(
	value: unknown,
	field: string,
	{ min, max }: { min: number; max: number },
): number | undefined {
	if (value === undefined) return undefined;
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && number >= min && number <= max) return number;
	throw new InvalidInputError(
		`${field}: must be a number from ${min} to ${max}; ${formatValue(value)} was given`,
	);
}
