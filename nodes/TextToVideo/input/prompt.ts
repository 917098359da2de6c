import type { IExecuteFunctions } from 'n8n-workflow';
import { InvalidInputError } from '../../shared/lib/errors';
import { parametersOf } from '../../shared/n8n/parameters';
import { PROMPT } from '../description/fields';

/** Characters. */
const MAX_LENGTH = 20_000;

/** @throws {InvalidInputError} when it is empty, too long, or no text */
export function readPrompt(n8n: IExecuteFunctions, itemIndex: number): string {
	const text = parametersOf(n8n, itemIndex).text(PROMPT) ?? '';
	if (text === '') {
		throw new InvalidInputError(
			'Prompt: nothing was given; say what the video shows',
			'If there is an expression in this field, check the names in it.',
		);
	}
	// Magic Hour counts characters; JavaScript counts two for some of them.
	const { length } = [...text];
	if (length <= MAX_LENGTH) return text;
	throw new InvalidInputError(
		`Prompt: it has ${length} characters; Magic Hour takes ${MAX_LENGTH} at most`,
		'Shorten the prompt.',
	);
}
