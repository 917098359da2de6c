import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { checkBaseUrl } from '../api/baseUrl';
import { InvalidInputError } from '../lib/errors';
import { meantText } from '../lib/text';

/** A request as n8n's helpers take it: the older ones, which the HTTP Request node uses, call the address `uri`. */
type Request = IHttpRequestOptions & { readonly uri?: string | URL };

/**
 * n8n follows redirects anywhere, with the key. Its newer helpers read the first of these, its older ones (n8n-core
 * 2.41.1: `requestWithAuthentication`, and `request` of credential tests) the others.
 */
const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
	maxRedirects: 0,
};

/**
 * Adds the API key to a request, whichever node sends it with the credential: only if the request goes to the
 * credential's own origin, and in such a way that no redirect takes the key elsewhere.
 * @throws {InvalidInputError} when the API Base URL can't be one, or the request goes elsewhere
 */
export async function authenticate(
	{ apiKey, baseUrl }: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const { origin } = new URL(checkBaseUrl(baseUrl));
	if (!originsOf(request).every((each) => each === origin)) {
		throw new InvalidInputError(
			'The Magic Hour API key is only sent to the API Base URL of its credential',
		);
	}
	return {
		...request,
		...NO_REDIRECTS,
		headers: { ...request.headers, Authorization: `Bearer ${keyOf(apiKey)}` },
	};
}

/** Tells addresses and keys apart without keeping them. @throws {InvalidInputError} when the API Base URL can't be one */
export function hashOfCredential({ apiKey, baseUrl }: ICredentialDataDecryptedObject): string {
	const identity = JSON.stringify([checkBaseUrl(baseUrl), keyOf(apiKey)]);
	return createHash('sha256').update(identity).digest('hex');
}

function keyOf(apiKey: unknown): string {
	return meantText(String(apiKey));
}

/** Of a request with both names of the address, each has to be right. @throws {TypeError} for one without an address */
function originsOf({ url, uri, baseURL }: Request): string[] {
	const targets = [url, uri].filter((target) => target !== undefined);
	return (targets.length === 0 ? [''] : targets).map(
		(target) => new URL(String(target), baseURL).origin,
	);
}
