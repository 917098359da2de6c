import type { Operation } from '../../shared/generation/operation';
import { deleteProject } from './delete';
import { estimateCredits } from './estimateCredits';
import { generate } from './generate';
import { get } from './get';
import { uploadImage } from './uploadImage';

export const OPERATIONS = {
	generate,
	get,
	delete: deleteProject,
	uploadImage,
	estimateCredits,
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** The operation of that name, whatever its input: only the operation itself looks into what it has prepared. */
export function operationOf(name: string): Operation<unknown, unknown> {
	return OPERATIONS[name as OperationName] as Operation<unknown, unknown>;
}
