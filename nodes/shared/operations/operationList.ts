import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../generation/operation';
import { InvalidInputError } from '../lib/errors';
import { formatValue, joinOr } from '../lib/text';

/** What a node is made of its operations. */
export interface OperationList {
	/** The choice of the operation, and the fields of each. */
	readonly properties: INodeProperties[];
	/** Values of the operations that make requests. */
	readonly withCredential: string[];
	/** What n8n shows under the node's name. */
	readonly subtitle: string;
	/**
	 * The operation of that value, whatever its input: only the operation itself looks into what it has prepared. Its label
	 * is not taken for it, since n8n has then hidden every field, with what was given in it.
	 * @throws {InvalidInputError} that lists the operations
	 */
	find(value: unknown): Operation<unknown, unknown>;
}

/** @param operations every operation of the node, in the order of their fields; Generate is among them */
export function operationList(
	operations: ReadonlyArray<Operation<unknown, unknown>>,
): OperationList {
	const options = operations.map(({ option }) => option);
	const operation: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'generate',
		// n8n's lists are alphabetical.
		options: [...options].sort((a, b) => a.name.localeCompare(b.name)),
	};
	return {
		properties: [operation, ...operations.flatMap(({ fields }) => fields)],
		withCredential: operations.flatMap(({ needsCredential, option }) =>
			needsCredential ? [option.value] : [],
		),
		subtitle: `={{ { ${options.map(({ value, name }) => `${value}: "${name}"`).join(', ')} }[$parameter["operation"]] }}`,
		find(value) {
			const found = operations.find(({ option }) => option.value === value);
			if (found) return found;
			const values = joinOr(options.map((option) => option.value));
			throw new InvalidInputError(
				`Operation: it must be ${values}; ${formatValue(value)} was given`,
			);
		},
	};
}
