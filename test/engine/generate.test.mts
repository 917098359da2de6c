import { NEWER_MODEL } from '../../local-api/models.mts';
import { IMAGE, imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';
import { png } from '../../tools/engine/images.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const END_IMAGE = png(320, 180, 10);
/** A model whose price is known. */
const KLING = { model: { __rl: true, mode: 'list', value: 'kling-3.0' } };

describe('an image in, an MP4 out', () => {
	it('uploads a binary image, waits and hands on the MP4', async () => {
		const run = await lab.run(KLING);

		expect(run.error).toBeUndefined();
		const item = run.output[0]?.[0];
		expect(item?.json).toMatchObject({
			status: 'complete',
			seconds: 5,
			credits_estimated: 240,
			credits_charged: 240,
		});
		expect(Object.keys(item?.json ?? {}).sort()).toEqual([
			'created_at',
			'credits_charged',
			'credits_estimated',
			'error',
			'fps',
			'height',
			'id',
			'name',
			'seconds',
			'status',
			'video_url',
			'video_url_expires_at',
			'width',
		]);
		expect(item?.binary?.data).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
		expect(item?.binary?.data?.fileName).toMatch(/.\.mp4$/);

		const video = await run.binary(0, 'data');
		expect(video.toString('latin1', 4, 8)).toBe('ftyp');
		const served = await fetch(textOf(run, 'video_url'));
		expect(Number(served.headers.get('content-length'))).toBe(video.length);
		expect(Buffer.from(await served.arrayBuffer()).equals(video)).toBe(true);
	});

	it('asks for an upload, uploads, creates once, polls and downloads, in that order', async () => {
		await lab.run({});

		const kinds = lab.kinds().filter((kind, index, all) => kind !== all[index - 1]);
		expect(kinds).toEqual(['upload-urls', 'upload', 'create', 'poll', 'download']);
		expect(lab.creates()).toHaveLength(1);
	});

	it('uploads the bytes as they are, with their length and without the key', async () => {
		await lab.run({ waitForCompletion: false });

		const upload = lab.api.requests.find(({ kind }) => kind === 'upload');
		expect(upload?.bytes).toBe(IMAGE.length);
		expect(upload?.headers['content-length']).toBe(String(IMAGE.length));
		expect(upload?.headers).not.toHaveProperty('transfer-encoding');
		expect(upload?.headers.authorization).toBe('absent');
	});

	it('takes the image from another field, and puts the video into another one', async () => {
		const { data } = imageItem().binary ?? {};
		const run = await lab.run(
			{ binaryPropertyName: 'photo', outputBinaryField: 'film' },
			{ items: [{ json: {}, binary: data ? { photo: data } : {} }] },
		);

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.[0]?.binary?.film?.mimeType).toBe('video/mp4');
	});
});

describe('where the image comes from', () => {
	it('sends a URL as it is and uploads nothing', async () => {
		const url = 'https://images.example.com/picture.png';
		await lab.run({ imageSource: 'url', imageUrl: url, waitForCompletion: false });

		expect(lab.kinds()).toEqual(['create']);
		expect(lab.creates()[0]?.assets.image_file_path).toBe(url);
	});

	it('makes a video from a file path of an earlier upload', async () => {
		const uploaded = await lab.run({ operation: 'uploadImage' });
		const filePath = textOf(uploaded, 'file_path');

		const run = await lab.run({ imageSource: 'filePath', imageFilePath: filePath });

		expect(run.error).toBeUndefined();
		expect(lab.creates()[0]?.assets.image_file_path).toBe(filePath);
		expect((await run.binary(0, 'data')).toString('latin1', 4, 8)).toBe('ftyp');
	});

	it('sends a library URL as it is', async () => {
		const url = 'https://magichour.ai/my-library?imageId=cm123';
		await lab.run({ imageSource: 'filePath', imageFilePath: url, waitForCompletion: false });

		expect(lab.creates()[0]?.assets.image_file_path).toBe(url);
	});
});

describe('the end image', () => {
	it('is uploaded beside the first one when it is binary', async () => {
		const item = imageItem();
		const endImage = { data: END_IMAGE, mimeType: 'image/png', fileName: 'end.png' };
		const run = await lab.run(
			{ model: { __rl: true, mode: 'list', value: 'kling-3.0' }, endImageSource: 'binary' },
			{ items: [{ ...item, binary: { ...item.binary, endImage } }] },
		);

		expect(run.error).toBeUndefined();
		const uploads = lab.api.requests.filter(({ kind }) => kind === 'upload');
		expect(uploads.map(({ bytes }) => bytes).sort()).toEqual(
			[IMAGE.length, END_IMAGE.length].sort(),
		);
		const { assets } = lab.creates()[0] ?? {};
		expect(assets?.end_image_file_path).toBeTruthy();
		expect(assets?.end_image_file_path).not.toBe(assets?.image_file_path);
	});

	it.each([
		['url', { endImageUrl: 'https://images.example.com/end.jpg' }],
		['filePath', { endImageFilePath: 'https://magichour.ai/my-library?imageId=cm456' }],
	])('is sent as it is when it comes as %s', async (endImageSource, parameter) => {
		const run = await lab.run({ endImageSource, ...parameter, waitForCompletion: false });

		expect(run.error).toBeUndefined();
		expect(lab.creates()[0]?.assets.end_image_file_path).toBe(Object.values(parameter)[0]);
	});

	it('is not sent when there is none, whatever is left in its fields', async () => {
		await lab.run({
			endImageSource: 'none',
			endImageUrl: 'https://a.example/b.png',
			waitForCompletion: false,
		});

		expect(lab.creates()[0]?.assets).not.toHaveProperty('end_image_file_path');
	});
});

describe('what is sent', () => {
	it('is the model, seconds, resolution, prompt and sound that were asked for', async () => {
		await lab.run({
			model: { __rl: true, mode: 'list', value: 'ltx-2.3' },
			duration: 7,
			resolution: '1080p',
			prompt: 'Slow pan to the left',
			audio: true,
			waitForCompletion: false,
		});

		expect(lab.creates()[0]).toMatchObject({
			model: 'ltx-2.3',
			end_seconds: 7,
			resolution: '1080p',
			audio: true,
			style: { prompt: 'Slow pan to the left' },
		});
	});

	it('leaves out what the chosen model does not have, and what is left of it in hidden fields', async () => {
		const run = await lab.run({
			model: { __rl: true, mode: 'list', value: 'wan-2.2' },
			audio: true,
			endImageSource: 'url',
			endImageUrl: 'https://images.example.com/end.png',
			waitForCompletion: false,
		});

		expect(run.error).toBeUndefined();
		expect(lab.creates()[0]?.audio ?? false).toBe(false);
		expect(lab.creates()[0]?.assets).not.toHaveProperty('end_image_file_path');
	});

	it('makes a video with sound', async () => {
		const run = await lab.run({
			model: { __rl: true, mode: 'list', value: 'ltx-2.3' },
			audio: true,
			duration: 2,
		});

		expect(run.error).toBeUndefined();
		// An audio track in the file has a handler of type "soun".
		expect((await run.binary(0, 'data')).includes('soun', 0, 'latin1')).toBe(true);
	});

	it('has a project name that says where it comes from, unless one is given', async () => {
		const options = { workflowName: 'Holiday films', executionId: '4711' };
		await lab.run({ waitForCompletion: false }, options);
		await lab.run({ waitForCompletion: false, projectName: 'Beach' }, options);

		const [first, second] = lab.creates();
		expect(first?.name).toContain('Holiday films');
		expect(first?.name).toContain('4711');
		expect(second?.name).toBe('Beach');
	});

	it.each([
		['a number in text', { duration: '5' }, { end_seconds: 5 }],
		['an expression of a number', { duration: '={{ 5 }}' }, { end_seconds: 5 }],
		['an expression of text', { duration: '={{ "10" }}' }, { end_seconds: 10 }],
		['a value of the item', { duration: '={{ $json.seconds }}' }, { end_seconds: 12 }],
		['a resolution', { resolution: '={{ "1080p" }}' }, { resolution: '1080p' }],
		['a resolution as a number', { resolution: '={{ 720 }}' }, { resolution: '720p' }],
		['a resolution as a number in text', { resolution: '={{ "720" }}' }, { resolution: '720p' }],
		[
			'a model by id',
			{ model: { __rl: true, mode: 'id', value: '={{ $json.model }}' } },
			{ model: 'ltx-2.3' },
		],
		[
			'a model in the list',
			{ model: { __rl: true, mode: 'list', value: '={{ $json.model }}' } },
			{ model: 'ltx-2.3' },
		],
		['sound', { audio: '={{ $json.sound }}' }, { audio: true }],
	])('takes %s as an expression', async (_, parameters, sent) => {
		const json = { seconds: 12, model: 'ltx-2.3', sound: true };
		const run = await lab.run(
			{ ...parameters, waitForCompletion: false },
			{ items: [imageItem(IMAGE, json)] },
		);

		expect(run.error).toBeUndefined();
		expect(lab.creates()[0]).toMatchObject(sent);
	});

	it('passes a model that the catalogue does not know unchecked, and says so in the panel', async () => {
		const run = await lab.run({
			model: { __rl: true, mode: 'id', value: NEWER_MODEL },
			duration: 17,
			resolution: '360p',
			waitForCompletion: false,
		});

		expect(lab.creates()[0]).toMatchObject({
			model: NEWER_MODEL,
			end_seconds: 17,
			resolution: '360p',
		});
		expect(run.hints.map(({ message }) => message).join()).toContain(NEWER_MODEL);
	});

	it.each(['kling-1.6', 'ltx-2', 'kling-2.5-audio', 'veo3.1-audio'])(
		'takes the legacy value %s',
		async (value) => {
			const duration = value === 'veo3.1-audio' ? 8 : 5;
			const run = await lab.run({
				model: { __rl: true, mode: 'id', value },
				duration,
				waitForCompletion: false,
			});

			expect(run.error).toBeUndefined();
			expect(lab.creates()[0]?.model).toBe(value);
		},
	);
});

describe('a length that the model does not make', () => {
	const sora = { model: { __rl: true, mode: 'list', value: 'sora-2' }, waitForCompletion: false };

	it.each([
		['default', 10, 4],
		['nearest', 10, 8],
		['nearest', 11, 12],
		['nearest', 90, 60],
	])(
		'becomes the %s one (%s s), and the panel says so',
		async (durationNotSupported, duration, sent) => {
			const run = await lab.run({ ...sora, duration, options: { durationNotSupported } });

			expect(run.error).toBeUndefined();
			expect(lab.creates()[0]?.end_seconds).toBe(sent);
			expect(run.hints.map(({ message }) => message).join()).toContain(String(sent));
		},
	);

	it('stays as it is when the model makes it', async () => {
		const run = await lab.run({
			...sora,
			duration: 24,
			options: { durationNotSupported: 'default' },
		});

		expect(lab.creates()[0]?.end_seconds).toBe(24);
		expect(run.hints.map(({ message }) => message).join()).not.toContain('does not make');
	});
});

describe('what comes out', () => {
	it('without waiting is the new project, and no video', async () => {
		const run = await lab.run({ ...KLING, waitForCompletion: false });

		const item = run.output[0]?.[0];
		expect(item?.json.id).toBe(lab.api.projects[0]?.id);
		expect(item?.json).toMatchObject({ credits_estimated: 240, credits_charged: 240 });
		expect(item?.binary).toBeUndefined();
		expect(lab.kinds()).toEqual(['upload-urls', 'upload', 'create']);
	});

	it('without download is the finished project with its video URL', async () => {
		const run = await lab.run({ downloadVideo: false });

		const item = run.output[0]?.[0];
		expect(item?.json.status).toBe('complete');
		expect(textOf(run, 'video_url')).toMatch(/^http/);
		expect(Date.parse(textOf(run, 'video_url_expires_at'))).toBeGreaterThan(Date.now());
		expect(item?.binary).toBeUndefined();
		expect(lab.kinds()).not.toContain('download');
	});

	it("raw is the API's answer", async () => {
		const run = await lab.run({ options: { simplify: false } });

		const item = run.output[0]?.[0];
		const answer = await fetch(`${lab.api.url}/v1/video-projects/${textOf(run, 'id')}`, {
			headers: { authorization: `Bearer ${lab.api.keys.business}` },
		});
		const project = (await answer.json()) as Record<string, unknown>;
		expect(Object.keys(item?.json ?? {}).sort()).toEqual(Object.keys(project).sort());
		expect(item?.json).toMatchObject({ id: project.id, status: 'complete', end_seconds: 5 });
		expect(item?.binary?.data?.mimeType).toBe('video/mp4');
	});

	it('raw without waiting is the answer to the create request', async () => {
		const run = await lab.run({ waitForCompletion: false, options: { simplify: false } });

		const json = run.output[0]?.[0]?.json;
		expect(json).toMatchObject({ id: lab.api.projects[0]?.id, credits_charged: 240 });
		expect(json).not.toHaveProperty('credits_estimated');
	});

	it('has no estimate where none is published', async () => {
		const run = await lab.run({
			model: { __rl: true, mode: 'list', value: 'ltx-2.5' },
			waitForCompletion: false,
		});

		expect(run.output[0]?.[0]?.json.credits_estimated).toBeNull();
	});
});
