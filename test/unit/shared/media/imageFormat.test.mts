import {
	describeContent,
	HEADER_BYTES,
	IMAGE_EXTENSIONS,
	MIME_TYPES,
	readImageHeader,
} from '../../../../nodes/shared/media/imageFormat.ts';
import { box, latin1, u32be } from '../../../support/bytes.mts';
import { SAMPLE_IMAGES, WITHOUT_SIZE } from '../../../support/sample-images.mts';
import { randomBytes, seededRandom } from '../../../support/seeded-random.mts';

test.each(SAMPLE_IMAGES)('$name', ({ format, width, height, bytes }) => {
	expect(readImageHeader(bytes)).toEqual({ format, size: { width, height } });
});

test.each(WITHOUT_SIZE)('$name: known, but not its size', ({ format, bytes }) => {
	expect(readImageHeader(bytes)).toEqual({ format });
});

describe('what people send for an image, told for what it is', () => {
	const PNG = SAMPLE_IMAGES.find(({ format }) => format === 'png')?.bytes ?? Buffer.alloc(0);
	const JPEG = SAMPLE_IMAGES.find(({ format }) => format === 'jpg')?.bytes ?? Buffer.alloc(0);
	const readAsText = 'an image that was read as text on its way, which destroys it';
	const illustrator = `<?xml version="1.0"?>\n<!-- Made by hand -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n${'<!ENTITY ns "http://ns.adobe.com/x/">\n'.repeat(20)}]>\n<svg xmlns="x">`;
	const base64Of = (content: string) => Buffer.from(content, 'latin1').toString('base64');
	test.each<[string, Buffer | string, string]>([
		['a PNG as UTF-8 text', PNG.toString('utf8'), readAsText],
		['a JPEG as UTF-8 text', JPEG.toString('utf8'), readAsText],
		['a PNG as Latin-1 text', PNG.toString('latin1'), readAsText],
		['a JPEG as Latin-1 text', JPEG.toString('latin1'), readAsText],
		[
			'an SVG with a DOCTYPE',
			'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg>',
			'an SVG drawing',
		],
		['an SVG of a drawing program', illustrator, 'an SVG drawing'],
		['an SVG', '<svg viewBox="0 0 1 1">', 'an SVG drawing'],
		['a page with a drawing in it', '<!DOCTYPE html><body><svg >', 'an HTML page'],
		[
			'a page with a drawing in it and a declaration before it',
			'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html><svg >',
			'an HTML page',
		],
		['a page behind comments', '<!-- <svg > --> <!-- a > b -->\n<html>', 'an HTML page'],
		['a drawing behind comments', '<!-- <html> -->\n<svg >', 'an SVG drawing'],
		['XML', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', 'an XML document'],
		['JPEG XL', Buffer.from('\xff\x0a\x00', 'latin1'), 'a JPEG XL image'],
		['JPEG XL in boxes', Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1'), 'a JPEG XL image'],
		['an icon', Buffer.from([0, 0, 1, 0, 1, 0]), 'an icon or cursor (ICO)'],
		['BigTIFF', Buffer.from('II+\0\x08\0', 'latin1'), 'a BigTIFF image'],
		['BigTIFF of a Mac', Buffer.from('MM\0+\0\x08', 'latin1'), 'a BigTIFF image'],
		['text that is not ASCII', 'Grüße aus Köln 夜', 'text'],
		['text whose last character is cut', Buffer.from('é'.repeat(3_000)).subarray(0, 4_097), 'text'],
		['UTF-16 text', Buffer.from('\ufeffHello', 'utf16le'), 'text'],
		['the text of a data URL', 'data:image/png;base64,iVBORw0KGgo=', 'the text of a data URL'],
		['the base64 text of an image', 'iVBORw0KGgoAAAANSUhEUg==', 'the base64 text of an image'],
		['the base64 text of a GIF', 'R0lGODlhAQABAIAAAAAA', 'the base64 text of an image'],
		['the base64 text of a WebP', 'UklGRiQAAABXRUJQVlA4', 'the base64 text of an image'],
		['the base64 text of a HEIC', base64Of('\0\0\0\x18ftypheic'), 'the base64 text of an image'],
		['the base64 text of an AVIF', base64Of('\0\0\0\x20ftypavif'), 'the base64 text of an image'],
		['base64 text in quotes', '"/9j/4AAQSkZJRgABAQ=="', 'the base64 text of an image'],
		['RTF', '{\\rtf1\\ansi', 'an RTF document'],
		['PostScript', '%!PS-Adobe-3.0 EPSF-3.0', 'a PostScript file'],
		['bytes of nothing', Buffer.from([1, 2, 3, 0xff]), 'of an unknown type'],
	])('%s', (_, content, description) => {
		const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
		expect(readImageHeader(bytes)).toBeUndefined();
		expect(describeContent(bytes)).toBe(description);
	});
});

describe('what is no image that Magic Hour takes', () => {
	const ftyp = (brand: string) => box('ftyp', latin1(brand), u32be(0), latin1(brand));

	test.each<[string, Buffer, string]>([
		['GIF 87', latin1('GIF87a\x01\0\x01\0'), 'a GIF image'],
		['GIF 89', latin1('GIF89a\x01\0\x01\0'), 'a GIF image'],
		['PDF', latin1('%PDF-1.7\n1 0 obj\n'), 'a PDF document'],
		['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg">'), 'an SVG drawing'],
		[
			'SVG with a declaration',
			latin1('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<svg width="1">'),
			'an SVG drawing',
		],
		['HTML', latin1('<!DOCTYPE html>\n<html><body>404</body></html>'), 'an HTML page'],
		['HTML without doctype', latin1('\n <HTML><head>'), 'an HTML page'],
		['JSON', latin1('{"error":"not found"}'), 'JSON text'],
		['text', latin1('No such file.\r\n\tTry again.'), 'text'],
		['MP4', Buffer.concat([ftyp('isom'), box('moov')]), 'a video'],
		['MP4 (mp42)', ftyp('mp42'), 'a video'],
		['QuickTime', ftyp('qt  '), 'a video'],
		['WebM', latin1('\x1aE\xdf\xa3\x9fB\x86'), 'a video'],
		['AVI', latin1('RIFF\x10\0\0\0AVI LIST'), 'a video'],
		['3GP', ftyp('3gp4'), 'a video'],
		['MP4 of Sony', ftyp('MSNV'), 'a video'],
		['old QuickTime', Buffer.concat([box('wide'), box('mdat')]), 'a video'],
		['MPEG', latin1('\0\0\x01\xba\x44\0'), 'a video'],
		['Flash video', latin1('FLV\x01\x05\0'), 'a video'],
		['Windows Media', latin1('0&\xb2u\x8ef\xcf\x11'), 'a video'],
		['WAV', latin1('RIFF\x10\0\0\0WAVEfmt '), 'a sound file'],
		['MP3', latin1('ID3\x04\0'), 'a sound file'],
		['MP3 without tags', latin1('\xff\xfb\x90\x64'), 'a sound file'],
		['RAR', latin1('Rar!\x1a\x07'), 'an archive'],
		['an old Word document', latin1('\xd0\xcf\x11\xe0\xa1'), 'an Office document'],
		['an image of another codec in the boxes of HEIF', ftyp('avci'), 'of an unknown type'],
		['Photoshop', latin1('8BPS\0\x01'), 'a Photoshop file'],
		['ZIP', latin1('PK\x03\x04\x14\0'), 'a ZIP archive or an Office document'],
		['audio in ISO boxes', ftyp('M4A '), 'a sound file'],
		['zeros', Buffer.alloc(100), 'of an unknown type'],
		['words that begin like a bitmap', latin1(`BM${'W is a maker of cars. '.repeat(3)}`), 'text'],
	])('%s: %s', (_, bytes, description) => {
		expect(readImageHeader(bytes)).toBeUndefined();
		expect(describeContent(bytes)).toBe(description);
	});

	test('nothing at all', () => {
		expect(readImageHeader(Buffer.alloc(0))).toBeUndefined();
	});

	test.each(SAMPLE_IMAGES)('$name without its first byte', ({ bytes }) => {
		expect(readImageHeader(bytes.subarray(1))).toBeUndefined();
	});
});

describe('damaged files', () => {
	/** Reads a header, and holds what must be true of any bytes. */
	function read(bytes: Buffer) {
		const header = readImageHeader(bytes);
		const { width, height } = header?.size ?? { width: 1, height: 1 };
		const sensible = width > 0 && height > 0 && describeContent(bytes) !== '';
		if (!sensible) throw new Error(`${width} × ${height} in ${bytes.toString('hex')}`);
		return header;
	}

	test.each(SAMPLE_IMAGES)('$name, cut off anywhere', (image) => {
		const whole = { format: image.format, size: { width: image.width, height: image.height } };
		for (let length = image.bytes.length - 1; length >= (image.knownFrom ?? 0); length--) {
			const header = read(image.bytes.subarray(0, length));
			if (header !== undefined) {
				expect({ ...whole, ...header, ...(image.hasParts ? { size: whole.size } : {}) }).toEqual(
					whole,
				);
			}
		}
	});

	test.each(SAMPLE_IMAGES)(
		'$name, with bytes changed and cut off, is never an exception',
		({ bytes }) => {
			const random = seededRandom(bytes.length);
			const below = (limit: number) => Math.floor(random() * limit);
			for (let round = 0; round < 300; round++) {
				const damaged = Buffer.from(bytes.subarray(0, 5 + below(bytes.length - 4)));
				for (let change = 0; change < 4; change++) {
					// The first bytes stay, so that the reader of the format goes on.
					damaged[4 + below(damaged.length - 4)] = [0, 1, 0x7f, 0xff, below(256)][below(5)] ?? 0;
				}
				expect(() => read(damaged)).not.toThrow();
			}
		},
	);

	test('random bytes behind every signature are never an exception', () => {
		const random = seededRandom(7);
		const signatures = SAMPLE_IMAGES.flatMap(({ bytes }) =>
			[4, 8, 12, 16].map((length) => bytes.subarray(0, length)),
		);
		for (const signature of [Buffer.alloc(0), ...signatures]) {
			for (let round = 0; round < 60; round++) {
				const rest = randomBytes(Math.floor(random() * 200), random);
				expect(() => read(Buffer.concat([signature, rest]))).not.toThrow();
			}
		}
	});

	test('a long header in which every byte repeats does not take long', () => {
		for (const { bytes } of SAMPLE_IMAGES) {
			const [start, fill] = [bytes.subarray(0, 16), bytes.subarray(16, 64)];
			const long = Buffer.concat([start, Buffer.alloc(HEADER_BYTES, fill)]);
			const begun = performance.now();
			read(long);
			expect(performance.now() - begun).toBeLessThan(500);
		}
	});
});

test('the formats are those of the documentation', () => {
	// `docs/magic-hour-api.md`
	expect([...IMAGE_EXTENSIONS].sort()).toEqual(
		'png jpg jpeg jfif heic heif webp avif jp2 tiff tif bmp'.split(' ').sort(),
	);
	for (const { format } of SAMPLE_IMAGES) expect(IMAGE_EXTENSIONS).toContain(format);
});

test('MIME types', () => {
	expect(MIME_TYPES).toEqual({
		png: 'image/png',
		jpg: 'image/jpeg',
		webp: 'image/webp',
		heic: 'image/heic',
		avif: 'image/avif',
		jp2: 'image/jp2',
		tiff: 'image/tiff',
		bmp: 'image/bmp',
	});
});
