import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inspectImageFile } from '../../../local-api/image-header.mts';
import { samplePng } from '../../../local-api/sample-image.mts';

let directory: string;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), 'image-header-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function inspect(bytes: Buffer): ReturnType<typeof inspectImageFile> {
	const path = join(directory, 'image');
	await writeFile(path, bytes);
	return inspectImageFile(path);
}

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const text = (characters: string): Buffer => Buffer.from(characters, 'latin1');
const u32 = (value: number): Buffer => hex(value.toString(16).padStart(8, '0'));
const box = (type: string, ...parts: Buffer[]): Buffer => {
	const body = Buffer.concat(parts);
	return Buffer.concat([u32(body.length + 8), text(type), body]);
};
const FLAGS = u32(0);
const ispe = (width: number, height: number) => box('ispe', FLAGS, u32(width), u32(height));
const heif = (brand: string, ...properties: Buffer[]) =>
	Buffer.concat([
		box('ftyp', text(brand), FLAGS, text('mif1')),
		box('meta', FLAGS, box('hdlr', FLAGS), box('iprp', box('ipco', ...properties))),
	]);

/** Metadata that pushes the size beyond anything read in one go. */
const exif = Buffer.concat([hex('ffe1 fffe'), Buffer.alloc(0xfffe - 2, 0xff)]);
const SOF = hex('ffc2 0011 08 0258 0320 03 011100 021101 031101');

describe('an image is known by its content', () => {
	test.each<[string, Buffer, object]>([
		['PNG', samplePng({ width: 31, height: 17 }), { format: 'png', width: 31, height: 17 }],
		[
			'JPEG with large metadata',
			Buffer.concat([hex('ffd8'), exif, exif, hex('ff'), SOF]),
			{ format: 'jpeg', width: 800, height: 600 },
		],
		[
			'lossy WebP',
			Buffer.concat([text('RIFF\0\0\0\0WEBPVP8 \0\0\0\0'), hex('000000 9d012a 2003 5802')]),
			{ format: 'webp', width: 800, height: 600 },
		],
		[
			'lossless WebP',
			Buffer.concat([text('RIFF\0\0\0\0WEBPVP8L\0\0\0\0'), hex('2f 1fc39500 0000000000')]),
			{ format: 'webp', width: 800, height: 600 },
		],
		[
			'extended WebP',
			Buffer.concat([text('RIFF\0\0\0\0WEBPVP8X\0\0\0\0'), hex('00000000 1f0300 570200')]),
			{ format: 'webp', width: 800, height: 600 },
		],
		[
			'HEIC of tiles, with a thumbnail',
			heif('heic', ispe(512, 512), ispe(4032, 3024), ispe(320, 240)),
			{ format: 'heif', width: 4032, height: 3024 },
		],
		['AVIF', heif('avif', ispe(800, 600)), { format: 'avif', width: 800, height: 600 }],
		[
			'JPEG 2000',
			Buffer.concat([
				box('jP  ', hex('0d0a870a')),
				box('ftyp', text('jp2 ')),
				box('jp2h', box('ihdr', u32(600), u32(800))),
			]),
			{ format: 'jp2', width: 800, height: 600 },
		],
		[
			'little-endian TIFF, its directory at the end',
			Buffer.concat([
				...[text('II*\0'), hex('20000000'), Buffer.alloc(24), hex('0200')],
				hex('0001 0300 01000000 20030000'),
				hex('0101 0400 01000000 58020000'),
			]),
			{ format: 'tiff', width: 800, height: 600 },
		],
		[
			'big-endian TIFF',
			Buffer.concat([
				...[text('MM\0*'), u32(8), hex('0002')],
				hex('0100 0003 00000001 03200000'),
				hex('0101 0003 00000001 02580000'),
			]),
			{ format: 'tiff', width: 800, height: 600 },
		],
		[
			'BMP stored from the top',
			Buffer.concat([text('BM'), Buffer.alloc(16), hex('20030000 a8fdffff')]),
			{ format: 'bmp', width: 800, height: 600 },
		],
	])('%s', async (_name, bytes, info) => {
		expect(await inspect(bytes)).toEqual(info);
	});

	test.each<[string, Buffer]>([
		['nothing', Buffer.alloc(0)],
		['text', text('This is not an image, whatever its name says.')],
		['GIF', text('GIF89a\x20\x03\x58\x02')],
		['PDF', text('%PDF-1.7')],
		['PNG cut off in its header', samplePng({ width: 8, height: 8 }).subarray(0, 18)],
		['JPEG cut off before its size', Buffer.concat([hex('ffd8'), exif])],
		['HEIC without a size', heif('heic')],
		['PNG of no width', samplePng({ width: 0, height: 8 })],
	])('%s is none', async (_name, bytes) => {
		expect(await inspect(bytes)).toBeNull();
	});
});
