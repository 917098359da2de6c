import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { ApiError } from './api-error.mts';

/** A worker's file, relative to this one. It gets its input and gives its output as JSON: see worker-io.mts. */
type WorkerName = 'render' | 'probe' | 'sample';

const here = fileURLToPath(new URL('.', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;

const closing = (): ApiError => new ApiError(503, 'The local API is closing');

/**
 * Runs what needs node-av in processes of its own: FFmpeg would block the event loop of the server,
 * and node-av, being ESM only, can't be loaded inside jest.
 */
export class Workers {
	private readonly running = new Set<ChildProcess>();
	private readonly waiting: (() => void)[] = [];
	private active = 0;
	private closed = false;

	/** @param limit processes at a time; the others wait for their turn */
	constructor(private readonly limit: number) {}

	/** @throws Error with the worker's message, if it fails; ApiError 503 once this is closed */
	async run<Output>(worker: WorkerName, input: unknown): Promise<Output> {
		while (this.active >= this.limit) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		this.active++;
		try {
			if (this.closed) throw closing();
			return (await this.spawn(worker, input)) as Output;
		} catch (error) {
			// Whatever it says: the worker was ended by close().
			throw this.closed ? closing() : error;
		} finally {
			this.active--;
			this.waiting.shift()?.();
		}
	}

	/** Ends every process, and waits for them to be gone. */
	async close(): Promise<void> {
		this.closed = true;
		await Promise.all(
			[...this.running].map(async (child) => {
				const gone = once(child, 'close');
				child.kill('SIGKILL');
				await gone;
			}),
		);
	}

	private async spawn(worker: WorkerName, input: unknown): Promise<unknown> {
		const child = spawn(
			process.execPath,
			['--import', tsx, join(here, `${worker}-worker.mts`), JSON.stringify(input)],
			{ stdio: ['ignore', 'pipe', 'pipe'] },
		);
		this.running.add(child);
		const output: Buffer[] = [];
		const problems: Buffer[] = [];
		child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
		child.stderr.on('data', (chunk: Buffer) => problems.push(chunk));
		try {
			const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
			if (code !== 0) {
				const message = Buffer.concat(problems).toString().trim();
				throw new Error(message || `The ${worker} worker ended with ${String(signal ?? code)}`);
			}
			return JSON.parse(Buffer.concat(output).toString()) as unknown;
		} finally {
			this.running.delete(child);
		}
	}
}
