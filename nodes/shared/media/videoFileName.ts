import { meantText, wellFormed } from '../lib/text';

const EXTENSION = '.mp4';
/** Characters that a file name may not have on Windows, macOS or Linux, and those that turn the order of letters around. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** Names of devices on Windows, whatever comes behind the full stop. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d¹²³])(\.|$)/i;
/** Characters. */
const MAX_LENGTH = 100;
/** Enough characters for the longest name with what is left out of it. */
const MAX_READ = 4 * MAX_LENGTH;
/** File systems take names of 255 bytes, and a workflow may put something before or behind this one. */
const MAX_BYTES = 200;

/** A file name for a video, made from the project's name; its id where there is no usable name. */
export function videoFileName(name: string | null | undefined, projectId: string): string {
	const cleaned = meantText((name ?? '').replace(FORBIDDEN, ' ').replace(/\s+/g, ' '));
	const short = trimmed(beginning(withoutExtension(untilEnd(cleaned.slice(0, MAX_READ)))));
	const usable = short !== '' && !DEVICE.test(short);
	return `${usable ? short : beginning(wellFormed(projectId).replace(FORBIDDEN, '-')) || 'video'}${EXTENSION}`;
}

/** A name that has the extension already, once or more often. */
function withoutExtension(name: string): string {
	let end = name.length;
	while (name.slice(end - EXTENSION.length, end).toLowerCase() === EXTENSION)
		end -= EXTENSION.length;
	return name.slice(0, end);
}

function trimmed(name: string): string {
	return untilEnd(name.replace(/^[. ]+/, ''));
}

function untilEnd(name: string): string {
	return name.replace(/[. ]+$/, '');
}

/** By characters: cutting within one would leave half an emoji. */
function beginning(text: string): string {
	let kept = '';
	let bytes = 0;
	for (const [index, character] of [...text.slice(0, 2 * MAX_LENGTH)].entries()) {
		bytes += Buffer.byteLength(character);
		if (index >= MAX_LENGTH || bytes > MAX_BYTES) break;
		kept += character;
	}
	return kept;
}
