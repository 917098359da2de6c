import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { FileTransfer } from '../../../../nodes/shared/api/fileTransfer.ts';
import type { Project } from '../../../../nodes/shared/api/schemas.ts';
import { systemClock } from '../../../../nodes/shared/lib/clock.ts';
import { downloadVideo } from '../../../../nodes/shared/n8n/downloadVideo.ts';
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

describe('a video is checked while n8n stores it', () => {
	test.each(Object.entries(WAYS))('by %s: all of it arrives', async (_, take) => {
		let stored: Buffer | undefined;
		const n8n = {
			helpers: {
				prepareBinaryData: async (stream: Readable) => {
					// n8n makes a folder, or asks its database, before it takes anything.
					for (let turns = 0; turns < 5; turns++) await turn();
					stored = await take(stream);
					return { data: '', mimeType: 'video/mp4' };
				},
			},
		} as unknown as IExecuteFunctions;
		const files = {
			open: () => Promise.resolve({ stream: Readable.from(chunks()), headers: {} }),
		} as unknown as FileTransfer;
		const project = {
			id: 'project',
			name: 'Lighthouse',
			downloads: [{ url: 'https://videos.example/a.mp4' }],
		} as unknown as Project;
		const options = { deadline: systemClock.now() + 60_000 };
		await downloadVideo(n8n, files, systemClock, { project, hint: '' }, options);
		expect(stored?.equals(VIDEO)).toBe(true);
	});
});
