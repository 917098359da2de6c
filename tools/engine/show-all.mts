import { inspect } from 'node:util';

/** All of a value as text, also what JSON leaves out: an error's message and cause, and what is in a circle. */
export function showAll(value: unknown): string {
	return inspect(value, {
		depth: Infinity,
		maxArrayLength: Infinity,
		maxStringLength: Infinity,
		showHidden: true,
	});
}
