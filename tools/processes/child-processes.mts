import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const GUARD = join(import.meta.dirname, 'process-guard.mjs');
const STOP_GRACE_MS = 8000;
const LINES_SHOWN_ON_FAILURE = 25;

interface StartOptions {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Standard error goes to the end of this file; standard output too, unless `outputFile` is given. */
	logFile: string;
	outputFile?: string;
}

export interface StopOptions {
	/** How it is asked. Default: SIGTERM. */
	readonly signal?: NodeJS.Signals;
	/** Milliseconds that it is given. Default: 8 s. */
	readonly graceMs?: number;
}

export interface RunOptions extends StartOptions {
	signal?: AbortSignal | undefined;
}

class CommandError extends Error {
	override name = 'CommandError';

	constructor(
		command: string,
		readonly exitCode: number,
		logFile: string,
		lastLines: string,
	) {
		super(`"${command}" ended with exit code ${exitCode}. The end of ${logFile}:\n${lastLines}`);
	}
}

/**
 * A command in a process group of its own, which ends with us at the latest (see process-guard.mjs).
 * Output goes to files, not pipes: a program that calls process.exit() loses what a pipe has not taken yet, and
 * n8n's commands do.
 */
export class GuardedProcess {
	readonly exited: Promise<number>;
	readonly processGroup: number;
	#child: ChildProcess;

	constructor(command: string, args: readonly string[], options: StartOptions) {
		mkdirSync(dirname(options.logFile), { recursive: true });
		const log = openSync(options.logFile, 'a');
		const output = options.outputFile === undefined ? log : openSync(options.outputFile, 'a');
		try {
			this.#child = spawn(process.execPath, [GUARD, command, ...args], {
				cwd: options.cwd,
				env: options.env,
				detached: true,
				stdio: ['pipe', output, log],
			});
		} finally {
			closeSync(log);
			if (output !== log) closeSync(output);
		}
		this.exited = new Promise((resolve, reject) => {
			this.#child.once('error', reject);
			this.#child.once('exit', (code) => {
				// What the command itself left running.
				this.#signal('SIGKILL');
				resolve(code ?? 1);
			});
		});
		if (this.#child.pid === undefined) throw new Error(`${command} could not be started`);
		this.processGroup = this.#child.pid;
		// A failure is reported where `exited` is awaited, which may be later than it happens.
		this.exited.catch(() => undefined);
	}

	get hasExited(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	/** Ends the whole group: asks first, then kills. Resolves when nothing of it is left. */
	async stop({ signal = 'SIGTERM', graceMs = STOP_GRACE_MS }: StopOptions = {}): Promise<void> {
		this.#signal(signal);
		const patience = new AbortController();
		const timedOut = sleep(graceMs, 'timed out', { signal: patience.signal }).catch(
			() => 'stopped',
		);
		const outcome = await Promise.race([this.exited.then(() => 'exited'), timedOut]);
		patience.abort();
		if (outcome === 'timed out') this.#signal('SIGKILL');
		await this.exited;
	}

	/** Ends the whole group at once, as a power cut would. */
	async kill(): Promise<void> {
		this.#signal('SIGKILL');
		await this.exited;
	}

	#signal(signal: NodeJS.Signals): void {
		try {
			process.kill(-this.processGroup, signal);
		} catch (error) {
			// No such group: everything in it has ended.
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	}
}

/**
 * Runs a command to its end.
 * @throws CommandError with the end of its log when it fails; the signal's reason when it was interrupted
 */
export async function run(
	command: string,
	args: readonly string[],
	options: RunOptions,
): Promise<void> {
	const exitCode = await runForExitCode(command, args, options);
	if (exitCode === 0) return;
	const log = await readFile(options.logFile, 'utf8');
	const lastLines = log.trimEnd().split('\n').slice(-LINES_SHOWN_ON_FAILURE).join('\n');
	throw new CommandError([command, ...args].join(' '), exitCode, options.logFile, lastLines);
}

/** As `run`, for commands whose failure the caller wants to look at. */
export async function runForExitCode(
	command: string,
	args: readonly string[],
	options: RunOptions,
): Promise<number> {
	options.signal?.throwIfAborted();
	const child = new GuardedProcess(command, args, options);
	const onAbort = (): void => void child.stop();
	options.signal?.addEventListener('abort', onAbort, { once: true });
	const exitCode = await child.exited;
	options.signal?.removeEventListener('abort', onAbort);
	options.signal?.throwIfAborted();
	return exitCode;
}
