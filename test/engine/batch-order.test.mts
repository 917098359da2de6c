import type { InputItem } from '../../tools/engine/engine.mts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';

const ITEMS = 5;

let lab: Lab;

beforeAll(async () => {
	// The first video takes longest: seconds of the node's time, by the length of the video.
	lab = await openLab({ jobSeconds: ({ end_seconds: seconds }) => 25 * (ITEMS + 3 - seconds) });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const KEEP = { waitForCompletion: false };
const CHEAP = { model: { __rl: true, mode: 'list', value: 'ltx-2.3' }, resolution: '480p' };

const file = (data: Buffer) => ({ data, mimeType: 'image/png', fileName: 'picture.png' });
/** The start image of the video with a name. */
const imageOf = (video: string): string => {
	const create = lab.creates().find(({ name }) => name === video);
	if (create === undefined) throw new TypeError(`No video "${video}" was asked for`);
	return create.assets.image_file_path;
};
const uploads = () => lab.api.requests.filter(({ kind }) => kind === 'upload');

it('output order is input order, also when the last video is finished first', async () => {
	const items = Array.from({ length: ITEMS }, (_, n) => imageItem(png(320, 180, n), { n }));
	const parameters = {
		...CHEAP,
		duration: '={{ $json.n + 3 }}',
		projectName: '=Film {{ $json.n }}',
		downloadVideo: false,
		options: { concurrentProjects: ITEMS },
	};
	const run = await lab.run(parameters, { items });

	expect(run.error).toBeUndefined();
	const numbers = items.map((_, n) => n);
	expect(run.output[0]?.map(({ json }) => [json.name, json.seconds])).toEqual(
		numbers.map((n) => [`Film ${n}`, n + 3]),
	);
	expect(run.sources[0]?.map(({ n }) => n)).toEqual(numbers);
	// The order in which they were finished is another one.
	const asked = lab.api.requests.map(({ projectId }) => projectId);
	const idOf = (n: number) => lab.api.projects.find(({ name }) => name === `Film ${n}`)?.id;
	expect(asked.lastIndexOf(idOf(ITEMS - 1))).toBeLessThan(asked.lastIndexOf(idOf(0)));
});

describe('one upload for', () => {
	it('the same bytes in different files and fields', async () => {
		const bytes = png(320, 180, 1);
		const items: InputItem[] = [
			{ json: { field: 'a' }, binary: { a: file(bytes) } },
			{ json: { field: 'b' }, binary: { b: file(Buffer.from(bytes)) } },
			{ json: { field: 'c' }, binary: { c: file(png(320, 180, 2)) } },
		];
		const own = '={{ $json.field }}';
		const run = await lab.run({ ...KEEP, binaryPropertyName: own, projectName: own }, { items });

		expect(run.error).toBeUndefined();
		expect(uploads()).toHaveLength(2);
		expect(imageOf('b')).toBe(imageOf('a'));
		expect(imageOf('c')).not.toBe(imageOf('a'));
	});

	it('an image that one video ends with and the next begins with', async () => {
		const [one, two, three] = [png(320, 180, 1), png(320, 180, 2), png(320, 180, 3)].map(file);
		const items = [
			{ json: { name: 'first' }, binary: { data: one, endImage: two } },
			{ json: { name: 'second' }, binary: { data: two, endImage: three } },
		] as InputItem[];
		const run = await lab.run(
			{ ...KEEP, ...CHEAP, endImageSource: 'binary', projectName: '={{ $json.name }}' },
			{ items },
		);

		expect(run.error).toBeUndefined();
		expect(uploads()).toHaveLength(3);
		const first = lab.creates().find(({ name }) => name === 'first');
		expect(first?.assets.end_image_file_path).toBe(imageOf('second'));
	});

	it('each run: another run uploads anew', async () => {
		await lab.run(KEEP);
		await lab.run(KEEP);

		expect(uploads()).toHaveLength(2);
	});
});

it('asks for the upload URLs of sixty images in few requests, and for none twice', async () => {
	const items = Array.from({ length: 60 }, (_, n) => imageItem(png(320, 180, n), { n }));
	const run = await lab.run({ ...KEEP, ...CHEAP, options: { concurrentProjects: 10 } }, { items });

	expect(run.error).toBeUndefined();
	const asked = lab.api.requests.filter(({ kind }) => kind === 'upload-urls');
	expect(asked.length).toBeLessThanOrEqual(3);
	const urls = asked.reduce((sum, { body }) => sum + (body as { items: object[] }).items.length, 0);
	expect(urls).toBe(60);
	expect(uploads()).toHaveLength(60);
});

it('one upload that fails does not fail the items with other images', async () => {
	const items = Array.from({ length: 4 }, (_, n) => imageItem(png(320, 180, n), { n }));
	lab.api.setFault('upload', { status: 400, body: { message: 'No' } }, 1);
	const run = await lab.run(KEEP, { items, onError: 'continueErrorOutput' });

	expect(run.output.map((outputs) => outputs.length)).toEqual([3, 1]);
	expect(lab.api.projects).toHaveLength(3);
});

it('one request for upload URLs that fails for good fails the items, with nothing created', async () => {
	const items = Array.from({ length: 4 }, (_, n) => imageItem(png(320, 180, n), { n }));
	lab.api.setFault('upload-urls', { status: 401, body: { message: 'No' } });
	const run = await lab.run(KEEP, { items, onError: 'continueErrorOutput' });

	expect(run.output.map((outputs) => outputs.length)).toEqual([0, 4]);
	expect(lab.api.projects).toHaveLength(0);
});
