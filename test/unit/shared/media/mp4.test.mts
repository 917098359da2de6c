import { inspectMp4 } from '../../../../nodes/shared/media/mp4.ts';
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
		// The one with two fragments is structurally whole behind its first: only Content-Length can tell.
		const wholeBefore = bytes.indexOf('moof', bytes.indexOf('moof') + 4) - 4;
		for (let length = 1; length < bytes.length; length++) {
			if (length === wholeBefore || length === wholeBefore + 8) continue;
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
