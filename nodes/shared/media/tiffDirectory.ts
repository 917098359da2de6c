/** A directory of a TIFF file: what is said of one picture in it. */
export interface TiffDirectory {
	/** Where it ends in the file. */
	readonly end: number;
	has(tag: number): boolean;
	/** The numbers of a field, as many as are within the bytes; none if it has text or what is no number. */
	values(tag: number): number[];
	/** The first of them. */
	first(tag: number): number | undefined;
}

/** Bytes of a number, by field type: BYTE, SHORT, LONG. */
const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };
const ENTRY_BYTES = 12;

/**
 * A directory of a TIFF file (TIFF 6.0): that of the first picture, unless told otherwise. EXIF data are such a file, too.
 * @returns `undefined` when it is no TIFF, or the directory is not within the bytes
 */
export function readDirectory(bytes: Buffer, at?: number): TiffDirectory | undefined {
	const order = bytes.toString('latin1', 0, 4);
	const isLittle = order === 'II*\0';
	if ((!isLittle && order !== 'MM\0*') || bytes.length < 8) return undefined;
	const number = (from: number, size: 1 | 2 | 4): number =>
		isLittle ? bytes.readUIntLE(from, size) : bytes.readUIntBE(from, size);

	const begin = at ?? number(4, 4);
	if (begin + 2 > bytes.length) return undefined;
	const end = begin + 2 + number(begin, 2) * ENTRY_BYTES;
	/** Where the entry of a tag is. */
	const entries = new Map<number, number>();
	for (let entry = begin + 2; entry < end; entry += ENTRY_BYTES) {
		if (entry + ENTRY_BYTES > bytes.length) break;
		entries.set(number(entry, 2), entry);
	}

	const values = (tag: number, longest = Infinity): number[] => {
		const entry = entries.get(tag);
		const size = entry === undefined ? undefined : SIZES[number(entry + 2, 2)];
		if (entry === undefined || size === undefined) return [];
		const count = number(entry + 4, 4);
		// Up to four bytes of values stand in the entry itself.
		const from = count * size <= 4 ? entry + 8 : number(entry + 8, 4);
		const within = Math.max(Math.floor((bytes.length - from) / size), 0);
		const length = Math.min(count, within, longest);
		return Array.from({ length }, (_, index) => number(from + index * size, size));
	};
	return { end, has: (tag) => entries.has(tag), values, first: (tag) => values(tag, 1)[0] };
}

const ORIENTATION = 274;

/** Whether a picture is shown with its sides exchanged: EXIF and TIFF say how it is turned. */
export function isTurned(exif: Buffer): boolean {
	const orientation = readDirectory(exif)?.first(ORIENTATION) ?? 1;
	return orientation >= 5 && orientation <= 8;
}
