import { Mp4Inspector, type Mp4Report } from '../../../../nodes/shared/media/mp4.ts';
import { box, largeBox, latin1, u32be, u64be } from '../../../support/bytes.mts';
import { randomBytes, seededRandom } from '../../../support/seeded-random.mts';

const FTYP = box('ftyp', latin1('isom'), u32be(512), latin1('isommp41'));
const MOOV = box('moov', box('mvhd', Buffer.alloc(20)), box('trak', Buffer.alloc(9)));
const MEDIA = Buffer.from('frames '.repeat(6));
const MDAT = box('mdat', MEDIA);
const LARGE_MDAT = largeBox('mdat', MEDIA);
/** Size 0: to the end of the file. */
const OPEN_MDAT = Buffer.concat([u32be(0), latin1('mdat'), MEDIA]);

const WHOLE: ReadonlyArray<{ name: string; bytes: Buffer }> = [
	{ name: 'index first', bytes: Buffer.concat([FTYP, MOOV, MDAT]) },
	{ name: 'index last', bytes: Buffer.concat([FTYP, MDAT, MOOV]) },
	{ name: 'a 64-bit size, index first', bytes: Buffer.concat([FTYP, MOOV, LARGE_MDAT]) },
	{ name: 'a 64-bit size, index last', bytes: Buffer.concat([FTYP, LARGE_MDAT, MOOV]) },
	{ name: 'an empty mdat', bytes: Buffer.concat([FTYP, box('mdat'), MOOV]) },
	{
		name: 'in fragments',
		bytes: Buffer.concat([FTYP, MOOV, box('moof', Buffer.alloc(5)), MDAT, box('moof'), MDAT]),
	},
];

/** The bytes in chunks of a length. */
async function* stream(bytes: Buffer, chunk = bytes.length): AsyncIterable<Buffer> {
	for (let at = 0; at < bytes.length; at += chunk) {
		await Promise.resolve();
		yield bytes.subarray(at, at + chunk);
	}
}

/** Reads a stream to its end, or until no further byte can change anything. */
async function inspectMp4(chunks: AsyncIterable<Buffer>): Promise<Mp4Report> {
	const inspector = new Mp4Inspector();
	for await (const chunk of chunks) if (!inspector.write(chunk)) break;
	return inspector.end();
}

const problemOf = async (bytes: Buffer) => (await inspectMp4(stream(bytes))).problem;

describe.each(WHOLE)('$name', ({ bytes }) => {
	test('is whole', async () => {
		await expect(inspectMp4(stream(bytes))).resolves.toEqual({ bytes: bytes.length });
	});

	test('is whole in chunks of any length', async () => {
		for (let chunk = 1; chunk <= bytes.length; chunk++) {
			await expect(inspectMp4(stream(bytes, chunk))).resolves.toEqual({ bytes: bytes.length });
		}
	});

	test('is noticed when it is cut off, at any byte, in chunks of any length', async () => {
		// The one with two fragments is structurally whole behind its first, until the type of what follows has begun: only
		// Content-Length can tell.
		const second = bytes.indexOf('moof', bytes.indexOf('moof') + 4) - 4;
		const maybeWhole = [0, 1, 2, 3, 4, 8, 9, 10, 11, 12].map((more) => second + more);
		for (let length = 1; length < bytes.length; length++) {
			if (maybeWhole.includes(length)) continue;
			for (const chunk of [1, 7, 8, 16, length]) {
				await expect(inspectMp4(stream(bytes.subarray(0, length), chunk))).resolves.toEqual({
					bytes: length,
					problem: 'it is cut off',
				});
			}
		}
	});
});

test('empty chunks change nothing', async () => {
	const bytes = Buffer.concat([FTYP, MOOV, MDAT]);
	async function* withGaps() {
		for await (const chunk of stream(bytes, 5)) yield* [Buffer.alloc(0), chunk, Buffer.alloc(0)];
	}
	await expect(inspectMp4(withGaps())).resolves.toEqual({ bytes: bytes.length });
});

describe('a last box to the end of the file', () => {
	const before = Buffer.concat([FTYP, MOOV]);
	const bytes = Buffer.concat([before, OPEN_MDAT]);

	test('is whole', async () => {
		for (let chunk = 1; chunk <= bytes.length; chunk++) {
			await expect(inspectMp4(stream(bytes, chunk))).resolves.toEqual({ bytes: bytes.length });
		}
	});
	test('is cut off without its header', async () => {
		for (let length = 1; length < before.length + 8; length++) {
			await expect(problemOf(bytes.subarray(0, length))).resolves.toBe('it is cut off');
		}
	});
	test('does not make up for a missing index', async () => {
		await expect(problemOf(Buffer.concat([FTYP, OPEN_MDAT]))).resolves.toBe('it is cut off');
	});
});

describe('bytes behind what players need are no loss', () => {
	const cutBox = (type: string) => Buffer.concat([u32be(500), latin1(type), MEDIA]);

	test.each<[string, Buffer]>([
		['a line feed', latin1('\n')],
		['27 bytes of text', latin1('<!-- served by edge-17 -->\n')],
		['zeros', Buffer.alloc(700)],
		['fewer zeros than a header has', Buffer.alloc(7)],
		['a size below that of a header', Buffer.concat([u32be(7), latin1('moov'), MEDIA])],
		['a 64-bit size below that', Buffer.concat([u32be(1), latin1('mdat'), u64be(15)])],
		['a header that is not whole', u32be(1).subarray(0, 3)],
		['a 64-bit header that is not whole', Buffer.concat([u32be(1), latin1('free'), u32be(0)])],
		['a box of padding that is cut off', cutBox('free')],
		['a box of metadata that is cut off', cutBox('uuid')],
		['boxes that are whole', Buffer.concat([box('udta', MEDIA), box('mfra'), box('\0\0\0\0')])],
		['another video', Buffer.concat([FTYP, MDAT, MOOV])],
	])('%s', async (_, behind) => {
		for (const { bytes } of WHOLE) {
			const longer = Buffer.concat([bytes, behind]);
			for (const chunk of [1, 7, 16, longer.length]) {
				await expect(inspectMp4(stream(longer, chunk))).resolves.toEqual({ bytes: longer.length });
			}
		}
	});

	test.each(['moov', 'mdat', 'moof'])('but a %s that is cut off is one', async (type) => {
		for (const { bytes } of WHOLE) {
			const begun = cutBox(type);
			for (const length of [5, 7, 8, begun.length]) {
				const longer = Buffer.concat([bytes, begun.subarray(0, length)]);
				await expect(problemOf(longer)).resolves.toBe('it is cut off');
			}
		}
	});
});

test.each([
	['free', box('free', MEDIA)],
	['skip', box('skip')],
	['wide, as QuickTime writes it', box('wide')],
	['uuid', box('uuid', Buffer.alloc(16))],
	['a segment', box('styp', latin1('msdh'))],
])('a video may begin with another box: %s', async (_, first) => {
	await expect(problemOf(Buffer.concat([first, FTYP, MOOV, MDAT]))).resolves.toBeUndefined();
	await expect(problemOf(Buffer.concat([first, MDAT, MOOV]))).resolves.toBeUndefined();
});

test('millions of tiny boxes, each of another type, take little time and memory', () => {
	const boxes = Buffer.alloc(8 * 1024 * 1024, u32be(8));
	for (let at = 4; at < boxes.length; at += 8) boxes.writeUInt32BE(0x4000_0000 + at, at);
	const held = () => process.memoryUsage().heapUsed;
	const before = held();
	const begun = performance.now();

	const inspector = new Mp4Inspector();
	inspector.write(Buffer.concat([FTYP, MOOV]));
	let most = 0;
	for (let chunk = 0; chunk < 17; chunk++) {
		inspector.write(boxes);
		most = Math.max(most, held() - before);
	}
	inspector.write(MDAT);

	expect(inspector.end()).toEqual({
		bytes: FTYP.length + MOOV.length + 17 * boxes.length + MDAT.length,
	});
	// 104 s and 753 MB, once. On a busy machine: a second or two.
	expect(performance.now() - begun).toBeLessThan(20_000);
	expect(most).toBeLessThan(100_000_000);
});

test.each<[string, Buffer, string]>([
	['nothing', Buffer.alloc(0), 'it is empty'],
	['an HTML page', latin1('<!DOCTYPE html><html></html>'), 'it is not an MP4 file'],
	['JSON', latin1('{"message":"Not Found"}'), 'it is not an MP4 file'],
	['a PNG', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'it is not an MP4 file'],
	['zeros', Buffer.alloc(64), 'it is not an MP4 file'],
	['a few letters', latin1('oops'), 'it is cut off'],
	['the index alone', Buffer.concat([FTYP, MOOV]), 'it is cut off'],
	['frames alone', Buffer.concat([FTYP, MDAT]), 'it is cut off'],
	[
		'a size below that of a header',
		Buffer.concat([FTYP, u32be(7), latin1('moov')]),
		'its structure is damaged',
	],
	[
		'a 64-bit size below that of a header',
		Buffer.concat([FTYP, u32be(1), latin1('mdat'), u64be(15)]),
		'its structure is damaged',
	],
	[
		'a size far beyond the end',
		Buffer.concat([FTYP, MOOV, u32be(1), latin1('mdat'), u64be(2 ** 50), MEDIA]),
		'it is cut off',
	],
])('%s: %s', async (_, bytes, problem) => {
	await expect(problemOf(bytes)).resolves.toBe(problem);
});

test('does not read on once it knows that a file is no MP4', async () => {
	let read = 0;
	async function* endless() {
		for (;;) {
			await Promise.resolve();
			read++;
			yield latin1('<html>page');
		}
	}
	await expect(inspectMp4(endless())).resolves.toMatchObject({ problem: 'it is not an MP4 file' });
	expect(read).toBe(1);
});

test('random bytes are never an exception, nor whole', async () => {
	const random = seededRandom(3);
	for (let round = 0; round < 300; round++) {
		const bytes = Buffer.concat([FTYP, randomBytes(Math.floor(random() * 100), random)]);
		await expect(problemOf(bytes)).resolves.toMatch(/cut off|damaged/);
	}
});
