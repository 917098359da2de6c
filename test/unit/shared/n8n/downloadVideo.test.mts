import { getEventListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { FileTransfer } from '../../../../nodes/shared/api/fileTransfer.ts';
import type { Project } from '../../../../nodes/shared/api/schemas.ts';
import { systemClock, type Clock } from '../../../../nodes/shared/lib/clock.ts';
import { ProjectError } from '../../../../nodes/shared/lib/errors.ts';
import { downloadVideo } from '../../../../nodes/shared/n8n/downloadVideo.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { tinyVideo } from '../../../../tools/queue-mode/tiny-videos.mts';

const VIDEO = tinyVideo('an image', 200_000);

/** The ways in which n8n's kinds of storage take a stream. */
const WAYS: Readonly<Record<string, (stream: Readable) => Promise<Buffer>>> = {
	'a listener (database, memory)': async (stream) =>
		await new Promise<Buffer>((resolve, reject) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.once('end', () => {
				resolve(Buffer.concat(chunks));
			});
			stream.once('error', reject);
		}),
	'pipe (files)': async (stream) => {
		const through = new PassThrough();
		const taken = through.toArray();
		await pipeline(stream, through);
		return Buffer.concat((await taken) as Buffer[]);
	},
	'iteration (S3)': async (stream) => Buffer.concat((await stream.toArray()) as Buffer[]),
};

function chunks(): Buffer[] {
	return Array.from({ length: 20 }, (_, index) =>
		VIDEO.subarray(index * 10_000, (index + 1) * 10_000),
	);
}

/** Downloads the video, which n8n stores in one of those ways. */
async function download(
	store: (stream: Readable) => Promise<unknown>,
	clock: Clock = systemClock,
	signal?: AbortSignal,
) {
	const prepareBinaryData = async (stream: Readable) => {
		await store(stream);
		return { data: '', mimeType: 'video/mp4' };
	};
	const n8n = { helpers: { prepareBinaryData } } as unknown as IExecuteFunctions;
	const files = {
		open: () => Promise.resolve({ stream: Readable.from(chunks()), headers: {} }),
	} as unknown as FileTransfer;
	const project = {
		id: 'project',
		name: 'Lighthouse',
		downloads: [{ url: 'https://videos.example/a.mp4' }],
	} as unknown as Project;
	const refresh = async () => await Promise.resolve(project);
	const source = { project, refresh, hint: 'Use Get.' };
	await downloadVideo(n8n, files, clock, source, { deadline: clock.now() + 60_000, signal });
}

describe('a video is checked while n8n stores it', () => {
	test.each(Object.entries(WAYS))('by %s: all of it arrives', async (_, take) => {
		let stored: Buffer | undefined;
		await download(async (stream) => {
			// n8n makes a folder, or asks its database, before it takes anything.
			for (let turns = 0; turns < 5; turns++) await turn();
			stored = await take(stream);
		});
		expect(stored?.equals(VIDEO)).toBe(true);
	});
});

test.each([true, false])(
	'nothing is kept for a Stop once it is over (stored: %s)',
	async (isStored) => {
		const { signal } = new AbortController();
		const listeners = () => getEventListeners(signal, 'abort').length;
		let meanwhile = 0;
		const store = async (stream: Readable) => {
			meanwhile = listeners();
			if (!isStored) throw new Error('no');
			await stream.toArray();
		};
		const over = download(store, new FakeClock(), signal);
		await (isStored ? over : rejectionOf(ProjectError, over));
		expect({ meanwhile, afterwards: listeners() }).toEqual({ meanwhile: 1, afterwards: 0 });
	},
);

describe('a finished video that n8n can not store', () => {
	/** A disk that is full fails in the same way, as Node says it. */
	const noFolder = path.join(import.meta.filename, 'no folder', 'video.mp4');

	test.each<[string, (stream: Readable) => Promise<unknown>, RegExp, RegExp]>([
		[
			'in a file',
			async (stream) => {
				await pipeline(stream, createWriteStream(noFolder));
			},
			/n8n could not store it \(.*ENOTDIR: not a directory, open/,
			/^Use Get\.$/,
		],
		[
			'in a database without a free connection',
			async () => await Promise.reject(new Error('timeout exceeded when trying to connect')),
			/n8n could not store it \(timeout exceeded when trying to connect\)/,
			/^Use Get\. .*DB_POSTGRESDB_POOL_SIZE/,
		],
	])('%s: the error names the project, and the storage', async (_, store, message, hint) => {
		const tries = jest.fn(store);
		const failure = await rejectionOf(ProjectError, download(tries, new FakeClock()));
		expect(failure.message).toContain('The video of project project is finished');
		expect(failure.message).toMatch(message);
		expect(failure.hint).toMatch(hint);
		expect(tries).toHaveBeenCalledTimes(4);
	});

	test('because the connection broke off: that is what it says', async () => {
		const brokenOff = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
		const failing = async () => await Promise.reject(brokenOff);
		const failure = await rejectionOf(ProjectError, download(failing, new FakeClock()));
		expect(failure.message).toContain('the download broke off (the connection broke off)');
	});
});
