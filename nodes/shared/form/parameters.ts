import type { IExecuteFunctions } from 'n8n-workflow';
import type { NotSupportedFallback, VideoParams } from '../models/videoSpec';
import { PROJECT_ID as ID_PATTERN } from '../api/schemas';
import { InvalidInputError } from '../lib/errors';
import { AUTOMATIC } from '../generation/accountPlan';
import type { OutputOptions } from '../generation/projectOutput';
import { checkOutputField } from '../n8n/outputField';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../n8n/fields';
import {
	addedOptions,
	choiceOf,
	parametersOf,
	partsLeftOut,
	type AddedOptions,
} from '../n8n/parameters';
import { formatValue } from '../lib/text';
import {
	AUDIO,
	CONCURRENT_PROJECTS,
	CONCURRENT_PROJECTS_NUMBER,
	DURATION,
	NOT_SUPPORTED,
	KEEP_IN_RESERVE,
	MAX_CREDITS,
	MAX_CREDITS_PER_RUN,
	MAX_VIDEOS_PER_DAY,
	MODEL,
	OPTIONS,
	PROJECT_ID,
	PROJECT_NAME,
	PROMPT,
	RESOLUTION,
	TIMEOUT,
	WAIT_FIELD,
} from './fields';

/** Reads the node's parameters for one item. Hidden ones have their defaults. */

function readOptions(n8n: IExecuteFunctions, itemIndex: number): AddedOptions {
	return addedOptions(parametersOf(n8n, itemIndex), OPTIONS);
}

/**
 * What the person asked for. What depends on the model is checked later (see `videoSpec.ts`).
 * @param endImage whether an end image is given
 * @throws {InvalidInputError}
 */
export function readVideoParams(
	n8n: IExecuteFunctions,
	itemIndex: number,
	endImage: boolean,
): VideoParams {
	const parameters = parametersOf(n8n, itemIndex);
	return {
		model: parameters.value(MODEL),
		duration: parameters.value(DURATION),
		resolution: parameters.value(RESOLUTION),
		audio: parameters.flag(AUDIO),
		endImage,
		ifNotSupported: readOptions(n8n, itemIndex).option(NOT_SUPPORTED) as NotSupportedFallback,
	};
}

/**
 * @param finished whether there may be a finished video without waiting for it
 * @throws {InvalidInputError} when the timeout is out of range, or the output field can't be one
 */
export function readOutputOptions(
	n8n: IExecuteFunctions,
	itemIndex: number,
	{ finished }: { readonly finished: boolean },
): OutputOptions {
	const parameters = parametersOf(n8n, itemIndex);
	const options = readOptions(n8n, itemIndex);
	const wait = parameters.flag(WAIT_FIELD);
	const download = parameters.flag(DOWNLOAD_FIELD) && (wait || finished);
	return {
		wait,
		download,
		field: download ? checkOutputField(parameters.text(OUTPUT_FIELD) ?? '') : '',
		timeout: options.wholeNumber(TIMEOUT) * 1_000,
		simplify: options.flag(SIMPLIFY),
	};
}

export function readSimplify(n8n: IExecuteFunctions, itemIndex: number): boolean {
	return readOptions(n8n, itemIndex).flag(SIMPLIFY);
}

/** Limits of one item and of the run that it is part of. */
export interface Limits {
	/** Credits; `undefined`: any. */
	readonly maxCredits?: number;
	readonly maxCreditsPerRun?: number;
	/** Credits; `undefined`: none. */
	readonly keepInReserve?: number;
	/** `undefined`: any. */
	readonly maxVideosPerDay?: number;
	readonly concurrentProjects: number | typeof AUTOMATIC;
}

/** @throws {InvalidInputError} when one is out of range */
export function readLimits(n8n: IExecuteFunctions, itemIndex: number): Limits {
	const options = readOptions(n8n, itemIndex);
	return {
		maxCredits: options.limit(MAX_CREDITS),
		maxCreditsPerRun: options.limit(MAX_CREDITS_PER_RUN),
		keepInReserve: options.limit(KEEP_IN_RESERVE),
		maxVideosPerDay: options.limit(MAX_VIDEOS_PER_DAY),
		concurrentProjects: readConcurrentProjects(options),
	};
}

/** Automatic, its label, or any number in the range: the list has some of them. @throws {InvalidInputError} */
function readConcurrentProjects(options: AddedOptions): Limits['concurrentProjects'] {
	const isAutomatic =
		choiceOf(options.value(CONCURRENT_PROJECTS), CONCURRENT_PROJECTS) === AUTOMATIC;
	return (isAutomatic ? undefined : options.limit(CONCURRENT_PROJECTS_NUMBER)) ?? AUTOMATIC;
}

/**
 * An empty prompt is right: the model decides then. An expression without a value is refused, since it is most often one
 * with a wrong name in it, and every video of the run would be paid for without what was to happen in it; one that gives
 * an empty text, as a table does whose cell is empty, is told after the run.
 * @throws {InvalidInputError} when there is no value, or it is no text
 */
export function readPrompt(
	n8n: IExecuteFunctions,
	itemIndex: number,
): { readonly text: string; readonly notes: readonly string[] } {
	const text = parametersOf(n8n, itemIndex).text(PROMPT);
	if (text === undefined) {
		throw new InvalidInputError(
			'Prompt: its expression has no value, so the video would be made without a prompt',
			'Check the names in the expression. Where there may be no prompt, say so: {{ $json.prompt ?? "" }}.',
		);
	}
	if (text !== '') return { text, notes: notesOfPrompt(n8n, itemIndex) };
	const given = n8n.getNodeParameter(PROMPT.name, itemIndex, '', { rawExpressions: true });
	return { text, notes: given === '' ? [] : [NO_PROMPT] };
}

/** Parts of it may be missing on purpose, so that they are told, too, and not refused. */
export function notesOfPrompt(n8n: IExecuteFunctions, itemIndex: number): string[] {
	return partsLeftOut(n8n, PROMPT, itemIndex).map(
		(part) => `Prompt: ${formatValue(part)} has no value, so it was left out.`,
	);
}

const NO_PROMPT =
	'Prompt was empty: what its expression gave has no text. The model decided what happens in the video.';

/** Empty: none. @throws {InvalidInputError} when it is no text */
export function readProjectName(n8n: IExecuteFunctions, itemIndex: number): string {
	return parametersOf(n8n, itemIndex).text(PROJECT_NAME) ?? '';
}

/** @throws {InvalidInputError} when it can't be an ID */
export function readProjectId(n8n: IExecuteFunctions, itemIndex: number): string {
	const id = parametersOf(n8n, itemIndex).text(PROJECT_ID) ?? '';
	if (ID_PATTERN.test(id)) return id;
	throw new InvalidInputError(
		`Project ID: ${formatValue(id)} was given; give the ID that Generate returned, such as clx7uu86w0a5qp55yxz315r6r`,
	);
}
