import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { MARK_VARIABLE } from './descendants.mts';

/** How a program ends that was interrupted: in its own way of telling, and in npm's. */
export const INTERRUPTED = [130, 'SIGINT'];

interface RunEnd {
	/** Exit code, or the signal that npm passed on. */
	exit: number | NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

/** `npm run <script>`, as a user starts it in a terminal: a process group of its own, which Ctrl-C goes to. */
export class NpmRun {
	/** Marks every process of this run. */
	readonly mark = randomUUID();
	readonly ended: Promise<RunEnd>;
	stdout = '';
	stderr = '';
	readonly #processGroup: number;
	#onOutput: () => void = () => undefined;

	private constructor(
		script: string,
		args: readonly string[],
		/** Where it puts what it needs while it runs. */
		readonly temporaryFolder: string,
	) {
		const child = spawn('npm', ['run', script, '--', ...args], {
			cwd: PROJECT_DIRECTORY,
			env: {
				...process.env,
				// A developer's own key must not pay for tests.
				MAGIC_HOUR_API_KEY: '',
				TMPDIR: temporaryFolder,
				[MARK_VARIABLE]: this.mark,
			},
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		if (child.pid === undefined) throw new Error('npm cannot be started');
		this.#processGroup = child.pid;
		child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
			this.stdout += chunk;
			this.#onOutput();
		});
		child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
			this.stderr += chunk;
			this.#onOutput();
		});
		this.ended = new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code, signal) => {
				resolve({ exit: code ?? signal, stdout: this.stdout, stderr: this.stderr });
			});
		});
	}

	static async start(script: string, args: readonly string[] = []): Promise<NpmRun> {
		const folder = await realpath(await mkdtemp(join(tmpdir(), 'npm-run-')));
		return new NpmRun(script, args, folder);
	}

	/** Resolves when the program has printed this; rejects when it ends without. */
	async prints(text: string): Promise<void> {
		const seen = new Promise<void>((resolve) => {
			this.#onOutput = () => {
				if (this.stderr.includes(text) || this.stdout.includes(text)) resolve();
			};
			this.#onOutput();
		});
		const missed = this.ended.then(({ stderr }) => {
			throw new Error(`The program ended before it printed "${text}":\n${stderr}`);
		});
		await Promise.race([seen, missed]);
	}

	/** What the run itself has left in its temporary folder; its tools keep caches of theirs there. */
	async leftBehind(): Promise<string[]> {
		const names = await readdir(this.temporaryFolder);
		return names.filter((name) => name.includes('magic-hour'));
	}

	/** Removes its temporary folder. */
	async remove(): Promise<void> {
		await rm(this.temporaryFolder, { recursive: true, force: true });
	}

	signal(signal: NodeJS.Signals): void {
		process.kill(-this.#processGroup, signal);
	}
}
