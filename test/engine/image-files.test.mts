/** Real images of every format, as FFmpeg writes them: whole, turned, and cut off on their way to n8n. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SAMPLE_FORMATS, writeSample, type SampleFormat } from '../../local-api/sample-image.mts';
import { latin1, u16be, u16le, u32le, u8 } from '../support/bytes.mts';
import { imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';

let lab: Lab;
let directory: string;
const images = new Map<SampleFormat, Buffer>();

beforeAll(async () => {
	lab = await openLab();
	directory = await mkdtemp(join(tmpdir(), 'image-files-'));
	for (const format of SAMPLE_FORMATS) {
		const path = join(directory, `image.${format}`);
		await writeSample(path, { width: 320, height: 180, format });
		images.set(format, await readFile(path));
	}
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
	await rm(directory, { recursive: true });
});

const imageOf = (format: SampleFormat): Buffer => images.get(format) ?? Buffer.alloc(0);

it.each(SAMPLE_FORMATS)('a whole %s is uploaded, and its size told', async (format) => {
	const items = [imageItem(imageOf(format))];
	const run = await lab.run({ operation: 'uploadImage' }, { items });

	expect(textOf(run, 'file_path')).toContain('api-assets/');
	expect(run.output[0]?.[0]?.json).toMatchObject({ format, width: 320, height: 180 });
});

it.each(SAMPLE_FORMATS)('half a %s is neither uploaded nor paid', async (format) => {
	const whole = imageOf(format);
	for (const length of [whole.length >> 1, Math.floor(whole.length * 0.9)]) {
		const run = await lab.run({}, { items: [imageItem(whole.subarray(0, length))] });

		expect(run.error?.message).toContain('Image: picture.png is cut off');
		expect(run.error?.message).toContain(`${length} bytes`);
		expect(run.error?.description).toContain('Nothing was uploaded or charged');
	}
	expect(lab.kinds()).toEqual([]);
});

it('an end image that is cut off is named as such', async () => {
	const { json, binary } = imageItem(imageOf('png'));
	const cut = { data: imageOf('jpg').subarray(0, -100), mimeType: 'image/jpeg' };
	const items = [{ json, binary: { ...binary, endImage: cut } }];
	const run = await lab.run({ endImageSource: 'binary' }, { items });

	expect(run.error?.message).toContain('End Image: The file in "endImage" is cut off');
	expect(lab.kinds()).toEqual([]);
});

/** A directory with nothing but an orientation. */
const EXIF = Buffer.concat([
	latin1('Exif\0\0II*\0'),
	...[u32le(8), u16le(1), u16le(274), u16le(3), u32le(1), u32le(6), u32le(0)],
]);

it('a photo that is turned when it is shown has the size that is seen', async () => {
	const photo = imageOf('jpg');
	const segment = Buffer.concat([u8(0xff, 0xe1), u16be(EXIF.length + 2), EXIF]);
	const turned = Buffer.concat([photo.subarray(0, 2), segment, photo.subarray(2)]);
	const run = await lab.run({ operation: 'uploadImage' }, { items: [imageItem(turned)] });

	expect(run.output[0]?.[0]?.json).toMatchObject({ format: 'jpg', width: 180, height: 320 });
});

it('a camera raw file is called that, and not uploaded', async () => {
	const raw = Buffer.concat([latin1('II*\0\x10\0\0\0CR\x02\0'), Buffer.alloc(5_000)]);
	const { error } = await lab.run({}, { items: [imageItem(raw)] });

	expect(error?.message).toContain('is a camera raw file, which Magic Hour does not take');
	expect(lab.kinds()).toEqual([]);
});
