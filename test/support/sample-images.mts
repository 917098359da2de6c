import { box, latin1, u16be, u16le, u24le, u32be, u32le, u8 } from './bytes.mts';

/** Headers of image files, built by hand from the formats' specifications; there is no picture behind them. */
interface SampleImage {
	readonly name: string;
	readonly format: 'png' | 'jpg' | 'webp' | 'heic' | 'avif' | 'jp2' | 'tiff' | 'bmp';
	readonly width: number;
	readonly height: number;
	readonly bytes: Buffer;
	/** A part of the file has sizes of its own: one that is cut off there may show those. */
	readonly hasParts?: boolean;
	/** With fewer bytes than these, the format can't be told from a related one. */
	readonly knownFrom?: number;
}

const WIDTH = 1234;
const HEIGHT = 777;
const SIZE = { width: WIDTH, height: HEIGHT };

/** PNG specification (ISO/IEC 15948): signature, then chunks of length, type, data, CRC. */
const PNG_SIGNATURE = latin1('\x89PNG\r\n\x1a\n');
const png = Buffer.concat([
	PNG_SIGNATURE,
	u32be(13),
	latin1('IHDR'),
	u32be(WIDTH),
	u32be(HEIGHT),
	u8(8, 6, 0, 0, 0),
	u32be(0x1234_5678),
	u32be(0),
	latin1('IEND'),
	u32be(0xae42_6082),
]);

/** ITU T.81: a marker, then a length that includes itself, then data. */
function segment(marker: number, ...data: Buffer[]): Buffer {
	const body = Buffer.concat(data);
	return Buffer.concat([u8(0xff, marker), u16be(body.length + 2), body]);
}

function frame(marker: number, width = WIDTH, height = HEIGHT): Buffer {
	const components = u8(3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1);
	return segment(marker, u8(8), u16be(height), u16be(width), components);
}

const START = u8(0xff, 0xd8);
const JFIF = segment(0xe0, latin1('JFIF\0'), u8(1, 1, 0, 0, 1, 0, 1, 0, 0));
/** EXIF holds a thumbnail, a JPEG with a size of its own that must not be taken. */
const EXIF = segment(0xe1, latin1('Exif\0\0'), START, frame(0xc0, 160, 120));
const COMMENT = segment(0xfe, latin1('made by hand'));
const QUANTISATION = segment(0xdb, u8(0), Buffer.alloc(64, 7));
/** Its marker lies among the frames' (C0 to CF), as those of DAC (CC) and JPG (C8) do. */
const HUFFMAN = segment(0xc4, u8(0), Buffer.alloc(16), u8(1));
const ARITHMETIC = segment(0xcc, u8(0, 0x10));
const SCAN = Buffer.concat([segment(0xda, u8(1, 1, 0, 0, 63, 0)), u8(1, 2, 3, 0xff, 0xd9)]);

function jpeg(...parts: Buffer[]): Buffer {
	return Buffer.concat([START, ...parts, SCAN]);
}

/** WebP container: RIFF, size, WEBP, then chunks of type, size, data. */
function webp(type: string, data: Buffer): Buffer {
	const chunk = Buffer.concat([latin1(type), u32le(data.length), data]);
	return Buffer.concat([latin1('RIFF'), u32le(4 + chunk.length), latin1('WEBP'), chunk]);
}

/** RFC 6386: frame tag, start code, 14 bits of width and height, 2 bits of scale each. */
const vp8 = webp(
	'VP8 ',
	Buffer.concat([
		u8(0x30, 1, 0),
		u8(0x9d, 0x01, 0x2a),
		u16le(WIDTH | 0x4000),
		u16le(HEIGHT | 0x8000),
		Buffer.alloc(8),
	]),
);
/** RFC 9649: signature, 14 bits each of width - 1 and height - 1, alpha, version. */
const vp8l = webp(
	'VP8L',
	Buffer.concat([u8(0x2f), u32le((WIDTH - 1) | ((HEIGHT - 1) << 14) | (1 << 28)), Buffer.alloc(8)]),
);
const vp8x = webp('VP8X', Buffer.concat([u8(0x10, 0, 0, 0), u24le(WIDTH - 1), u24le(HEIGHT - 1)]));

/** ISO/IEC 23008-12: brands in `ftyp`; `ispe` properties in `meta/iprp/ipco`. */
function heif(brands: readonly string[], sizes: ReadonlyArray<readonly [number, number]>): Buffer {
	const [major = '', ...compatible] = brands;
	const ispe = sizes.map(([width, height]) => box('ispe', u32be(0), u32be(width), u32be(height)));
	return Buffer.concat([
		box('ftyp', latin1(major), u32be(0), ...compatible.map(latin1)),
		box(
			'meta',
			u32be(0),
			box('hdlr', u32be(0), u32be(0), latin1('pict'), Buffer.alloc(13)),
			box('iprp', box('ipco', ...ispe)),
		),
		box('mdat', Buffer.alloc(20)),
	]);
}

const WHOLE: readonly [number, number] = [WIDTH, HEIGHT];

/** ISO/IEC 15444-1, annex I: signature box, file type, header with `ihdr` (height first). */
const jp2 = Buffer.concat([
	box('jP  ', latin1('\r\n\x87\n')),
	box('ftyp', latin1('jp2 '), u32be(0), latin1('jp2 ')),
	box('jp2h', box('ihdr', u32be(HEIGHT), u32be(WIDTH), u16be(3), u8(7, 7, 0, 0))),
	box('jp2c', u8(0xff, 0x4f)),
]);
/** Annex A: SOC, then SIZ, where the picture begins at an offset of its own on the reference grid. */
const codestream = Buffer.concat([
	u8(0xff, 0x4f, 0xff, 0x51),
	u16be(47),
	u16be(0),
	u32be(WIDTH + 10),
	u32be(HEIGHT + 20),
	u32be(10),
	u32be(20),
	Buffer.alloc(25),
]);

const SHORT = 3;
const LONG = 4;

/** TIFF 6.0: byte order, 42, offset of the first directory; entries of tag, type, count, value. */
function tiff(order: 'II' | 'MM', type: typeof SHORT | typeof LONG, gap: Buffer): Buffer {
	const [u16, u32] = order === 'II' ? [u16le, u32le] : [u16be, u32be];
	const entry = (tag: number, fieldType: number, value: number) =>
		Buffer.concat([
			u16(tag),
			u16(fieldType),
			u32(1),
			fieldType === LONG ? u32(value) : Buffer.concat([u16(value), u16(0)]),
		]);
	return Buffer.concat([
		latin1(order),
		u16(42),
		u32(8 + gap.length),
		gap,
		u16(4),
		entry(254, LONG, 0),
		entry(256, type, WIDTH),
		entry(257, type, HEIGHT),
		entry(258, SHORT, 8),
		u32(0),
	]);
}

/** Windows: file header of 14 bytes, then a header that begins with its own size. */
function bmp(header: Buffer): Buffer {
	const fileHeader = [latin1('BM'), u32le(1000), u32le(0), u32le(54)];
	return Buffer.concat([...fileHeader, header, Buffer.alloc(40)]);
}

const sample = (
	name: string,
	format: SampleImage['format'],
	bytes: Buffer,
	hasParts = false,
): SampleImage => ({ name, format, bytes, hasParts, ...SIZE });

export const SAMPLE_IMAGES: readonly SampleImage[] = [
	sample('PNG', 'png', png),
	sample('JPEG', 'jpg', jpeg(JFIF, QUANTISATION, frame(0xc0), HUFFMAN)),
	sample(
		'JPEG with several segments before its frame',
		'jpg',
		jpeg(JFIF, EXIF, COMMENT, QUANTISATION, HUFFMAN, ARITHMETIC, frame(0xc0)),
	),
	sample('JPEG, progressive', 'jpg', jpeg(EXIF, QUANTISATION, HUFFMAN, frame(0xc2))),
	sample('JPEG, arithmetic coding', 'jpg', jpeg(ARITHMETIC, frame(0xc9))),
	sample('JPEG with fill bytes', 'jpg', jpeg(JFIF, u8(0xff, 0xff, 0xff), frame(0xc1))),
	sample('WebP, lossy', 'webp', vp8),
	sample('WebP, lossless', 'webp', vp8l),
	sample('WebP, extended', 'webp', vp8x),
	sample('HEIC', 'heic', heif(['heic', 'mif1', 'heic'], [WHOLE])),
	sample('HEIC with major brand mif1', 'heic', heif(['mif1', 'mif1', 'heic'], [WHOLE])),
	sample(
		'HEIC in tiles, with a thumbnail',
		'heic',
		heif(['heic', 'mif1', 'MiHE'], [[512, 512], WHOLE, [320, 240]]),
		true,
	),
	sample('HEIC sequence', 'heic', heif(['msf1', 'msf1', 'hevc'], [WHOLE])),
	sample('AVIF', 'avif', heif(['avif', 'mif1', 'miaf'], [WHOLE])),
	{
		...sample(
			'AVIF with major brand mif1',
			'avif',
			heif(['mif1', 'mif1', 'avif', 'miaf'], [WHOLE]),
		),
		knownFrom: 24,
	},
	sample('JPEG 2000', 'jp2', jp2),
	sample('JPEG 2000, raw', 'jp2', codestream),
	sample('TIFF, Intel', 'tiff', tiff('II', SHORT, Buffer.alloc(0))),
	sample('TIFF, Motorola', 'tiff', tiff('MM', SHORT, Buffer.alloc(0))),
	sample('TIFF, Intel, long', 'tiff', tiff('II', LONG, Buffer.alloc(300, 1))),
	sample('TIFF, Motorola, long', 'tiff', tiff('MM', LONG, Buffer.alloc(300, 1))),
	sample('BMP', 'bmp', bmp(Buffer.concat([u32le(40), u32le(WIDTH), u32le(HEIGHT)]))),
	sample('BMP, top-down', 'bmp', bmp(Buffer.concat([u32le(124), u32le(WIDTH), u32le(-HEIGHT)]))),
	sample('BMP of OS/2', 'bmp', bmp(Buffer.concat([u32le(12), u16le(WIDTH), u16le(HEIGHT)]))),
];

/** Images whose size is not within their bytes. */
export const WITHOUT_SIZE: readonly Pick<SampleImage, 'name' | 'format' | 'bytes'>[] = [
	{ name: 'PNG, cut off', format: 'png', bytes: png.subarray(0, 20) },
	{ name: 'JPEG, cut off before its frame', format: 'jpg', bytes: jpeg(JFIF).subarray(0, 20) },
	{ name: 'JPEG without a frame', format: 'jpg', bytes: jpeg(JFIF, QUANTISATION) },
	{
		name: 'JPEG with a height of 0 (defined after the scan)',
		format: 'jpg',
		bytes: jpeg(frame(0xc0, WIDTH, 0)),
	},
	{ name: 'WebP, cut off', format: 'webp', bytes: vp8.subarray(0, 24) },
	{ name: 'HEIC without properties', format: 'heic', bytes: heif(['heic', 'mif1'], []) },
	{
		name: 'TIFF whose directory is at the end of a large file',
		format: 'tiff',
		bytes: Buffer.concat([latin1('II'), u16le(42), u32le(50_000_000), Buffer.alloc(1000)]),
	},
	{ name: 'JPEG 2000, cut off', format: 'jp2', bytes: jp2.subarray(0, 40) },
	{
		name: 'BMP of no width',
		format: 'bmp',
		bytes: bmp(Buffer.concat([u32le(40), u32le(0), u32le(9)])),
	},
];
