import { InvalidInputError } from '../lib/errors';
import { IMAGE_EXTENSIONS } from './imageFormat';
import { joinOr, formatValue } from '../lib/text';

/** A picture in a person's library at Magic Hour. */
const LIBRARY = { host: 'magichour.ai', path: '/my-library', parameter: 'imageId' };

/** What the `file_path` of an upload looks like. */
const UPLOADED = /^api-assets\/[^\s:\\]+$/;

/**
 * Checks an image URL that Magic Hour will fetch itself. A language model that has the `file_path` of an upload gives it
 * here, too: the API takes both in the same place.
 * @returns the URL as it is sent
 * @throws {InvalidInputError} unless it is an https URL that shows an image's extension, a library URL, or an upload
 */
export function checkImageUrl(value: unknown, field: string): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (UPLOADED.test(text)) return text;
	if (!URL.canParse(text)) {
		throw new InvalidInputError(
			`${field}: ${formatValue(value)} was given; give a URL such as https://example.com/photo.png`,
		);
	}
	const url = new URL(text);
	if (url.protocol !== 'https:') {
		throw new InvalidInputError(
			`${field}: Magic Hour fetches images from https:// URLs only; ${formatValue(withoutSecrets(url))} was given`,
			'To send an image that is reachable from n8n only, download it with an HTTP Request node and choose Binary Field.',
		);
	}
	if (isLibraryUrl(url) || hasImageExtension(url)) return text;
	throw new InvalidInputError(
		`${field}: the URL must show the image's extension, as in https://example.com/photo.png; ${formatValue(withoutSecrets(url))} was given`,
		`Extensions that Magic Hour takes: ${joinOr(IMAGE_EXTENSIONS)}. For other URLs, download the image with an HTTP Request node and choose Binary Field.`,
	);
}

/**
 * Checks a reference to an image that is already at Magic Hour: the `file_path` of an upload, or a library URL.
 * @throws {InvalidInputError} when it can be neither
 */
export function checkFilePath(value: unknown, field: string): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (URL.canParse(text) && isLibraryUrl(new URL(text))) return text;
	if (/^[^\s:\\/.~][^\s:\\]*$/.test(text)) return text;
	throw new InvalidInputError(
		`${field}: ${formatValue(value)} was given; give the file_path that Upload Image returned, such as ` +
			`api-assets/ab12/photo.png, or a URL of your library (https://${LIBRARY.host}${LIBRARY.path}?${LIBRARY.parameter}=…)`,
	);
}

function isLibraryUrl(url: URL): boolean {
	const host = url.hostname.replace(/^www\./, '');
	return (
		url.protocol === 'https:' &&
		host === LIBRARY.host &&
		url.pathname.replace(/\/$/, '') === LIBRARY.path &&
		(url.searchParams.get(LIBRARY.parameter) ?? '') !== ''
	);
}

function hasImageExtension(url: URL): boolean {
	const extension = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
	return (IMAGE_EXTENSIONS as readonly string[]).includes(extension);
}

/** A URL for a message: signatures are often in its query, passwords before its host. */
function withoutSecrets(url: URL): string {
	return `${url.protocol}//${url.host}${url.pathname}`;
}
