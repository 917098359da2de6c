import { InvalidInputError } from '../lib/errors';
import { meantText } from '../lib/text';

/** Where Magic Hour is, for a credential that names no other address. */
export const DEFAULT_BASE_URL = 'https://api.magichour.ai';
/** Characters. Longer ones are no addresses, and take a long time to look at. */
const MAX_LENGTH = 2_000;
const HINT = `Open the Magic Hour credential. Unless you reach the API through a proxy, API Base URL is ${DEFAULT_BASE_URL}`;

/**
 * Checks the API Base URL of a credential before anything is sent: nobody could say of a create request to no address
 * whether it was carried out. The value is not shown, since it may hold a password, or an API key in the wrong field.
 * @param value an absent or empty one is Magic Hour's own address
 * @returns the URL without spaces around it, or a slash at its end
 * @throws {InvalidInputError} that says what is wrong with it
 */
export function checkBaseUrl(value: unknown): string {
	if (value === undefined || value === null) return DEFAULT_BASE_URL;
	if (typeof value !== 'string') return refuse('what was given is no text');
	const text = meantText(value);
	if (text === '') return DEFAULT_BASE_URL;
	if (text.length > MAX_LENGTH) return refuse(`it has ${text.length} characters, which no URL has`);
	if (!URL.canParse(text)) return refuse('what was given is not a URL; it begins with https://');
	const url = new URL(text);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		return refuse('what was given does not begin with https://');
	}
	// It would be sent in place of the API key.
	if (url.username !== '' || url.password !== '') {
		return refuse('a name or password in it is not taken; the API key has a field of its own');
	}
	if (/[?#]/.test(text)) return refuse('it ends with a path at most; a ? or # was given');
	return url.origin + url.pathname.replace(/\/+$/, '');
}

function refuse(what: string): never {
	throw new InvalidInputError(`API Base URL: ${what}`, HINT);
}
