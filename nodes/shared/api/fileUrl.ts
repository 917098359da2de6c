import { RequestError } from '../lib/errors';
import { isPublicName } from '../lib/hostName';

/**
 * Refuses URLs that no file of Magic Hour's can have, so that nothing inside the network of n8n is reached for somebody
 * who has a hand in Magic Hour's answers, or in where its hosts redirect to. Files are at `https://` URLs with a public
 * host name, or at the API Base URL itself. If that is plain `http://`, a development server or a proxy, files may be at
 * `http://` with a public host name, too.
 *
 * Where a public name leads is not looked at. An internal server that it leads to would need a certificate for that name,
 * and n8n has a protection of its own (N8N_SSRF_PROTECTION_ENABLED).
 * @param what what could not be done, for the message: "download the video"
 * @throws {RequestError} that says which address was refused
 */
export function checkFileUrl(url: string, baseUrl: string, what: string): void {
	const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	const target = URL.canParse(url) ? new URL(url) : undefined;
	if (target && isFileUrl(target, base)) return;
	throw new RequestError({
		code: 'MAGIC_HOUR_FILE_URL_REFUSED',
		message: `Could not ${what}: ${target ? describe(target) : 'the address of the file'} is not an address that files of Magic Hour can have`,
		hint: 'Files are sent to and fetched from https:// addresses with a public host name, or from the API Base URL of the credential. Check that URL; a proxy may have changed the answer.',
		fate: 'refused',
		temporary: false,
	});
}

function isFileUrl(url: URL, base: URL | undefined): boolean {
	if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
	if (url.origin === base?.origin) return true;
	const isSafeEnough = url.protocol === 'https:' || base?.protocol === 'http:';
	return isSafeEnough && isPublicName(url.hostname);
}

/** Without what may be secret: signatures are in the query, passwords before the host. */
function describe({ protocol, host }: URL): string {
	return `${protocol}//${host}`;
}
