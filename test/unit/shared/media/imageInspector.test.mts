import { HEADER_BYTES } from '../../../../nodes/shared/media/imageFormat.ts';
import { ImageInspector, type ImageReport } from '../../../../nodes/shared/media/imageInspector.ts';
import { box, latin1, u16be, u16le, u24le, u32be, u32le, u8 } from '../../../support/bytes.mts';
import { SAMPLE_IMAGES } from '../../../support/sample-images.mts';
import { randomBytes, seededRandom } from '../../../support/seeded-random.mts';

function inspect(bytes: Buffer, chunk = Math.max(bytes.length, 1)): ImageReport {
	const inspector = new ImageInspector();
	for (let at = 0; at < bytes.length; at += chunk) inspector.write(bytes.subarray(at, at + chunk));
	return inspector.end();
}

const WIDTH = 640;
const HEIGHT = 360;
const UPRIGHT = { width: WIDTH, height: HEIGHT };
const TURNED = { width: HEIGHT, height: WIDTH };

type Order = 'II' | 'MM';
type Entry = readonly [tag: number, type: number, ...values: number[]];

/** A TIFF file whose first directory has these fields, of up to four bytes each. */
function tiff(order: Order, entries: readonly Entry[], ...behind: Buffer[]): Buffer {
	const [u16, u32] = order === 'II' ? [u16le, u32le] : [u16be, u32be];
	return Buffer.concat([
		...[latin1(order), u16(42), u32(8), directory(order, entries), u32(0)],
		...behind,
	]);
}

function directory(order: Order, entries: readonly Entry[]): Buffer {
	const [u16, u32] = order === 'II' ? [u16le, u32le] : [u16be, u32be];
	const fields = entries.map(([tag, type, ...values]) => {
		const value = Buffer.concat(values.map((each) => (type === SHORT ? u16(each) : u32(each))));
		return Buffer.concat([
			...[u16(tag), u16(type), u32(values.length)],
			...[value, Buffer.alloc(4 - value.length)],
		]);
	});
	return Buffer.concat([u16(entries.length), ...fields]);
}

const SHORT = 3;
const LONG = 4;
const orientation = (value: number): Entry => [274, SHORT, value];
const exif = (value: number, order: Order = 'II') =>
	tiff(order, [[271, LONG, 0], orientation(value)]);

/** Chunks of length, type, data, CRC. */
const pngChunk = (type: string, ...data: Buffer[]): Buffer => {
	const body = Buffer.concat(data);
	return Buffer.concat([u32be(body.length), latin1(type), body, u32be(0)]);
};
const PNG_START = latin1('\x89PNG\r\n\x1a\n');
const IHDR = pngChunk('IHDR', u32be(WIDTH), u32be(HEIGHT), u8(8, 2, 0, 0, 0));
const IDAT = pngChunk('IDAT', Buffer.alloc(300, 0x55));
const IEND = pngChunk('IEND');
const png = (...chunks: Buffer[]) => Buffer.concat([PNG_START, ...chunks]);

const segment = (marker: number, ...data: Buffer[]): Buffer => {
	const body = Buffer.concat(data);
	return Buffer.concat([u8(0xff, marker), u16be(body.length + 2), body]);
};
const SOI = u8(0xff, 0xd8);
const EOI = u8(0xff, 0xd9);
const FRAME = segment(0xc0, u8(8), u16be(HEIGHT), u16be(WIDTH), u8(1, 1, 0x11, 0));
const THUMBNAIL = Buffer.concat([SOI, segment(0xc0, u8(8), u16be(90), u16be(160), u8(1)), EOI]);
/** What is coded has FF 00 for FF, and restart markers. */
const SCAN = Buffer.concat([
	...[segment(0xda, u8(1, 1, 0, 0, 63, 0)), Buffer.alloc(200, 0x77), u8(0xff, 0, 0xff, 0xd0)],
	...[u8(0xd9, 0xff, 0, 0xd9), Buffer.alloc(50, 3)],
]);
const exifSegment = (value: number, order?: Order) =>
	segment(0xe1, latin1('Exif\0\0'), exif(value, order), THUMBNAIL);
const jpegWithout = (...parts: Buffer[]) => Buffer.concat([SOI, ...parts, EOI]);
const jpeg = (...parts: Buffer[]) => jpegWithout(...parts, SCAN);

const riffChunk = (type: string, data: Buffer): Buffer =>
	Buffer.concat([latin1(type), u32le(data.length), data, Buffer.alloc(data.length % 2)]);
const webp = (...chunks: Buffer[]): Buffer => {
	const body = Buffer.concat([latin1('WEBP'), ...chunks]);
	return Buffer.concat([latin1('RIFF'), u32le(body.length), body]);
};
const VP8X = riffChunk(
	'VP8X',
	Buffer.concat([u8(8, 0, 0, 0), u24le(WIDTH - 1), u24le(HEIGHT - 1)]),
);
const VP8 = riffChunk(
	'VP8 ',
	Buffer.concat([u8(0x30, 1, 0, 0x9d, 1, 0x2a), u16le(WIDTH), u16le(HEIGHT), Buffer.alloc(201)]),
);

const ispe = (width: number, height: number) => box('ispe', u32be(0), u32be(width), u32be(height));
const irot = (quarters: number) => box('irot', u8(quarters));
const clap = (width: number, height: number) =>
	box('clap', ...[width * 2, 2, height, 1, 0, 1, 0, 1].map(u32be));
/** A tile, the picture, a thumbnail; the picture has the properties that are given. */
function heif(
	own: readonly Buffer[],
	{
		brand = 'heic',
		large = false,
		primary = 2,
	}: { brand?: string; large?: boolean; primary?: number } = {},
): Buffer {
	const id = large ? u32be : u16be;
	const index = large
		? (value: number) => u16be(value | 0x8000)
		: (value: number) => u8(value | 0x80);
	const item = (number: number, ...indices: number[]) =>
		Buffer.concat([id(number), u8(indices.length), ...indices.map(index)]);
	const properties = [ispe(512, 512), box('hvcC', Buffer.alloc(9)), ...own, ispe(320, 180)];
	return Buffer.concat([
		box('ftyp', latin1(brand), u32be(0), latin1('mif1')),
		box(
			'meta',
			u32be(0),
			box('hdlr', u32be(0), u32be(0), latin1('pict'), Buffer.alloc(13)),
			large
				? box('pitm', u32be(0x0100_0000), u32be(primary))
				: box('pitm', u32be(0), u16be(primary)),
			box(
				'iprp',
				box('ipco', ...properties),
				box(
					'ipma',
					u8(large ? 1 : 0, 0, 0, large ? 1 : 0),
					u32be(3),
					item(1, 1, 2),
					item(2, ...own.map((_, at) => at + 3)),
					item(3, properties.length),
				),
			),
		),
		box('mdat', Buffer.alloc(150, 9)),
	]);
}

describe('the size is that of the picture as it is shown', () => {
	const TURNS = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => ({
		value,
		size: value >= 5 ? TURNED : UPRIGHT,
	}));

	test.each(TURNS)('turned by EXIF: $value', ({ value, size }) => {
		for (const order of ['II', 'MM'] as const) {
			const files = {
				jpg: jpeg(segment(0xe0, latin1('JFIF\0')), exifSegment(value, order), FRAME),
				png: png(IHDR, pngChunk('eXIf', exif(value, order)), IDAT, IEND),
				'png, at its end': png(IHDR, IDAT, pngChunk('eXIf', exif(value, order)), IEND),
				webp: webp(VP8X, VP8, riffChunk('EXIF', exif(value, order))),
				'webp, as in a JPEG': webp(
					...[VP8X, VP8],
					riffChunk('EXIF', Buffer.concat([latin1('Exif\0\0'), exif(value, order)])),
				),
				tiff: tiff(order, [[256, LONG, WIDTH], [257, LONG, HEIGHT], orientation(value)]),
			};
			for (const bytes of Object.values(files)) {
				for (const chunk of [1, 100, bytes.length]) {
					expect(inspect(bytes, chunk)).toMatchObject({ header: { size }, isWhole: true });
				}
			}
		}
	});

	test('EXIF far behind the header of a large file counts', () => {
		const pixels = Buffer.alloc(2 * HEADER_BYTES, 0x33);
		const exifOf = exif(6);
		for (const bytes of [
			png(IHDR, pngChunk('IDAT', pixels), pngChunk('eXIf', exifOf), IEND),
			webp(VP8X, VP8, riffChunk('XMP ', pixels), riffChunk('EXIF', exifOf)),
		]) {
			expect(inspect(bytes, 65_536).header?.size).toEqual(TURNED);
		}
	});

	test.each([
		['no orientation', tiff('II', [[271, LONG, 0]])],
		['orientation 0', exif(0)],
		['orientation 9', exif(9)],
		['nothing', Buffer.alloc(0)],
		['half a directory', exif(6).subarray(0, 14)],
		['noise', randomBytes(400, seededRandom(5))],
	])('EXIF with %s turns nothing', (_, data) => {
		for (const bytes of [
			jpeg(segment(0xe1, latin1('Exif\0\0'), data), FRAME),
			png(IHDR, pngChunk('eXIf', data), IDAT, IEND),
			webp(VP8X, VP8, riffChunk('EXIF', data)),
		]) {
			expect(inspect(bytes).header?.size).toEqual(UPRIGHT);
		}
	});

	test.each([
		['not turned', [ispe(WIDTH, HEIGHT)], UPRIGHT],
		['turned by nothing', [ispe(WIDTH, HEIGHT), irot(0)], UPRIGHT],
		['turned by a quarter', [ispe(WIDTH, HEIGHT), irot(1)], TURNED],
		['turned by a half', [ispe(WIDTH, HEIGHT), irot(2)], UPRIGHT],
		['turned by three quarters', [ispe(WIDTH, HEIGHT), irot(3)], TURNED],
		['mirrored', [ispe(WIDTH, HEIGHT), box('imir', u8(1))], UPRIGHT],
		['cropped', [ispe(1000, 1000), clap(WIDTH, HEIGHT)], UPRIGHT],
		['cropped, then turned', [ispe(1000, 1000), clap(WIDTH, HEIGHT), irot(1)], TURNED],
		['cropped to nothing', [ispe(WIDTH, HEIGHT), clap(0, 5)], UPRIGHT],
	])('HEIC and AVIF, %s', (_, own, size) => {
		for (const options of [
			{},
			{ large: true },
			{ brand: 'avif' },
			{ brand: 'avif', large: true },
		]) {
			const bytes = heif(own, options);
			expect(inspect(bytes)).toMatchObject({ header: { size }, isWhole: true });
			expect(inspect(bytes, 7)).toMatchObject({ header: { size }, isWhole: true });
		}
	});

	test('HEIC: of no primary item that is known, the largest, unless something is turned', () => {
		const sizeOf = (own: Buffer[]) => inspect(heif(own, { primary: 99 })).header?.size;
		expect(sizeOf([ispe(4000, 3000)])).toEqual({ width: 4000, height: 3000 });
		expect(sizeOf([ispe(4000, 3000), irot(1)])).toBeUndefined();
	});

	test('TIFF whose first picture is a small version of another: not known', () => {
		const bytes = tiff('II', [
			[254, LONG, 1],
			[256, SHORT, 160],
			[257, SHORT, 120],
		]);
		expect(inspect(bytes).header).toEqual({ format: 'tiff' });
	});
});

describe('what looks like an image and is none that programs can read', () => {
	const small: Entry[] = [
		[254, LONG, 1],
		[256, SHORT, 160],
		[257, SHORT, 120],
	];
	const make: Entry = [271, LONG, 0];
	/** Its full picture stands in a directory of its own. */
	const withSub = (order: Order, first: Entry[], sub: Entry[]): Buffer => {
		const at = tiff(order, [...first, [330, LONG, 0]]).length;
		return tiff(order, [...first, [330, LONG, at]], directory(order, sub));
	};

	test.each<[string, Buffer]>([
		['CR2', Buffer.concat([latin1('II*\0\x10\0\0\0CR\x02\0'), u32le(0), directory('II', small)])],
		['CR3', box('ftyp', latin1('crx '), u32be(1), latin1('crx isom'))],
		['CRW', latin1('II\x1a\0\0\0HEAPCCDR')],
		['NEF', withSub('MM', [...small, make], [[259, SHORT, 34_713]])],
		['NEF whose other directories are far away', tiff('MM', [...small, make, [330, LONG, 9e6]])],
		['ARW', withSub('II', [[254, LONG, 1], [259, SHORT, 6], make], [[262, SHORT, 32_803]])],
		[
			'DNG',
			tiff('II', [
				[254, LONG, 0],
				[256, SHORT, 4000],
				[257, SHORT, 3000],
				[50_706, LONG, 1],
			]),
		],
		['DNG without its version', withSub('II', small, [[262, SHORT, 34_892]])],
		[
			'PEF',
			tiff('MM', [
				[256, SHORT, 4000],
				[257, SHORT, 3000],
				[262, SHORT, 32_803],
			]),
		],
		[
			'SRW',
			tiff('II', [
				[256, SHORT, 4000],
				[257, SHORT, 3000],
				[259, SHORT, 32_770],
			]),
		],
		['ORF', latin1('IIRO\x08\0\0\0')],
		['RW2', latin1('IIU\0\x18\0\0\0')],
		['RAF', latin1('FUJIFILMCCD-RAW 0201FF')],
		['X3F', latin1('FOVb\x01\0\x02\0')],
		['MRW', latin1('\0MRM\0\0\0\0')],
	])('%s is a camera raw file', (_, bytes) => {
		const { header, description } = inspect(bytes);
		expect({ header, description }).toEqual({ description: 'a camera raw file' });
	});

	test("Apple's PNG", () => {
		const bytes = png(pngChunk('CgBI', u32be(0x5000_2002)), IHDR, IDAT, IEND);
		const { header, description } = inspect(bytes);
		expect({ header, description }).toEqual({
			description: "a PNG of Apple's own kind (CgBI)",
		});
	});

	test.each<[string, Buffer]>([
		['a scan', tiff('MM', [[256, SHORT, WIDTH], [257, SHORT, HEIGHT], make, [262, SHORT, 2]])],
		['pages', withSub('II', [[256, SHORT, WIDTH], [257, SHORT, HEIGHT], make], [[262, SHORT, 2]])],
		[
			'JPEG within',
			tiff('II', [
				[256, SHORT, WIDTH],
				[257, SHORT, HEIGHT],
				[259, SHORT, 7],
			]),
		],
	])('but a TIFF with %s is an image', (_, bytes) => {
		expect(inspect(bytes).header).toEqual({ format: 'tiff', size: UPRIGHT });
	});
});

const strips = (order: Order) => {
	const entries = (at: number): Entry[] => [
		...([
			[256, LONG, WIDTH],
			[257, LONG, HEIGHT],
		] as Entry[]),
		...([
			[273, LONG, at],
			[279, LONG, 80],
		] as Entry[]),
	];
	const at = tiff(order, entries(0)).length;
	return tiff(order, entries(at), Buffer.alloc(80, 5));
};
const bmp = (header: Buffer, pixels: number) =>
	Buffer.concat([
		...[latin1('BM'), u32le(0), u32le(0), u32le(14 + header.length)],
		...[header, Buffer.alloc(pixels, 5)],
	]);
const bmpHeader = (bits: number, compression = 0, size = 0) =>
	Buffer.concat([
		...[u32le(40), u32le(5), u32le(-4), u16le(1), u16le(bits), u32le(compression)],
		...[u32le(size), Buffer.alloc(16)],
	]);

/** Whole files, and how many bytes are enough for the picture. */
const WHOLE: ReadonlyArray<{ name: string; bytes: Buffer; enough?: number }> = [
	// The CRC of a chunk without data is no loss.
	...[png(IHDR, IDAT, IEND), png(IHDR, IDAT, pngChunk('eXIf', exif(6)), IDAT, IEND)].map(
		(bytes, index) => ({ name: `PNG ${index}`, bytes, enough: bytes.length - 4 }),
	),
	{ name: 'JPEG', bytes: jpeg(FRAME) },
	{ name: 'JPEG with EXIF and a thumbnail', bytes: jpeg(exifSegment(6), FRAME) },
	{ name: 'JPEG, progressive', bytes: jpeg(FRAME, SCAN, segment(0xc4, Buffer.alloc(9)), SCAN) },
	{ name: 'JPEG with fill bytes', bytes: jpeg(FRAME, SCAN, u8(0xff, 0xff, 0xff)) },
	{ name: 'WebP', bytes: webp(VP8), enough: webp(VP8).length - 1 },
	{
		name: 'WebP with EXIF',
		bytes: webp(VP8X, VP8, riffChunk('EXIF', exif(1))),
		enough: webp(VP8X, VP8).length - 1,
	},
	{ name: 'HEIC', bytes: heif([ispe(WIDTH, HEIGHT)]) },
	{ name: 'AVIF', bytes: heif([ispe(WIDTH, HEIGHT)], { brand: 'avif' }) },
	{
		name: 'JPEG 2000',
		bytes: Buffer.concat([
			box('jP  ', latin1('\r\n\x87\n')),
			box('ftyp', latin1('jp2 '), u32be(0), latin1('jp2 ')),
			box('jp2h', box('ihdr', u32be(HEIGHT), u32be(WIDTH), u16be(3), u8(7, 7, 0, 0))),
			box('jp2c', Buffer.alloc(90, 4)),
		]),
	},
	{ name: 'TIFF, Intel', bytes: strips('II') },
	{ name: 'TIFF, Motorola', bytes: strips('MM') },
	{ name: 'BMP of 24 bits', bytes: bmp(bmpHeader(24), 4 * 16) },
	{ name: 'BMP of 1 bit', bytes: bmp(bmpHeader(1), 4 * 4) },
	{ name: 'BMP, compressed', bytes: bmp(bmpHeader(8, 1, 33), 33) },
	{
		name: 'BMP of OS/2',
		bytes: bmp(Buffer.concat([u32le(12), u16le(5), u16le(4), u16le(1), u16le(24)]), 4 * 16),
	},
];

describe.each(WHOLE)('$name', ({ bytes, enough = bytes.length }) => {
	test('is whole, also with bytes behind it, in chunks of any length', () => {
		const noise = randomBytes(60, seededRandom(9));
		// What begins like the picture's own parts is not among them.
		const behind = [noise, Buffer.alloc(40), latin1('\n'), THUMBNAIL].map((more) =>
			Buffer.concat([bytes, more]),
		);
		for (const file of [bytes, ...behind]) {
			for (const chunk of [1, 3, 16, file.length]) {
				expect(inspect(file, chunk)).toMatchObject({ isWhole: true, length: file.length });
			}
		}
	});

	test('is not when it is cut off, at any byte, in chunks of any length', () => {
		for (let length = 1; length < bytes.length; length++) {
			const cut = bytes.subarray(0, length);
			for (const chunk of [1, 13, length]) {
				const { header, isWhole } = inspect(cut, chunk);
				expect({ length, isWhole: header !== undefined && isWhole }).toEqual({
					length,
					isWhole: length >= enough,
				});
			}
		}
	});
});

test('large files are looked through to their end', () => {
	const pixels = Buffer.alloc(3 * HEADER_BYTES, 0x21);
	const files = [
		png(IHDR, pngChunk('IDAT', pixels), IEND),
		jpeg(FRAME, SCAN, pixels),
		webp(VP8, riffChunk('ANMF', pixels)),
		Buffer.concat([heif([ispe(WIDTH, HEIGHT)]), box('mdat', pixels)]),
	];
	for (const bytes of files) {
		expect(inspect(bytes, 65_536).isWhole).toBe(true);
		expect(inspect(bytes.subarray(0, -9), 65_536).isWhole).toBe(false);
		expect(inspect(bytes.subarray(0, bytes.length / 2), 65_536).isWhole).toBe(false);
	}
});

test.each([
	['a PNG', png(IHDR, IEND)],
	['a JPEG', jpegWithout(FRAME)],
	['a JPEG of nothing', jpegWithout()],
	['a JPEG whose thumbnail has one', jpegWithout(exifSegment(1), FRAME)],
	['a WebP', webp(VP8X, riffChunk('EXIF', exif(1)))],
])('%s without a picture in it is not whole', (_, bytes) => {
	for (const chunk of [1, bytes.length]) {
		expect(inspect(bytes, chunk)).toMatchObject({ header: {}, isWhole: false });
	}
});

test('nothing at all', () => {
	expect(inspect(Buffer.alloc(0))).toMatchObject({ length: 0, isWhole: false });
});

test('damaged files are never an exception, and take no time', () => {
	const random = seededRandom(4);
	const begun = performance.now();
	const files = [...WHOLE, ...SAMPLE_IMAGES].map(({ bytes }) => bytes);
	for (const bytes of files) {
		for (let round = 0; round < 200; round++) {
			const damaged = Buffer.from(bytes);
			for (let change = 0; change < 5; change++) {
				const at = 12 + Math.floor(random() * Math.max(bytes.length - 12, 0));
				if (at < damaged.length) damaged[at] = [0, 1, 0x7f, 0xff][Math.floor(random() * 4)] ?? 0;
			}
			expect(() => inspect(damaged, 97)).not.toThrow();
		}
		const long = Buffer.concat([bytes, Buffer.alloc(4 * HEADER_BYTES, bytes.subarray(-60))]);
		expect(() => inspect(long, 65_536)).not.toThrow();
	}
	expect(performance.now() - begun).toBeLessThan(30_000);
});
