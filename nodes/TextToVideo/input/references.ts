import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ImageFields } from '../../shared/form/imageFields';
import { readImage } from '../../shared/form/imageInput';
import type { Reference } from '../../shared/generation/videoRequest';
import { InvalidInputError } from '../../shared/lib/errors';
import { formatValue } from '../../shared/lib/text';
import { checkReferenceName } from '../../shared/models/textToVideo';
import { Parameters, parametersOf } from '../../shared/n8n/parameters';
import {
	MAX_REFERENCES,
	REFERENCE_GROUP,
	REFERENCE_IMAGE,
	REFERENCE_NAME,
	REFERENCES,
} from '../description/fields';

/** A reference as it stands in the form: its name is checked, its image is not read yet. */
export interface GivenReference {
	readonly name: string;
	readonly parameters: Parameters;
}

/** @throws {InvalidInputError} when they are no list of references, too many, or one has no name that can be used */
export function readReferences(n8n: IExecuteFunctions, itemIndex: number): GivenReference[] {
	const given = listOf(parametersOf(n8n, itemIndex).value(REFERENCES));
	if (given.length > MAX_REFERENCES) {
		throw new InvalidInputError(
			`Reference Images: ${given.length} were given; Magic Hour takes ${MAX_REFERENCES} at most`,
		);
	}
	return given.map((values, index) => {
		const parameters = new Parameters(({ name, default: usual }) =>
			chosen(name in values ? values[name] : usual),
		);
		const field = `Reference Image ${index + 1}, ${REFERENCE_NAME.displayName}`;
		const text = parameters.text({ ...REFERENCE_NAME, displayName: field }) ?? '';
		return { name: checkReferenceName(text, field), parameters };
	});
}

/**
 * Reads and checks their images, without any request.
 * @param timeout milliseconds to go on trying while n8n's database has no connection
 * @throws {InvalidInputError} for what is no image that Magic Hour takes
 */
export async function readReferenceImages(
	n8n: IExecuteFunctions,
	given: readonly GivenReference[],
	itemIndex: number,
	timeout: number,
): Promise<Reference[]> {
	const references: Reference[] = [];
	for (const { name, parameters } of given) {
		const image = await readImage(n8n, fieldsOf(name), itemIndex, timeout, parameters);
		references.push({ name, image });
	}
	return references;
}

/** n8n takes the value out of a resource locator only where it is no part of a collection. */
function chosen(value: unknown): unknown {
	const isLocator = typeof value === 'object' && value !== null && 'mode' in value;
	return isLocator ? (value as { value?: unknown }).value : value;
}

/** The collection is an object with a list; nothing stands for no reference. */
function listOf(value: unknown): Array<Readonly<Record<string, unknown>>> {
	const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
	const list = isRecord ? ((value as Record<string, unknown>)[REFERENCE_GROUP] ?? []) : value;
	if (Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null)) {
		return list as Array<Record<string, unknown>>;
	}
	throw new InvalidInputError(
		`Reference Images: they must be a list, such as {"${REFERENCE_GROUP}": [{"name": "bottle", "imageSource": "url", "imageUrl": "https://…"}]}; ${formatValue(value)} was given`,
	);
}

/** The fields, called in messages what tells them from those of other references. */
function fieldsOf(name: string): ImageFields {
	const label = `Reference Image @${name}`;
	const named = (field: INodeProperties): INodeProperties => ({
		...field,
		displayName: `${label}, ${field.displayName}`,
	});
	return {
		label,
		source: named(REFERENCE_IMAGE.source),
		binaryField: named(REFERENCE_IMAGE.binaryField),
		url: named(REFERENCE_IMAGE.url),
		filePath: named(REFERENCE_IMAGE.filePath),
		savedItem: named(REFERENCE_IMAGE.savedItem),
	};
}
