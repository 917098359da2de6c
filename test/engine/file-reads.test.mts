/** How often the node opens a file in n8n's storage: with S3, or a database, each time is a transfer. */
import { jest } from '@jest/globals';
import { BinaryDataService } from 'n8n-core';

import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';

const MB = 1024 * 1024;

let lab: Lab;
const opened = jest.spyOn(BinaryDataService.prototype, 'getAsStream');

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	lab.api.reset();
	opened.mockClear();
});

afterAll(async () => {
	opened.mockRestore();
	await lab.close();
});

/** A picture with bytes behind its end, which are no part of it. */
function pictureOf(bytes: number, hue = 0): Buffer {
	const picture = png(64, 36, hue);
	return Buffer.concat([picture, Buffer.alloc(bytes - picture.length)]);
}

it.each([
	['a small image is opened once', pictureOf(MB), 1],
	['a large one a second time for its upload', pictureOf(5 * MB), 2],
])('%s, and the video never', async (_, image, times) => {
	const run = await lab.run({}, { items: [imageItem(image)] });

	expect(run.error).toBeUndefined();
	expect(run.output[0]?.[0]?.binary?.data?.mimeType).toBe('video/mp4');
	expect(opened).toHaveBeenCalledTimes(times);
	expect(lab.api.requests.find(({ kind }) => kind === 'upload')?.bytes).toBe(image.length);
});

it.each([
	['no more than a small file has', 8_000, 8_000],
	['256 KiB', 5 * MB, 256 * 1024],
])('reads %s at a time', async (_, bytes, atATime) => {
	const run = await lab.run({ operation: 'uploadImage' }, { items: [imageItem(pictureOf(bytes))] });

	expect(run.error).toBeUndefined();
	expect(opened.mock.calls.map(([, chunkBytes]) => chunkBytes)[0]).toBe(atATime);
});

it('what is uploaded is not kept: it is read again if the upload has to be repeated', async () => {
	const image = pictureOf(MB);
	lab.api.setFault('upload', { status: 503 }, 1);
	const run = await lab.run({ waitForCompletion: false }, { items: [imageItem(image)] });

	expect(run.error).toBeUndefined();
	const uploads = lab.api.requests.filter(({ kind }) => kind === 'upload');
	expect(uploads.map(({ status, bytes }) => [status, bytes])).toEqual([
		[503, undefined],
		[200, image.length],
	]);
	expect(opened).toHaveBeenCalledTimes(2);
});

it('what a run keeps of small images has a bound', async () => {
	const images = Array.from({ length: 10 }, (_, index) => pictureOf(4 * MB, index));
	const run = await lab.run(
		{ waitForCompletion: false },
		{ items: images.map((image) => imageItem(image)) },
	);

	expect(run.error).toBeUndefined();
	expect(lab.kinds().filter((kind) => kind === 'upload')).toHaveLength(10);
	expect(opened).toHaveBeenCalledTimes(12);
});
