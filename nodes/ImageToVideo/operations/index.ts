import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../../shared/generation/operation';
import { InvalidInputError } from '../../shared/lib/errors';
import { formatValue, joinOr } from '../../shared/lib/text';
import { deleteProject } from './delete';
import { estimateCredits } from './estimateCredits';
import { generate } from './generate';
import { get } from './get';
import { getAccount } from './getAccount';
import { uploadImage } from './uploadImage';

/** Every operation of the node, in the order of their fields. */
const OPERATIONS: ReadonlyArray<Operation<unknown, unknown>> = [
	generate,
	get,
	deleteProject,
	uploadImage,
	estimateCredits,
	getAccount,
];

/** Values of the operations that make requests. */
export const WITH_CREDENTIAL: string[] = OPERATIONS.flatMap(({ needsCredential, option }) =>
	needsCredential ? [option.value] : [],
);

/** What n8n shows under the node's name. */
export const SUBTITLE = `={{ { ${OPERATIONS.map(({ option }) => `${option.value}: "${option.name}"`).join(', ')} }[$parameter["operation"]] }}`;

const OPERATION: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'generate',
	// n8n's lists are alphabetical.
	options: OPERATIONS.map(({ option }) => option).sort((a, b) => a.name.localeCompare(b.name)),
};

/** The choice of the operation, and the fields of each. */
export const PROPERTIES: INodeProperties[] = [
	OPERATION,
	...OPERATIONS.flatMap(({ fields }) => fields),
];

/**
 * The operation of that value, whatever its input: only the operation itself looks into what it has prepared. Its label
 * is not taken for it, since n8n has then hidden every field, with what was given in it.
 * @throws {InvalidInputError} that lists the operations
 */
export function findOperation(value: unknown): Operation<unknown, unknown> {
	const found = OPERATIONS.find(({ option }) => option.value === value);
	if (found) return found;
	const values = joinOr(OPERATIONS.map(({ option }) => option.value));
	throw new InvalidInputError(`Operation: it must be ${values}; ${formatValue(value)} was given`);
}
