import { InvalidInputError } from '../lib/errors';
import { formatValue } from '../lib/text';

/**
 * Checks the name of the binary field that a video is put in, before there is a video to lose.
 * @returns the name without spaces around it
 * @throws {InvalidInputError} when it is empty, or a name under which n8n would not find the file again
 */
export function checkOutputField(given: string): string {
	const field = given.trim();
	// In the items that n8n saves and reads again, this key is the prototype.
	if (field !== '' && field !== '__proto__') return field;
	throw new InvalidInputError(
		`Put Output File in Field: ${formatValue(field)} was given; give the name of a binary field, such as data`,
	);
}
