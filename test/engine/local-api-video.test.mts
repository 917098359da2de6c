/** The videos that the local API makes: what is in them, and how they can go wrong. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Probe, probeVideo } from '../../local-api/probe.mts';
import { SAMPLE_FORMATS, writeSample } from '../../local-api/sample-image.mts';
import { type LocalApi, startLocalApi } from '../../local-api/server.mts';
import { Workers } from '../../local-api/workers.mts';
import { ApiClient } from '../support/api-client.mts';
import { until } from '../support/until.mts';

// Rendering and decoding take seconds on a busy machine.
jest.setTimeout(60_000);

let api: LocalApi;
let client: ApiClient;
let directory: string;

beforeAll(async () => {
	api = await startLocalApi({ jobSeconds: 0 });
	client = new ApiClient(api.url, api.keys.business);
	directory = await mkdtemp(join(tmpdir(), 'local-api-video-'));
});
afterEach(() => {
	api.clearFaults();
});
afterAll(async () => {
	await api.close();
	await rm(directory, { recursive: true });
});

async function downloadUrl(id: string): Promise<string> {
	const url = (await client.details(id)).downloads[0]?.url;
	if (!url) throw new Error(`${id} has no download`);
	return url;
}

/** Creates a video from an image, downloads it, and decodes it. */
async function make(
	image: string,
	fields: Record<string, unknown>,
): Promise<Probe & { id: string }> {
	const id = await client.createId(image, fields);
	const answer = await fetch(await downloadUrl(id));
	expect(answer.headers.get('content-type')).toBe('video/mp4');
	const bytes = Buffer.from(await answer.arrayBuffer());
	expect(answer.headers.get('content-length')).toBe(String(bytes.length));
	const file = join(directory, `${id}.mp4`);
	await writeFile(file, bytes);
	return { id, ...(await probeVideo(file)) };
}

const SMALL = { model: 'ltx-2.3', end_seconds: 1, resolution: '480p' };

test.each(SAMPLE_FORMATS)('a %s shows in the video', async (format) => {
	const image = join(directory, `image.${format}`);
	await writeSample(image, { width: 320, height: 180, format });
	const path = await client.upload(await readFile(image), format);
	const id = await client.createId(path, SMALL);
	expect((await fetch(await downloadUrl(id))).status).toBe(200);
	expect(api.projects.at(-1)).toMatchObject({
		...{ picture: 'image', pictureReason: null, width: 854, height: 480 },
	});
});

test.each<[{ end_seconds: number; audio?: boolean; [field: string]: unknown }, number, number]>([
	[{ model: 'kling-3.0', end_seconds: 7, resolution: '720p', audio: true }, 1280, 720],
	[{ model: 'ltx-2.3', end_seconds: 20, resolution: '480p', audio: true }, 854, 480],
	[{ model: 'kling-3.0', end_seconds: 3, resolution: '4k' }, 3840, 2160],
])('%j is as long, as large and as loud as asked for', async (fields, width, height) => {
	const video = await make(`${api.url}/samples/640x360.png`, fields);
	expect(video).toMatchObject({ width, height, codec: 'h264', audio: fields.audio === true });
	expect(Math.abs(video.seconds - fields.end_seconds)).toBeLessThanOrEqual(0.05);
	const sound = fields.audio ? fields.end_seconds : 0;
	expect(Math.abs(video.audioSeconds - sound)).toBeLessThanOrEqual(0.05);
	expect(video.audioCodec).toBe(fields.audio ? 'aac' : null);
});

test('an upright image gives an upright video', async () => {
	const video = await make(`${api.url}/samples/180x320.jpg`, { ...SMALL, resolution: '720p' });
	expect(video).toMatchObject({ width: 720, height: 1280 });
});

test('for a URL elsewhere a picture is drawn', async () => {
	const { id } = await make('https://example.com/cat.png', SMALL);
	expect(api.projects.find((project) => project.id === id)).toMatchObject({
		...{ picture: 'generated', pictureReason: null, width: 854, height: 480 },
	});
});

test('an image that cannot be decoded gives way to a drawn one of its size, and says so', async () => {
	const image = join(directory, 'damaged.jp2');
	await writeSample(image, { width: 320, height: 240, format: 'jp2' });
	const damaged = (await readFile(image)).fill(0, 200);
	const video = await make(await client.upload(damaged, 'jp2'), SMALL);
	expect(video).toMatchObject({ width: 640, height: 480, frames: 24 });
	expect(api.projects.at(-1)).toMatchObject({
		picture: 'generated',
		pictureReason: expect.any(String) as string,
	});
});

test('a video is rendered once', async () => {
	const run = jest.spyOn(Workers.prototype, 'run');
	const path = await client.upload();
	const ids = [await client.createId(path, SMALL), await client.createId(path, SMALL)];
	const bytes = await Promise.all(
		ids.map(async (id) => Buffer.from(await (await fetch(await downloadUrl(id))).arrayBuffer())),
	);
	expect(bytes[0]?.length).toBeGreaterThan(1000);
	const again = await fetch(await downloadUrl(ids[0] ?? ''));
	expect(Buffer.from(await again.arrayBuffer()).equals(bytes[1] ?? Buffer.alloc(0))).toBe(true);
	expect(run.mock.calls.filter(([job]) => job === 'render')).toHaveLength(1);
	run.mockRestore();
});

describe('broken downloads', () => {
	let id: string;
	let whole: Buffer;

	const download = async (): Promise<Response> => fetch(await downloadUrl(id));
	const save = async (answer: Response): Promise<string> => {
		const file = join(directory, 'broken.mp4');
		await writeFile(file, Buffer.from(await answer.arrayBuffer()));
		return file;
	};

	beforeAll(async () => {
		id = await client.createId(`${api.url}/samples/320x180.png`, SMALL);
		whole = Buffer.from(await (await download()).arrayBuffer());
	});

	test('one that breaks off', async () => {
		api.setFault('download', { truncate: 0.6 }, 1);
		const answer = await download();
		expect(answer.headers.get('content-length')).toBe(String(whole.length));
		await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
		expect((await (await download()).arrayBuffer()).byteLength).toBe(whole.length);
	});

	test.each([0.02, 0.99])('one of which only %d came, by its own length whole', async (share) => {
		api.setFault('download', { truncate: share, length: 'short' }, 1);
		const answer = await download();
		const length = Math.floor(whole.length * share);
		expect(answer.headers.get('content-length')).toBe(String(length));
		await expect(probeVideo(await save(answer))).rejects.toThrow();
	});

	test('one that drips', async () => {
		api.setFault('download', { drip: 2 * whole.length }, 1);
		const start = performance.now();
		expect((await (await download()).arrayBuffer()).byteLength).toBe(whole.length);
		expect(performance.now() - start).toBeGreaterThan(400);
	});

	test('one that is large, and still a video', async () => {
		api.setFault('download', { padTo: 3_000_000 }, 1);
		const answer = await download();
		expect(answer.headers.get('content-length')).toBe('3000000');
		expect(await probeVideo(await save(answer))).toMatchObject({ frames: 24 });
	});
});

test('a still can be taken from a video', async () => {
	const id = await client.createId(`${api.url}/samples/320x180.png`, SMALL);
	const file = join(directory, 'for-still.mp4');
	await writeFile(file, Buffer.from(await (await fetch(await downloadUrl(id))).arrayBuffer()));
	const still = join(directory, 'still.png');
	await probeVideo(file, { stillPath: still, stillAt: 0.5 });
	const png = await readFile(still);
	expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([854, 480]);
	await expect(probeVideo(join(directory, 'nothing.mp4'))).rejects.toThrow();
});

test('closing ends a rendering and leaves nothing behind', async () => {
	const processes = () =>
		process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
	// Those of the tests before are still being cleared away.
	await until('the processes before to be gone', () => processes() === 0);
	const other = await startLocalApi({ jobSeconds: 0 });
	const mine = new ApiClient(other.url, other.keys.business);
	const id = await mine.createId(await mine.upload(), { model: 'ltx-2.3', end_seconds: 30 });
	const [video] = (await mine.details(id)).downloads;
	const broken = fetch(video?.url ?? '').then(
		({ status }) => status,
		() => 'broken off',
	);
	await until('the rendering to begin', () => processes() > 0);
	await other.close();
	expect(processes()).toBe(0);
	expect(['broken off', 503]).toContain(await broken);
	await expect(fetch(other.url)).rejects.toThrow();
});
