import { open } from 'node:fs/promises';

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'heif' | 'avif' | 'jp2' | 'tiff' | 'bmp';

/** Width and height as stored: an orientation tag (EXIF, HEIF irot) is not applied, here or when rendering. */
export interface ImageInfo {
	readonly format: ImageFormat;
	readonly width: number;
	readonly height: number;
}

/**
 * Random access to a file: `length` bytes from `position`, zeros beyond its end. A file that is cut off
 * so has no size, or one of 0.
 */
type Read = (position: number, length: number) => Promise<Buffer>;

type Size = Pick<ImageInfo, 'width' | 'height'>;

/** What an image is, by its content alone; null if it is none of the formats that Magic Hour takes. */
export async function inspectImageFile(path: string): Promise<ImageInfo | null> {
	const file = await open(path);
	try {
		return await inspectImage(async (position, length) => {
			const buffer = Buffer.alloc(length);
			await file.read(buffer, 0, length, position);
			return buffer;
		});
	} finally {
		await file.close();
	}
}

async function inspectImage(read: Read): Promise<ImageInfo | null> {
	const head = await read(0, 32);
	const kind = READERS.find(({ matches }) => matches(head));
	const size = await kind?.size(read, head);
	return kind && size && size.width > 0 && size.height > 0
		? { format: kind.format, ...size }
		: null;
}

const ascii = (bytes: Buffer, start: number, end: number): string =>
	bytes.toString('latin1', start, end);

const brandIs =
	(...brands: string[]) =>
	(head: Buffer): boolean =>
		ascii(head, 4, 8) === 'ftyp' && brands.includes(ascii(head, 8, 12));

const READERS: readonly {
	format: ImageFormat;
	matches: (head: Buffer) => boolean;
	size: (read: Read, head: Buffer) => Promise<Size | null> | Size | null;
}[] = [
	{
		format: 'png',
		matches: (head) => ascii(head, 0, 8) === '\x89PNG\r\n\x1a\n' && ascii(head, 12, 16) === 'IHDR',
		size: (_, head) => ({ width: head.readUInt32BE(16), height: head.readUInt32BE(20) }),
	},
	{ format: 'jpeg', matches: (head) => ascii(head, 0, 3) === '\xff\xd8\xff', size: jpegSize },
	{
		format: 'webp',
		matches: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP',
		size: (_, head) => webpSize(head),
	},
	{ format: 'avif', matches: brandIs('avif', 'avis'), size: heifSize },
	{
		format: 'heif',
		matches: brandIs('heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1'),
		size: heifSize,
	},
	{ format: 'jp2', matches: (head) => ascii(head, 4, 8) === 'jP  ', size: jp2Size },
	{
		format: 'tiff',
		matches: (head) => ['II*\0', 'MM\0*'].includes(ascii(head, 0, 4)),
		size: tiffSize,
	},
	{
		format: 'bmp',
		matches: (head) => ascii(head, 0, 2) === 'BM',
		// A negative height says that the rows are stored from the top.
		size: (_, head) => ({ width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)) }),
	},
];

/** Walks the segments up to the start-of-frame one, which may come after large metadata. */
async function jpegSize(read: Read): Promise<Size | null> {
	for (let position = 2; ; ) {
		const segment = await read(position, 9);
		const marker = segment.readUInt8(1);
		if (segment.readUInt8(0) !== 0xff) return null;
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) };
		// Fill bytes (ff ff) have no length of their own.
		position += marker === 0xff ? 1 : 2 + segment.readUInt16BE(2);
	}
}

function webpSize(head: Buffer): Size | null {
	switch (ascii(head, 12, 16)) {
		case 'VP8 ':
			return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
		case 'VP8L': {
			const bits = head.readUInt32LE(21);
			return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8X':
			return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
		default:
			return null;
	}
}

interface Box {
	readonly type: string;
	readonly start: number;
	readonly end: number;
}

/** The boxes of an ISO media file between two positions. */
async function boxes(read: Read, start: number, end: number): Promise<Box[]> {
	const found: Box[] = [];
	for (let position = start; position < end; ) {
		const header = await read(position, 16);
		const short = header.readUInt32BE(0);
		const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
		const stop = short === 0 ? end : position + size;
		if (stop <= position) break;
		found.push({
			type: ascii(header, 4, 8),
			start: position + (short === 1 ? 16 : 8),
			end: Math.min(stop, end),
		});
		position = stop;
	}
	return found;
}

/** The boxes at a path such as meta/iprp/ipco; `skip` bytes of version and flags follow a meta box's header. */
async function boxesAt(read: Read, path: readonly string[]): Promise<Box[]> {
	let level = await boxes(read, 0, Number.MAX_SAFE_INTEGER);
	for (const type of path) {
		const box = level.find((candidate) => candidate.type === type);
		if (!box) return [];
		level = await boxes(read, box.start + (type === 'meta' ? 4 : 0), box.end);
	}
	return level;
}

/** The largest of the sizes given: the others are those of tiles and thumbnails. */
async function heifSize(read: Read): Promise<Size | null> {
	let largest: Size | null = null;
	for (const box of await boxesAt(read, ['meta', 'iprp', 'ipco'])) {
		if (box.type !== 'ispe') continue;
		const body = await read(box.start, 12);
		const size = { width: body.readUInt32BE(4), height: body.readUInt32BE(8) };
		if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
	}
	return largest;
}

async function jp2Size(read: Read): Promise<Size | null> {
	const header = (await boxesAt(read, ['jp2h'])).find((box) => box.type === 'ihdr');
	if (!header) return null;
	const body = await read(header.start, 8);
	return { height: body.readUInt32BE(0), width: body.readUInt32BE(4) };
}

const TIFF_WIDTH = 256;
const TIFF_HEIGHT = 257;
const TIFF_SHORT = 3;

async function tiffSize(read: Read, head: Buffer): Promise<Size | null> {
	const little = head.readUInt8(0) === 0x49;
	const u16 = (bytes: Buffer, at: number) =>
		little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
	const u32 = (bytes: Buffer, at: number) =>
		little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

	const directory = u32(head, 4);
	const count = u16(await read(directory, 2), 0);
	const entries = await read(directory + 2, 12 * count);
	const value = (tag: number): number => {
		for (let at = 0; at + 12 <= entries.length; at += 12) {
			if (u16(entries, at) !== tag) continue;
			return u16(entries, at + 2) === TIFF_SHORT ? u16(entries, at + 8) : u32(entries, at + 8);
		}
		return 0;
	};
	return { width: value(TIFF_WIDTH), height: value(TIFF_HEIGHT) };
}
