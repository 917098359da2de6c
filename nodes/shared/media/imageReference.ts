import { InvalidInputError } from '../lib/errors';
import { BASE64_IMAGE, IMAGE_EXTENSIONS } from './imageFormat';
import { joinOr, formatValue, singleLine } from '../lib/text';
import { isPublicName } from '../lib/hostName';

/** A picture in a person's library at Magic Hour. */
const LIBRARY = { host: 'magichour.ai', path: '/my-library', parameter: 'imageId' };

/** What a path at Magic Hour looks like, whatever its first part is. */
const FILE_PATH = /^[^\s:\\/.~][^\s:\\/]*\/[^\s:\\]+$/;

/** That of a saved item, which comes from a list of Magic Hour's: a person's own file may have spaces in its name. */
const SAVED_PATH = /^[^\s:\\/.~][^:\\/\r\n]*\/[^:\\\r\n]+$/;

/** What the `file_path` of an upload looks like. */
const UPLOADED = /^api-assets\/[^\s:\\]+$/;

/** Characters. Longer ones are no addresses. */
const MAX_URL_LENGTH = 8_000;

/**
 * Checks an image URL that Magic Hour will fetch itself. A language model that has the `file_path` of an upload gives it
 * here, too: the API takes both in the same place.
 * @returns the URL as it is sent: as every program reads it, and that of the image where it was that of a page that shows it
 * @throws {InvalidInputError} unless it is one public https URL that shows an image's extension, a library URL, or an upload
 */
export function checkImageUrl(value: unknown, field: string): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (UPLOADED.test(text)) return text;
	refuseOther(text, field);
	if (!URL.canParse(text)) {
		throw new InvalidInputError(
			`${field}: ${formatValue(typeof value === 'string' ? withoutSecrets(text) : value)} was given; give a URL such as https://example.com/photo.png`,
		);
	}
	const url = new URL(text);
	const { hash } = url;
	// No server gets it.
	url.hash = '';
	// What is no web address is shown as it was given: "localhost:80" is none, its "scheme" is localhost.
	const shown = formatValue(withoutSecrets(url.host === '' ? text : url.href));
	if (url.protocol !== 'https:') {
		throw new InvalidInputError(
			`${field}: Magic Hour fetches images from https:// URLs only; ${shown} was given`,
			DOWNLOAD,
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw new InvalidInputError(
			`${field}: the URL must not have a name or password before its host, as that of ${shown} has`,
			`Both would go to Magic Hour. ${DOWNLOAD}`,
		);
	}
	if (!isPublicName(url.hostname)) {
		throw new InvalidInputError(
			`${field}: Magic Hour can't reach ${formatValue(url.host)}, which is no public host name`,
			DOWNLOAD,
		);
	}
	if (isLibraryUrl(url)) return url.href;
	if (!hasImageExtension(url)) {
		throw new InvalidInputError(
			`${field}: the URL must show the image's extension, as in https://example.com/photo.png; ${shown} was given`,
			hash === ''
				? `Extensions that Magic Hour takes: ${joinOr(IMAGE_EXTENSIONS)}. For other URLs, download the image with an HTTP Request node and choose Binary Field.`
				: "What stands behind a # is no part of a file's URL. If it is in the name of the file, write it %23.",
		);
	}
	if (/\/\.[^/]*$/.test(url.pathname)) {
		throw new InvalidInputError(
			`${field}: the URL has no name before the extension; ${shown} was given`,
			'If there is an expression in this field, check the names in it.',
		);
	}
	if (isImagePage(url)) {
		throw new InvalidInputError(
			`${field}: this is the URL of a page about an image, not of the image; ${shown} was given`,
			'Give the URL of the image itself: in a browser, "Open image in new tab" shows it.',
		);
	}
	return fileOfSharedLink(url).href;
}

const DOWNLOAD =
	'To send an image that is reachable from n8n only, download it with an HTTP Request node and choose Binary Field.';

/** Where a second address begins. One that stands within the path of another, as in that of a proxy, is part of it. */
const BETWEEN_URLS = new RegExp(
	`[\\s,;|](?=https?://|www\\.)|(?<=\\.(?:${IMAGE_EXTENSIONS.join('|')}))(?=https?://)`,
	'i',
);

/** Refuses, by what they are, other things that are given for a URL. */
function refuseOther(text: string, field: string): void {
	const [, ...more] = text.split(BETWEEN_URLS);
	if (more.length > 0) {
		throw new InvalidInputError(
			`${field}: ${more.length + 1} URLs were given: ${formatValue(withoutSecrets(text))}; give one`,
			'For a video of each image, give each an item of its own, for example with a Split Out node.',
		);
	}
	if (/[\t\n\r]/.test(text)) {
		throw new InvalidInputError(
			`${field}: the URL has a line break or tab in it: ${formatValue(withoutSecrets(text))}`,
		);
	}
	if (text.length > MAX_URL_LENGTH && /^https?:/i.test(text)) {
		throw new InvalidInputError(
			`${field}: the URL has ${text.length} characters, which no URL of an image has; ${formatValue(withoutSecrets(text))} was given`,
		);
	}
	const what = OTHER_REFERENCES.find(({ pattern }) => pattern.test(text));
	if (what) {
		throw new InvalidInputError(
			`${field}: ${what.name} was given (${singleLine(text, what.length ?? 80)}), not a URL`,
			what.hint,
		);
	}
}

/** How to give what was given for the name of a binary field and is none. `undefined`: nobody knows what it is */
export function hintForOther(text: string): string | undefined {
	return /^https?:\/\//i.test(text)
		? 'This is a URL: choose URL instead of Binary Field, or download it with an HTTP Request node first.'
		: OTHER_REFERENCES.find(({ pattern }) => pattern.test(text))?.hint;
}

const AS_FILE =
	'Make a file of it with a Convert to File node (Move Base64 String to File), and choose Binary Field.';
const FROM_DISK = 'Read the file with a Read/Write Files from Disk node, and choose Binary Field.';

const OTHER_REFERENCES: ReadonlyArray<{
	readonly pattern: RegExp;
	readonly name: string;
	readonly hint: string;
	/** Characters of it that a message shows. */
	readonly length?: number;
}> = [
	{ pattern: /^"?data:/i, name: 'a data URL', hint: AS_FILE, length: 30 },
	{
		pattern: BASE64_IMAGE,
		name: "an image's base64 text",
		hint: AS_FILE,
		length: 30,
	},
	{
		pattern: /^(\ufffd|\x89)PNG|^(\ufffd|\xff\xd8).{0,12}(JFIF|Exif)/s,
		name: 'an image that was read as text',
		hint: 'Choose Binary Field, and have the node before output a file: Response Format "File" in an HTTP Request node.',
		length: 30,
	},
	{ pattern: /^([a-z]:[\\/]|\\\\)/i, name: 'a path on a Windows machine', hint: FROM_DISK },
	{ pattern: /^(\/(?!\/)|~\/|\.\.?\/)/, name: 'a path on a disk', hint: FROM_DISK },
	{
		pattern: /^(s3|gs):\/\//i,
		name: "a storage's own address",
		hint: 'Give its public https:// URL, or download the file and choose Binary Field.',
	},
	{
		pattern: /^blob:/i,
		name: "an address within somebody's browser",
		hint: 'Give the URL of the image itself.',
	},
];

/** Pages that end in an image's extension: those of MediaWiki, in the languages of Wikipedia. */
function isImagePage({ hostname, pathname }: URL): boolean {
	const isWikipedia = /(^|\.)(wikipedia|wikimedia)\.org$/.test(hostname);
	return isWikipedia
		? pathname.startsWith('/wiki/')
		: /\/wiki\/(file|image)(:|%3a)/i.test(pathname);
}

/** Paths of pages that show a file, and what stands there in the path of the file itself, as the services document it. */
const FILE_PAGES: ReadonlyArray<readonly [host: RegExp, page: RegExp, file: string]> = [
	[/^(www\.)?github\.com$/, /^(\/[^/]+\/[^/]+)\/blob\//, '$1/raw/'],
	// GitLab, on any server: nothing else has this in its paths.
	[/./, /\/-\/blob\//, '/-/raw/'],
	[/^bitbucket\.org$/, /^(\/[^/]+\/[^/]+)\/src\//, '$1/raw/'],
	[/^(codeberg\.org|gitea\.com)$/, /^(\/[^/]+\/[^/]+)\/src\/(branch|tag|commit)\//, '$1/raw/$2/'],
	[/^huggingface\.co$/, /^((?:\/(?:datasets|spaces))?\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/'],
];

/** The address of the file behind a link that shares it with a page. */
function fileOfSharedLink(url: URL): URL {
	const file = new URL(url);
	if (/^(www\.)?dropbox\.com$/.test(url.hostname)) {
		if (url.searchParams.get('raw') !== '1') file.searchParams.set('dl', '1');
	}
	const page = FILE_PAGES.find(
		([host, path]) => host.test(url.hostname) && path.test(url.pathname),
	);
	if (page) file.pathname = url.pathname.replace(page[1], page[2]);
	return file;
}

/**
 * Checks a reference to an image that is already at Magic Hour: the `file_path` of an upload, or a library URL.
 * @throws {InvalidInputError} when it can be neither
 */
export function checkFilePath(value: unknown, field: string): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (URL.canParse(text)) {
		const url = new URL(text);
		url.hash = '';
		if (isLibraryUrl(url)) return url.href;
	}
	if (text.length <= MAX_URL_LENGTH && FILE_PATH.test(text)) return text;
	throw new InvalidInputError(
		`${field}: ${formatValue(value)} was given; give the file_path that Upload Image returned, such as ` +
			`api-assets/ab12/photo.png, or a URL of your library (https://${LIBRARY.host}${LIBRARY.path}?${LIBRARY.parameter}=…)`,
	);
}

/**
 * Checks the `file_path` of a saved item. It never expires.
 * @throws {InvalidInputError} when it can be none
 */
export function checkSavedItem(value: unknown, field: string): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (text.length <= MAX_URL_LENGTH && SAVED_PATH.test(text)) return text;
	throw new InvalidInputError(
		text === ''
			? `${field}: nothing was chosen`
			: `${field}: ${formatValue(value)} was given, which is no file_path of a saved item`,
		'Choose an item from the list, or give the file_path of one of its images.',
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

/** URLs for a message: signatures are often in their queries, passwords before their hosts. */
function withoutSecrets(text: string): string {
	return text.replace(/\/\/[^\s/?#]*@/g, '//').replace(/[?#][^\s,;|]*/g, '');
}
