import { PROJECT_ID, type CreateResponse } from './schemas';

/** An id in the text of an answer. */
export interface IdFound {
	/** As it stands there; maybe not all of it, and maybe no plain one. */
	readonly id: string;
	/** It is whole, plain, and the project's, not that of something inside the answer. */
	readonly isCertain: boolean;
}

/** Brackets of objects, and strings; the last string may have no end. */
const TOKENS = /[{}]|"(?:[^"\\]|\\.)*"?/gs;
/** What can follow a key: a string or a number, and the character that ends it, if that has come. */
const VALUE = /^\s*:\s*(?:"((?:[^"\\]|\\.)*)("?)|(\d+)([\s,}]?))/s;

/**
 * Finds the project's id in an answer that need be no JSON: it may be cut off, or have something before or behind it. Of
 * several, the first of an outermost object wins. In a web page there is none: its scripts have ids of their own.
 */
export function findId(text: string): IdFound | undefined {
	if (/^\s*</.test(text)) return undefined;
	let depth = 0;
	let other: string | undefined;
	for (const { 0: token, index } of text.matchAll(TOKENS)) {
		if (token === '{') depth++;
		else if (token === '}') depth = Math.max(0, depth - 1);
		if (token !== '"id"') continue;
		const [, quoted, quote, digits, end] = VALUE.exec(text.slice(index + token.length)) ?? [];
		const id = quoted === undefined ? digits : unescape(quoted);
		if (!id) continue;
		if (depth === 1) return { id, isCertain: Boolean(quote || end) && PROJECT_ID.test(id) };
		other ??= id;
	}
	return other === undefined ? undefined : { id: other, isCertain: false };
}

/** All that counts of an answer to a create request, as far as that can be read. */
export function findCreatedProject(text: string): CreateResponse | undefined {
	const found = findId(text);
	return found?.isCertain ? { id: found.id } : undefined;
}

function unescape(quoted: string): string {
	try {
		return JSON.parse(`"${quoted}"`) as string;
	} catch {
		return quoted;
	}
}
