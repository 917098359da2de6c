import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuardedProcess } from '../processes/child-processes.mts';
import { ensureProgram } from '../processes/debian-program.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { freePort } from '../processes/free-port.mts';
import { until } from '../n8n/executions.mts';

/** @throws Error that says what to install, where we may not */
export async function ensureRedis(): Promise<string> {
	return await ensureProgram({
		title: 'Redis',
		names: ['redis-server'],
		debianPackage: 'redis-server',
		neededBy: 'The tests of queue mode',
	});
}

/** A Redis in a folder of its own, at 127.0.0.1 only, with a password, which keeps what it has over a restart. */
export class Redis {
	readonly #password = randomBytes(16).toString('hex');
	#server: GuardedProcess | undefined;

	private constructor(
		private readonly folder: string,
		private readonly port: number,
	) {}

	/** @param folder is made */
	static async create(folder: string): Promise<Redis> {
		await mkdir(folder, { mode: 0o700 });
		return new Redis(folder, await freePort());
	}

	/** What n8n is told of it. */
	get settings(): Record<string, string> {
		return {
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(this.port),
			QUEUE_BULL_REDIS_PASSWORD: this.#password,
		};
	}

	/** Resolves when it answers. */
	async start(): Promise<void> {
		const configuration = join(this.folder, 'redis.conf');
		const lines = [
			`port ${this.port}`,
			'bind 127.0.0.1',
			`requirepass ${this.#password}`,
			`dir ${this.folder}`,
			'appendonly yes',
			'save ""',
		];
		await writeFile(configuration, lines.join('\n'), { mode: 0o600 });
		const logFile = join(this.folder, 'redis.log');
		const server = new GuardedProcess(await ensureRedis(), [configuration], {
			cwd: this.folder,
			env: cleanEnvironment(),
			logFile,
		});
		this.#server = server;
		let hasEnded = false;
		void server.exited.then(() => (hasEnded = true));
		await until('Redis to start', async () => {
			if (hasEnded) throw new Error(`Redis has not started: see ${logFile}`);
			const env = cleanEnvironment({ REDISCLI_AUTH: this.#password });
			const ping = promisify(execFile)('redis-cli', ['-p', String(this.port), 'ping'], { env });
			// Nobody is there yet, or it is still reading what it has kept.
			const answer = await ping.catch(() => ({ stdout: '' }));
			return answer.stdout.startsWith('PONG') ? true : undefined;
		});
	}

	async stop(): Promise<void> {
		await this.#server?.stop();
		this.#server = undefined;
	}

	async kill(): Promise<void> {
		await this.#server?.kill();
		this.#server = undefined;
	}

	/** Forgets everything, as a Redis without a volume does. To be called while it is not running. */
	async wipe(): Promise<void> {
		await rm(join(this.folder, 'appendonlydir'), { recursive: true, force: true });
	}
}
