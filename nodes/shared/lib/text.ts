import { jsonStringify } from 'n8n-workflow';

/** Joins words as a sentence does: "a, b or c". */
export function joinOr(words: readonly string[]): string {
	if (words.length < 2) return words.join('');
	return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/** Shortest run of consecutive numbers that reads better as a range. */
const MIN_RANGE_LENGTH = 4;

/** Ascending whole numbers as a person would say them: "1 to 10, 15 or 20". */
export function joinNumbersOr(numbers: readonly number[]): string {
	const words: string[] = [];
	for (let first = 0; first < numbers.length; ) {
		let last = first;
		while (numbers[last + 1] === (numbers[last] as number) + 1) last++;
		if (last - first + 1 >= MIN_RANGE_LENGTH) {
			words.push(`${numbers[first]} to ${numbers[last]}`);
		} else {
			words.push(...numbers.slice(first, last + 1).map(String));
		}
		first = last + 1;
	}
	return joinOr(words);
}

/** Most words of a list that a message shows. */
const MAX_LIST_LENGTH = 5;

/** A list that may be long, in a message: "a, b, c, d, e and 7 more". */
export function formatList(words: readonly string[]): string {
	const more = words.length - MAX_LIST_LENGTH;
	return words.slice(0, MAX_LIST_LENGTH).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A time that something took, as a person would say it: "45 s", "1 min 14 s", "2 h 5 min". */
export function formatDuration(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1_000);
	const minutes = Math.floor(seconds / 60);
	if (minutes === 0) return `${seconds} s`;
	if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A value as it can be shown in a message: short, in one line, and recognisable when it is empty or no text. */
export function formatValue(value: unknown): string {
	if (value === undefined || value === null || value === '') return 'nothing';
	return singleLine(typeof value === 'object' ? jsonOf(value) : String(value), 80);
}

function jsonOf(value: object): string {
	try {
		return jsonStringify(value, { replaceCircularRefs: true });
	} catch {
		// It has a `toJSON` that fails.
		return 'an object';
	}
}

/** Text without halves of characters, which cutting an emoji in two leaves: no JSON or file name should have them. */
export function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '');
}

/** Control characters but for the spaces among them. Databases refuse some: an API would fail after it was asked to create. */
const CONTROL = /[^\P{Cc}\s]/gu;
/** Spaces, and characters that show nothing and come along with copied text. The parts of flags are not among them. */
const INVISIBLE = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** Text as a person means it: well-formed, without control characters, and with nothing invisible around it. */
export function meantText(text: string): string {
	const clean = wellFormed(text).replace(CONTROL, '');
	// Not by a pattern: one for the end takes a time that grows with the square of the length.
	let begin = 0;
	let end = clean.length;
	while (begin < end && INVISIBLE.test(clean.charAt(begin))) begin++;
	while (end > begin && INVISIBLE.test(clean.charAt(end - 1))) end--;
	return clean.slice(begin, end);
}

/**
 * Text that somebody else has written, as it can stand in a message and in a log: no line, colour or length of its own.
 * @param longest characters
 */
export function singleLine(text: string, longest: number): string {
	const line = wellFormed(text).replace(/[\s\p{Cc}]+/gu, ' ');
	return line.length > longest ? `${wellFormed(line.slice(0, longest - 1))}…` : line;
}

/** Most characters of what Magic Hour says of an error. Its own messages have a sentence or two. */
export const MAX_API_MESSAGE_LENGTH = 500;
