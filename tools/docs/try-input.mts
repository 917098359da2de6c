import type { IExecuteFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';

import { OPERATIONS } from '../../nodes/ImageToVideo/operations/index.ts';
import { FIELDS as TRIGGER } from '../../nodes/MagicHourTrigger/description.ts';
import { readOutputSettings, readRequestSettings } from '../../nodes/MagicHourTrigger/settings.ts';
import { imageFormFields } from '../../nodes/shared/form/imageFields.ts';
import type { OperationList } from '../../nodes/shared/operations/operationList.ts';
import {
	ASPECT_RATIO,
	PROMPT,
	REFERENCE_GROUP,
	REFERENCE_IMAGE,
	REFERENCE_NAME,
	REFERENCES,
} from '../../nodes/TextToVideo/description/fields.ts';
import { OPERATIONS as TEXT_OPERATIONS } from '../../nodes/TextToVideo/operations/index.ts';
import { png } from '../engine/images.mts';

/** What the node makes of a value, without n8n: the operation's own check of an item, which comes before any request. */

/** A field of an operation; an option of its collection has the collection's name. */
export interface Field {
	readonly operation: string;
	readonly field: INodeProperties;
	readonly collection?: string;
	/** Of a group in the collection: its name. */
	readonly group?: string;
	/** Default: those of Image To Video. */
	readonly operations?: OperationList;
	/** Of a trigger, which has no operations: what it makes of all values. */
	readonly read?: (values: Values) => unknown;
}

type Values = Readonly<Record<string, unknown>>;

const OPERATION = OPERATIONS.properties[0] as INodeProperties;

const VALUES: readonly string[] = (OPERATION.options ?? []).flatMap((option) =>
	'value' in option ? [String(option.value)] : [],
);

/** Every field of every operation, options included, but for the choice of the operation itself. */
export const FIELDS: readonly Field[] = VALUES.flatMap((operation) =>
	OPERATIONS.properties
		.filter(({ displayOptions }) => displayOptions?.show?.operation?.includes(operation))
		.flatMap((field): Field[] =>
			field.type === 'collection'
				? (field.options as INodeProperties[]).map((option) => ({
						operation,
						field: option,
						collection: field.name,
					}))
				: [{ operation, field }],
		),
);

/** Fields of Text To Video that Image To Video does not have, or not in this way. */
export const TEXT_FIELDS: readonly Field[] = [
	...[PROMPT, ASPECT_RATIO].map((field) => ({ field })),
	...[REFERENCE_NAME, ...imageFormFields(REFERENCE_IMAGE, {})].map((field) => ({
		field,
		collection: REFERENCES.name,
		group: REFERENCE_GROUP,
	})),
].map((each) => ({ ...each, operation: 'generate', operations: TEXT_OPERATIONS }));

/** Every field of the trigger, options included. */
export const TRIGGER_FIELDS: readonly Field[] = TRIGGER.flatMap(
	(field): Omit<Field, 'operation'>[] => {
		if (field.type === 'notice') return [];
		return field.type === 'collection'
			? (field.options as INodeProperties[]).map((option) => ({
					field: option,
					collection: field.name,
				}))
			: [{ field }];
	},
).map((each) => ({ ...each, operation: 'trigger', read: readTrigger }));

/** What it waits for, and what it hands on. Its fields are read as they are saved. */
function readTrigger(values: Values): unknown {
	const saved = {
		getNodeParameter: (name: string, fallback: unknown) =>
			Object.hasOwn(values, name) ? values[name] : fallback,
	} as unknown as IWebhookFunctions;
	return { ...readRequestSettings(saved), ...readOutputSettings(executeFunctions(values)) };
}

const BASE64 = png(160, 90).toString('base64');
const FILE = { mimeType: 'image/png', data: BASE64 };
/** Files of the item, under the names that the fields have by default. */
const BINARY = { data: FILE, endImage: { ...FILE, fileName: 'end.png' } };

/** What the other fields have: what shows the field, and a value where the operation needs one. */
const BESIDE: Readonly<Record<string, Record<string, unknown>>> = {
	imageUrl: { imageSource: 'url' },
	imageFilePath: { imageSource: 'filePath' },
	imageSavedItem: { imageSource: 'savedItem' },
	endImageBinaryPropertyName: { endImageSource: 'binary' },
	endImageUrl: { endImageSource: 'url' },
	endImageFilePath: { endImageSource: 'filePath' },
	endImageSavedItem: { endImageSource: 'savedItem' },
};
const GIVEN: Readonly<Record<string, unknown>> = {
	imageUrl: 'https://example.com/start.png',
	imageFilePath: 'api-assets/start.png',
	imageSavedItem: 'saved-items/start.png',
	endImageUrl: 'https://example.com/end.png',
	endImageFilePath: 'api-assets/end.png',
	endImageSavedItem: 'saved-items/end.png',
	binaryPropertyName: 'data',
	endImageBinaryPropertyName: 'endImage',
	projectId: 'clx7uu86w0a5qp55yxz315r6r',
};

/** What became of a value: what the operation goes on with, or the message that refuses it. */
export type Outcome = { readonly input: unknown } | { readonly refused: string };

/** @throws anything but a refusal that says why */
export async function tryInput(
	{ operation, field, collection, group, read, operations = OPERATIONS }: Field,
	value: unknown,
): Promise<Outcome> {
	const inGroup: Record<string, unknown> = {
		name: 'bottle',
		...GIVEN,
		...BESIDE[field.name],
		[field.name]: value,
	};
	const values = {
		...GIVEN,
		...(operations === OPERATIONS
			? {}
			: { prompt: group === undefined ? 'A cat' : `A @${calledBy(inGroup.name)}` }),
		...BESIDE[field.name],
		...(collection === undefined
			? { [field.name]: value }
			: { [collection]: group === undefined ? { [field.name]: value } : { [group]: [inGroup] } }),
	};
	try {
		if (read) return { input: read({ downloadVideo: true, ...values }) };
		return { input: await operations.find(operation).prepare(executeFunctions(values), 0) };
	} catch (error) {
		// By name: scripts load the module twice, as ES module and by require().
		if (error instanceof Error && error.name === 'InvalidInputError')
			return { refused: error.message };
		throw error;
	}
}

/** What a prompt calls a reference by that has this name. */
function calledBy(name: unknown): string {
	return typeof name === 'string' ? name.trim().replace(/^@/, '') : 'bottle';
}

/** As n8n: the fallback is for parameters that are not there, not for those without a value. */
function executeFunctions(values: Values): IExecuteFunctions {
	return {
		getNodeParameter: (
			name: string,
			_: number,
			fallback: unknown,
			options?: { extractValue?: boolean },
		) => {
			const value = Object.hasOwn(values, name) ? values[name] : fallback;
			const isLocator =
				typeof value === 'object' && value !== null && '__rl' in value && 'value' in value;
			return options?.extractValue && isLocator ? value.value : value;
		},
		getExecutionCancelSignal: () => undefined,
		getInputData: () => [{ json: {}, binary: BINARY }],
		helpers: { assertBinaryData: () => undefined },
	} as unknown as IExecuteFunctions;
}
