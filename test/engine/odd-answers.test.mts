/** Answers that are not as documented, but that give a finished video to its owner. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { INodeParameters } from 'n8n-workflow';

import { box, latin1, u32be } from '../support/bytes.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { randomBytes, seededRandom } from '../support/seeded-random.mts';

/** A whole video that gets larger when it is compressed, as videos do. */
const VIDEO = Buffer.concat([
	box('ftyp', latin1('isom'), u32be(512), latin1('isommp41')),
	box('moov', Buffer.alloc(40)),
	box('mdat', randomBytes(200_000, seededRandom(12))),
]);

let lab: Lab;
let server: Server;
let origin: string;
/** What the API answers with; an absent field is the usual one. */
let project: Record<string, unknown>;
/** How many answers are so, before the usual ones come. */
let odd: number;
let download: (request: IncomingMessage, response: ServerResponse) => void;
let requests: string[];

beforeAll(async () => {
	lab = await openLab();
	server = createServer((request, response) => {
		requests.push(request.url ?? '');
		if (request.url === '/v1/video-projects/p1') {
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ ...usual(), ...(odd-- > 0 ? project : {}) }));
		} else {
			download(request, response);
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
	requests = [];
	project = {};
	odd = Infinity;
	download = (_, response) => {
		send(response, VIDEO);
	};
});

afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await lab.close();
});

const usual = () => ({
	id: 'p1',
	name: 'Clip',
	status: 'complete',
	end_seconds: 5,
	fps: 30,
	credits_charged: 240,
	downloads: [{ url: `${origin}/video` }],
});

function send(response: ServerResponse, body: Buffer, headers: Record<string, string> = {}): void {
	response.writeHead(200, { 'content-length': body.length, ...headers });
	response.end(body);
}

/** Byte by byte, as Node's server would not write it. */
function redirect(response: ServerResponse, location: Buffer): void {
	response.socket?.write('HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ');
	response.socket?.write(location);
	response.socket?.end('\r\n\r\n');
}

/** Runs Get against the server. */
async function get(parameters: INodeParameters = {}) {
	return await lab.engine.run({
		items: [imageItem()],
		credentials: { apiKey: lab.api.keys.business, baseUrl: origin },
		parameters: { operation: 'get', projectId: 'p1', options: { timeout: 20 }, ...parameters },
	});
}

const hintsOf = ({ hints }: Awaited<ReturnType<typeof get>>) =>
	hints.map(({ message }) => message).join('\n');

describe('a download', () => {
	it.each<[string, (video: Buffer) => Buffer]>([
		['gzip', gzipSync],
		['x-gzip', gzipSync],
		['deflate', deflateSync],
		['br', brotliCompressSync],
	])(
		'that is compressed (%s) although nobody asked for it is the video',
		async (encoding, pack) => {
			const packed = pack(VIDEO);
			expect(packed.length).toBeGreaterThan(VIDEO.length);
			download = ({ headers }, response) => {
				expect(headers['accept-encoding']).toBe('identity');
				send(response, packed, { 'content-encoding': encoding });
			};
			const run = await get();

			expect(run.error).toBeUndefined();
			expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
			expect(requests).toHaveLength(2);
		},
	);

	const HALF = Buffer.concat([
		VIDEO,
		box('moof', Buffer.alloc(30)),
		box('mdat', Buffer.alloc(500)),
	]);
	it.each<[string, (response: ServerResponse) => void]>([
		[
			'by its length',
			(response) => {
				response.writeHead(200, { 'content-length': 2 * HALF.length });
				response.write(HALF, () => setTimeout(() => response.destroy(), 50));
			},
		],
		[
			'in chunks',
			(response) => {
				response.writeHead(200);
				response.write(HALF, () => setTimeout(() => response.destroy(), 50));
			},
		],
		[
			'compressed',
			(response) => {
				const packed = gzipSync(HALF);
				const headers = { 'content-encoding': 'gzip', 'content-length': packed.length + 1 };
				response.writeHead(200, headers);
				response.write(packed, () => setTimeout(() => response.destroy(), 50));
			},
		],
	])('that breaks off between two fragments is noticed: %s', async (_, answer) => {
		let tries = 0;
		download = (__, response) => {
			if (tries++ === 0) answer(response);
			else send(response, VIDEO);
		};
		const run = await get();

		expect(run.error).toBeUndefined();
		expect(tries).toBe(2);
		expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
	});

	it('that is compressed and cut off is noticed', async () => {
		let tries = 0;
		download = (_, response) => {
			const packed = gzipSync(VIDEO);
			send(response, tries++ === 0 ? packed.subarray(0, 100_000) : packed, {
				'content-encoding': 'gzip',
			});
		};
		const run = await get();

		expect(tries).toBe(2);
		expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
	});

	it('in a compression that n8n does not know is named', async () => {
		download = (_, response) => {
			send(response, VIDEO.subarray(9), { 'content-encoding': 'lzma' });
		};
		const { error } = await get();

		expect(error?.message).toContain("it came compressed as lzma, which n8n can't unpack");
	});

	it.each([
		['a line feed', latin1('\n')],
		['a sentence', latin1('<!-- served by edge-17 -->\n')],
		['zeros', Buffer.alloc(100)],
		['a box that is cut off', Buffer.concat([u32be(99), latin1('free')])],
	])('with %s behind its last box is handed on as it came', async (_, behind) => {
		const longer = Buffer.concat([VIDEO, behind]);
		download = (__, response) => {
			send(response, longer);
		};
		const run = await get();

		expect(run.error).toBeUndefined();
		expect((await run.binary(0, 'data')).equals(longer)).toBe(true);
	});

	it.each([
		[
			'raw UTF-8',
			'/vidéo/дом 🎬.mp4?name=ü',
			'/vid%C3%A9o/%D0%B4%D0%BE%D0%BC%20%F0%9F%8E%AC.mp4?name=%C3%BC',
		],
		['UTF-8 that is encoded', '/vid%C3%A9o.mp4', '/vid%C3%A9o.mp4'],
		['both', '/%C3%A9é', '/%C3%A9%C3%A9'],
		['raw UTF-8, relative', 'ß.mp4', '/%C3%9F.mp4'],
	])('whose redirect has %s is asked for where it is', async (_, location, path) => {
		download = ({ url }, response) => {
			if (url === path) send(response, VIDEO);
			else redirect(response, Buffer.from(location));
		};
		const run = await get();

		expect(requests.slice(1)).toEqual(['/video', path]);
		expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
	});

	it('whose redirect has raw Latin-1 is asked for by the same bytes', async () => {
		download = ({ url }, response) => {
			if (url === '/vid%E9o') send(response, VIDEO);
			else redirect(response, latin1('/vid\xe9o'));
		};
		expect((await get()).error).toBeUndefined();
	});
});

describe('a finished video', () => {
	it.each<[string, () => Record<string, unknown>, RegExp]>([
		['a frame rate as text', () => ({ fps: '30' }), /^$/],
		['a frame rate that is none', () => ({ fps: 'thirty' }), /could not read: fps/],
		['an empty error', () => ({ error: {} }), /^$/],
		['an error as text', () => ({ error: 'none' }), /^$/],
		[
			'a second download without URL',
			() => ({ downloads: [...usual().downloads, {}] }),
			/downloads/,
		],
		[
			'a first download that is null',
			() => ({ downloads: [null, ...usual().downloads] }),
			/downloads/,
		],
		[
			'the deprecated download alone',
			() => ({ downloads: null, download: usual().downloads[0] }),
			/^$/,
		],
		['a status in capitals', () => ({ status: 'COMPLETE' }), /^$/],
		['a name that is none', () => ({ name: { text: 'Clip' }, created_at: 0 }), /name, created_at/],
	])('with %s comes to its owner', async (_, odd, hints) => {
		project = odd();
		const run = await get();

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.[0]?.json).toMatchObject({
			...{ id: 'p1', status: 'complete', credits_charged: 240 },
			video_url: `${origin}/video`,
		});
		expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
		expect(hintsOf(run)).toMatch(hints);
	});

	it('whose answer gives no URL is told so', async () => {
		project = { downloads: null };
		const run = await get({ downloadVideo: false });

		expect(run.output[0]?.[0]?.json).toMatchObject({ status: 'complete', video_url: null });
		expect(hintsOf(run)).toContain('Project p1 is complete, but');
	});

	it('whose only URL is none fails with the project, if the video is wanted', async () => {
		project = { downloads: [{ url: 7 }] };
		const { error } = await get();

		expect(error?.message).toMatch(/project p1 is finished.*Magic Hour gave no download URL/);
	});

	it('as raw data is the answer as it came', async () => {
		project = { fps: '30', error: {}, downloads: [{}, ...usual().downloads], more: { a: null } };
		const options = { timeout: 20, simplify: false };
		const run = await get({ downloadVideo: false, options });

		expect(run.output[0]?.[0]?.json).toEqual({ ...usual(), ...project });
	});
});

describe("another project's answer", () => {
	it('brings nobody its video', async () => {
		project = { id: 'p2', name: 'Of somebody else', downloads: [{ url: `${origin}/other` }] };
		odd = 2;
		const run = await get();

		expect(run.output[0]?.[0]?.json).toMatchObject({ id: 'p1', name: 'Clip' });
		expect(requests.some((path) => path.includes('other'))).toBe(false);
		expect(requests).toHaveLength(4);
	});

	it('is named as what it is when nothing else comes', async () => {
		project = { id: 'p2' };
		const { error } = await get({ options: { timeout: 3 } });

		expect(error?.message).toContain('Could not get project p1');
		expect(error?.message).toContain('another project than was asked for');
	});
});

describe('a status that nobody knows', () => {
	it('is waited for', async () => {
		project = { status: 'post_processing', downloads: null };
		odd = 2;
		const run = await get();

		expect((await run.binary(0, 'data')).equals(VIDEO)).toBe(true);
		expect(requests).toHaveLength(4);
	});

	it('is named when the time is over, with the way to go on', async () => {
		project = { status: 'paused', downloads: [] };
		const { error } = await get();

		expect(error?.message).toContain('Project p1 is still paused');
		expect(error?.description).toContain('Get operation');
	});

	it('without waiting is handed on, and the video counts as unfinished', async () => {
		project = { status: 'paused', downloads: [] };
		const run = await get({ waitForCompletion: false });

		expect(run.output[0]?.[0]?.json.status).toBe('paused');
		expect(run.output[0]?.[0]?.binary).toBeUndefined();
		expect(hintsOf(run)).toContain('Still rendering: project p1');
	});
});
