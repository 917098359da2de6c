import { readHeifSize } from './heif';
import { describeLookalike, isSmaller } from './lookalikes';
import { isTurned, readDirectory } from './tiffDirectory';

/**
 * Tells what an image is from its first bytes: the format decides the extension that Magic Hour is given, the size
 * whether the model takes the image's shape. Reads headers only, so no image library has to be shipped.
 */

/** Formats that Magic Hour takes (its upload-urls endpoint), by the extension that is sent. */
export type ImageFormat = 'png' | 'jpg' | 'webp' | 'heic' | 'avif' | 'jp2' | 'tiff' | 'bmp';

/** Pixels. Of the picture as it is shown, which may be turned from how it is stored. */
export interface ImageSize {
	readonly width: number;
	readonly height: number;
}

export interface ImageHeader {
	readonly format: ImageFormat;
	/** `undefined` when the size is not within the bytes that were given. */
	readonly size?: ImageSize;
}

export const MIME_TYPES: Readonly<Record<ImageFormat, string>> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	webp: 'image/webp',
	heic: 'image/heic',
	avif: 'image/avif',
	jp2: 'image/jp2',
	tiff: 'image/tiff',
	bmp: 'image/bmp',
};

/** Extensions that Magic Hour takes, as its documentation lists them. */
export const IMAGE_EXTENSIONS = [
	...['png', 'jpg', 'jpeg', 'jfif', 'heic', 'heif'],
	...['webp', 'avif', 'jp2', 'tiff', 'tif', 'bmp'],
] as const;

/** How many bytes of a file are enough to find the size in all but unusual files. */
export const HEADER_BYTES = 256 * 1024;

/**
 * Reads an image's header. How a PNG or WebP is turned may stand at its end: see `imageInspector.ts`.
 * @returns `undefined` when the bytes are no image that Magic Hour takes
 */
export function readImageHeader(bytes: Buffer): ImageHeader | undefined {
	if (describeLookalike(bytes) !== undefined) return undefined;
	for (const [format, size] of FORMATS) {
		const found = size(bytes);
		if (found === undefined) continue;
		return found === 'no size' ? { format } : { format, size: found };
	}
	return undefined;
}

/** How many bytes are looked at to say what a file is that is no image. */
const DESCRIBED_BYTES = 4_096;

/** What a file is that is no image Magic Hour takes, for a message: "a GIF image", "a PDF document". */
export function describeContent(bytes: Buffer): string {
	const beginning = bytes.subarray(0, DESCRIBED_BYTES);
	const start = beginning.toString('latin1');
	const found = OTHER_CONTENT.find(({ pattern }) => pattern.test(start));
	return found?.name ?? (isText(beginning) ? 'text' : 'of an unknown type');
}

/** How the base64 text of a PNG, JPEG, GIF, WebP, HEIC or AVIF begins, also in quotes. */
export const BASE64_IMAGE =
	/^"?(?:iVBORw0KGgo|\/9j\/|R0lGODlh|UklGR[g-v]|AAAA[A-Za-z0-9+/]{2}Z0eX)/;

const OTHER_CONTENT: ReadonlyArray<{ pattern: RegExp; name: string }> = [
	{ pattern: /^GIF8[79]a/, name: 'a GIF image' },
	{ pattern: /^%PDF-/, name: 'a PDF document' },
	// Bytes that are no UTF-8 have become U+FFFD, or each byte a character.
	{
		pattern:
			/^(?:(?:\xef\xbf\xbd|\xc2\x89)PNG|(?:(?:\xef\xbf\xbd){2,4}|\xc3\xbf\xc3\x98).{0,24}(?:JFIF|Exif)|RIFF.{4,24}WEBPVP8)/s,
		name: 'an image that was read as text on its way, which destroys it',
	},
	{ pattern: /^(?:\xff\n|\0\0\0\fJXL )/, name: 'a JPEG XL image' },
	{ pattern: /^\0\0(?!\0)\p{Cc}\0/u, name: 'an icon or cursor (ICO)' },
	{ pattern: /^(?:II\+\0|MM\0\+)/, name: 'a BigTIFF image' },
	{ pattern: /^II\xbc/, name: 'a JPEG XR image' },
	{ pattern: /^icns/, name: 'an Apple icon' },
	{ pattern: /^P[1-7]\s/, name: 'a Netpbm image' },
	{ pattern: /^v\/1\p{Cc}/u, name: 'an OpenEXR image' },
	{
		pattern:
			/^(?:ID3|OggS|fLaC|\xff[\xf2\xf3\xfa\xfb]|RIFF.{4}WAVE|FORM.{4}AIF[CF]|.{4}ftypM4[AB] )/s,
		name: 'a sound file',
	},
	// Brands of videos are many, those of images in the same boxes are few.
	{ pattern: /^.{4}ftyp(?!avc[is]|avi|he[iv]|jp|mi[af]|msf)/s, name: 'a video' },
	{
		pattern:
			/^(?:.E\xdf\xa3|RIFF.{4}AVI |FLV\p{Cc}|0&\xb2u\x8ef|\0\0\p{Cc}[\xb3\xba]|\0.{3}(?:moov|mdat|wide|free))/su,
		name: 'a video',
	},
	{
		pattern:
			/^(?:\xef\xbb\xbf)?\s*(?:(?:<\?[^>]*>|<!--(?:(?!-->)[^])*-->)\s*)*<(?:!doctype html|html|head|body)/i,
		name: 'an HTML page',
	},
	{
		pattern: /^(?:\xef\xbb\xbf)?\s*(?=<)[^]*<(?:svg|!doctype svg)[\s>]/i,
		name: 'an SVG drawing',
	},
	{ pattern: /^(?:\xef\xbb\xbf)?\s*<\?xml/i, name: 'an XML document' },
	{ pattern: /^\{\\rtf/, name: 'an RTF document' },
	{ pattern: /^(?:\xef\xbb\xbf)?\s*[[{]/, name: 'JSON text' },
	{ pattern: /^"?data:[^,]{0,200},/i, name: 'the text of a data URL' },
	{ pattern: BASE64_IMAGE, name: 'the base64 text of an image' },
	{ pattern: /^8BPS/, name: 'a Photoshop file' },
	{ pattern: /^PK\p{Cc}{2}/u, name: 'a ZIP archive or an Office document' },
	{ pattern: /^\p{Cc}\x8b\p{Cc}/u, name: 'a gzip archive' },
	{ pattern: /^(?:Rar!|7z\xbc\xaf)/, name: 'an archive' },
	{ pattern: /^\xd0\xcf\p{Cc}\xe0/u, name: 'an Office document' },
	{ pattern: /^(?:%!PS|\xc5\xd0\xd3\xc6)/, name: 'a PostScript file' },
	{ pattern: /^gimp xcf/, name: 'a GIMP file' },
];

/** Text in UTF-8, or in UTF-16 with its mark. */
function isText(beginning: Buffer): boolean {
	if (/^(\xff\xfe|\xfe\xff)/.test(beginning.toString('latin1', 0, 2))) return true;
	try {
		// The last character may be cut.
		const text = new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
		return !/[^\P{Cc}\t\n\f\r]/u.test(text);
	} catch {
		return false;
	}
}

/** `undefined`: not this format. `no size`: this format, the size is not in these bytes. */
type SizeReader = (bytes: Buffer) => ImageSize | 'no size' | undefined;

const FORMATS: ReadonlyArray<readonly [ImageFormat, SizeReader]> = [
	['png', readPng],
	['jpg', readJpeg],
	['webp', readWebp],
	['heic', (bytes) => readIsoImage(bytes, HEIC_BRANDS)],
	['avif', (bytes) => readIsoImage(bytes, AVIF_BRANDS)],
	['jp2', readJpeg2000],
	['tiff', readTiff],
	['bmp', readBmp],
];

function startsWith(bytes: Buffer, latin1: string, at = 0): boolean {
	return bytes.toString('latin1', at, at + latin1.length) === latin1;
}

function sizeOrNone(width: number, height: number): ImageSize | 'no size' {
	return width > 0 && height > 0 ? { width, height } : 'no size';
}

/** @param turned whether the picture is shown with its sides exchanged */
function shown(width: number, height: number, turned: boolean): ImageSize | 'no size' {
	return turned ? sizeOrNone(height, width) : sizeOrNone(width, height);
}

/** PNG specification: signature, then the IHDR chunk. */
function readPng(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (!startsWith(bytes, '\x89PNG\r\n\x1a\n')) return undefined;
	if (bytes.length < 24) return 'no size';
	return sizeOrNone(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
}

/** ITU T.81: the size is in the first start-of-frame segment. */
function readJpeg(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (!startsWith(bytes, '\xff\xd8\xff')) return undefined;
	let at = 2;
	let turned = false;
	while (at + 9 < bytes.length) {
		if (bytes[at] !== 0xff) return 'no size';
		const marker = bytes[at + 1] as number;
		const isFill = marker === 0xff;
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		const length = bytes.readUInt16BE(at + 2);
		if (isFrame) {
			return shown(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5), turned);
		}
		const isExif = marker === 0xe1 && startsWith(bytes, 'Exif\0', at + 4);
		if (isExif) turned = isTurned(bytes.subarray(at + 10, at + 2 + length));
		at += isFill ? 1 : 2 + length;
	}
	return 'no size';
}

/** WebP container specification: VP8 (lossy), VP8L (lossless) or VP8X (extended) comes first. */
function readWebp(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (!startsWith(bytes, 'RIFF') || !startsWith(bytes, 'WEBP', 8)) return undefined;
	if (bytes.length < 30) return 'no size';
	if (startsWith(bytes, 'VP8X', 12)) {
		return sizeOrNone(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
	}
	if (startsWith(bytes, 'VP8L', 12)) {
		const packed = bytes.readUInt32LE(21);
		return sizeOrNone((packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1);
	}
	return sizeOrNone(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
}

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];
const AVIF_BRANDS = ['avif', 'avis'];
/** Say that it is an image, and leave it to the compatible brands which. */
const GENERIC_BRANDS = ['mif1', 'msf1', 'miaf'];

/** HEIF (ISO/IEC 23008-12) and AVIF, by the brands in `ftyp`. */
function readIsoImage(bytes: Buffer, brands: readonly string[]): ImageSize | 'no size' | undefined {
	if (bytes.length < 16 || !startsWith(bytes, 'ftyp', 4)) return undefined;
	const end = Math.min(bytes.readUInt32BE(0), bytes.length);
	const major = bytes.toString('latin1', 8, 12);
	const compatible: string[] = [];
	for (let at = 16; at + 4 <= end; at += 4) compatible.push(bytes.toString('latin1', at, at + 4));
	const isAvif = [major, ...compatible].some((brand) => AVIF_BRANDS.includes(brand));
	const isGeneric = GENERIC_BRANDS.includes(major) && isAvif === (brands === AVIF_BRANDS);
	if (!isGeneric && !brands.includes(major)) return undefined;

	return readHeifSize(bytes) ?? 'no size';
}

/** JPEG 2000 (ISO/IEC 15444-1): the `ihdr` box of a JP2 file, or the SIZ segment of a raw codestream. */
function readJpeg2000(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (startsWith(bytes, '\x00\x00\x00\x0cjP  \r\n\x87\n')) {
		const at = bytes.indexOf('ihdr');
		if (at === -1 || at + 12 > bytes.length) return 'no size';
		return sizeOrNone(bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 4));
	}
	if (!startsWith(bytes, '\xff\x4f\xff\x51')) return undefined;
	if (bytes.length < 24) return 'no size';
	return sizeOrNone(
		bytes.readUInt32BE(8) - bytes.readUInt32BE(16),
		bytes.readUInt32BE(12) - bytes.readUInt32BE(20),
	);
}

/** TIFF 6.0: the size is in the first image file directory, which may be anywhere in the file. */
function readTiff(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (!startsWith(bytes, 'II*\0') && !startsWith(bytes, 'MM\0*')) return undefined;
	const directory = readDirectory(bytes);
	// Which of the pictures in the file is used is not known.
	if (!directory || isSmaller(directory)) return 'no size';
	const side = (tag: number) => directory.first(tag) ?? 0;
	return shown(side(256), side(257), isTurned(bytes));
}

/** Windows bitmap: BITMAPINFOHEADER and later; a negative height means that rows go from the top down. */
function readBmp(bytes: Buffer): ImageSize | 'no size' | undefined {
	if (!startsWith(bytes, 'BM') || bytes.length < 26) return undefined;
	const headerSize = bytes.readUInt32LE(14);
	if (headerSize === 12) return sizeOrNone(bytes.readUInt16LE(18), bytes.readUInt16LE(20));
	if (headerSize < 40 || headerSize > 124) return undefined;
	return sizeOrNone(bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22)));
}
