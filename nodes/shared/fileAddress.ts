import { RequestFailure } from './failures';

/** Ends of names that lead to the own machine or network (RFC 6761, 6762, 8375, and `internal`, which ICANN reserved). */
const INTERNAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa)$/;

/** Addresses as `URL` spells them, whatever was written: 0x7f.1 and 2130706433 are 127.0.0.1. */
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/**
 * Refuses URLs that no file of Magic Hour's can have, so that nothing inside the network of n8n is reached for somebody
 * who has a hand in Magic Hour's answers, or in where its hosts redirect to. Files are at `https://` URLs with a public
 * host name, or at the API Base URL itself. If that is plain `http://`, it is a development server or a proxy that anybody
 * on the way could imitate, and its answers are taken as they are.
 *
 * Where a public name leads is not looked at: n8n's own protection does that (N8N_SSRF_PROTECTION_ENABLED).
 * @param what what could not be done, for the message: "download the video"
 * @throws {RequestFailure} that says which address was refused
 */
export function checkFileUrl(url: string, baseUrl: string, what: string): void {
	const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	const target = URL.canParse(url) ? new URL(url) : undefined;
	if (target && isFileUrl(target, base)) return;
	throw new RequestFailure({
		message: `Could not ${what}: ${target ? describe(target) : 'the address of the file'} is no address that files of Magic Hour can have`,
		hint: 'Files are sent to and fetched from https:// addresses with a public host name, or from the API Base URL of the credential. Check that URL; a proxy may have changed the answer.',
		fate: 'refused',
		temporary: false,
	});
}

function isFileUrl(url: URL, base: URL | undefined): boolean {
	if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
	if (base?.protocol === 'http:' || url.origin === base?.origin) return true;
	return url.protocol === 'https:' && isPublicName(url.hostname);
}

function isPublicName(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	return name.includes('.') && !ADDRESS.test(name) && !INTERNAL_NAME.test(name);
}

/** Without what may be secret: signatures are in the query, passwords before the host. */
function describe({ protocol, host }: URL): string {
	return `${protocol}//${host}`;
}
