import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalApi, type LocalApi } from '../../local-api/server.mts';
import { N8n, type N8nRole } from '../n8n/n8n.mts';
import { ensureN8nInstallation } from '../n8n/n8n-installation.mts';
import type { N8nOwner } from '../n8n/n8n-rest.mts';
import { Executions } from '../n8n/executions.mts';
import type { PackedPackage } from '../pack.mts';
import { Postgres } from './postgres.mts';
import { Redis } from './redis.mts';
import { TinyVideos } from './tiny-videos.mts';

/** Seconds by the local API's clock: an hour, unless the clock is put forward. */
const LONG_JOB_SECONDS = 3600;
/** A prompt that begins so takes the local API an hour; `10 s`: that long; any other video is made at once. */
export const LONG = 'This takes long';
const SHORT_JOB_SECONDS = 0.2;
/** Of each video. */
export const VIDEO_BYTES = 250_000;

/** Those that a burst can be sent to, and the two that work. */
export const PROCESSES = ['main', 'webhook', 'worker 1', 'worker 2'] as const;
export type ProcessName = (typeof PROCESSES)[number];
export const WORKERS = ['worker 1', 'worker 2'] as const;

/** n8n's own defaults of what is short here, for `settings`. */
export const N8N_LOCKS = {
	QUEUE_WORKER_LOCK_DURATION: '60000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '10000',
	QUEUE_WORKER_STALLED_INTERVAL: '30000',
};

export interface QueueModeOptions {
	readonly packed: PackedPackage;
	/** DB_POSTGRESDB_POOL_SIZE of each process. Default: 10; n8n's own default is 2. */
	readonly poolSize?: number;
	/** Executions at once in each worker. Default: 40. */
	readonly concurrency?: number;
	/** Seconds that a worker which is asked to end may go on. Default: 5; n8n's own default is 30. */
	readonly graceSeconds?: number;
	/** More environment variables of all processes. */
	readonly settings?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal | undefined;
}

/**
 * n8n in queue mode, as it is run with containers: PostgreSQL, Redis, one main, one webhook process and two workers, each
 * with a folder of its own, binary data in the database, and the packed package in all. Beside it a local Magic Hour API
 * that outlives them.
 */
export class QueueMode {
	/** Who owns the instance. */
	readonly owner: N8nOwner = {
		email: 'owner@example.com',
		password: `A1${randomBytes(9).toString('base64url')}`,
	};
	readonly #processes = new Map<ProcessName, N8n>();
	readonly #urls = new Map<ProcessName, string>();
	/** Environment variables of all processes. */
	readonly #shared: Record<string, string> = {};
	/** Those of workers. */
	readonly #workers: Record<string, string> = {};
	#executions: Executions | undefined;
	/** For the account of that plan: business has no limit of jobs at once, pro one of 5. */
	credentials = { business: '', pro: '' };

	private constructor(
		readonly folder: string,
		readonly api: LocalApi,
		readonly postgres: Postgres,
		readonly redis: Redis,
		private readonly clock: { aheadMs: number },
		private readonly options: QueueModeOptions,
	) {}

	/** Takes about a minute on two cores. */
	static async start(options: QueueModeOptions): Promise<QueueMode> {
		const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-queue-')));
		const postgres = await Postgres.create(join(folder, 'postgres'));
		const redis = await Redis.create(join(folder, 'redis'));
		const videos = join(folder, 'videos');
		await mkdir(videos);
		const clock = { aheadMs: 0 };
		const api = await startLocalApi({
			videosOf: { renderer: new TinyVideos(videos, VIDEO_BYTES) },
			clock: () => Date.now() + clock.aheadMs,
			jobSeconds: ({ style }) => secondsOf(style?.prompt ?? ''),
			requestsPerSecond: 100_000,
			// The clock is put forward by hours.
			uploadUrlSeconds: 24 * 3600,
		});
		const cluster = new QueueMode(folder, api, postgres, redis, clock, options);
		try {
			await cluster.#start();
			return cluster;
		} catch (error) {
			await cluster.close();
			throw error;
		}
	}

	/** Of the main process that is running now. */
	get executions(): Executions {
		if (this.#executions === undefined) throw new Error('n8n is not running');
		return this.#executions;
	}

	process(name: ProcessName): N8n {
		const n8n = this.#processes.get(name);
		if (n8n === undefined) throw new Error(`There is no ${name}`);
		return n8n;
	}

	/** Where a process answers. It stays the same when it is started again. */
	url(name: ProcessName): string {
		const url = this.#urls.get(name);
		if (url === undefined) throw new Error(`${name} was never started`);
		return url;
	}

	/** Starts again what has ended, where it was. */
	async startAgain(...names: readonly ProcessName[]): Promise<void> {
		// Main first: it is the one that brings the database up to date.
		if (names.includes('main')) await this.#launch('main');
		await Promise.all(names.filter((name) => name !== 'main').map((name) => this.#launch(name)));
	}

	/** As a supervisor does that starts again what has ended by itself. @returns what that was */
	async startEnded(): Promise<ProcessName[]> {
		const ended = PROCESSES.filter((name) => this.process(name).server?.hasExited === true);
		await this.kill(...ended);
		await this.startAgain(...ended);
		return ended;
	}

	/** Changes environment variables, for processes that are started from now on. */
	change(settings: Readonly<Record<string, string>>): void {
		Object.assign(this.#shared, settings);
		Object.assign(this.#workers, settings);
	}

	/** As kill -9 or a power cut. */
	async kill(...names: readonly ProcessName[]): Promise<void> {
		await Promise.all(names.map((name) => this.process(name).kill()));
	}

	/** Puts the local API's clock forward: every video that is being made is finished. */
	finishVideos(): void {
		this.clock.aheadMs += LONG_JOB_SECONDS * 1000;
	}

	/** What each process has printed so far. */
	async log(name: ProcessName): Promise<string> {
		return await this.process(name).readLogs();
	}

	/** As a container without a volume: it comes back with nothing but the package. To be called while it is not running. */
	async loseFolder(name: ProcessName): Promise<void> {
		await rm(this.process(name).userFolder, { recursive: true });
		await this.#copyPackage(name);
	}

	/** As a container without a volume loses them: n8n's own notes of what was going on. */
	async removeEventLogs(...names: readonly ProcessName[]): Promise<void> {
		for (const name of names) {
			const folder = join(this.process(name).userFolder, '.n8n');
			const logs = (await readdir(folder)).filter((file) => file.startsWith('n8nEventLog'));
			for (const file of logs) await rm(join(folder, file));
		}
	}

	async close(): Promise<void> {
		await Promise.all([...this.#processes.values()].map((n8n) => n8n.stop()));
		await this.redis.stop();
		await this.postgres.stop();
		await this.api.close();
		await rm(this.folder, { recursive: true, force: true });
	}

	async #start(): Promise<void> {
		const { packed, signal } = this.options;
		const installation = await ensureN8nInstallation();
		await Promise.all([this.postgres.start(), this.redis.start()]);
		this.change({
			...this.postgres.settings,
			...this.redis.settings,
			DB_POSTGRESDB_POOL_SIZE: String(this.options.poolSize ?? 10),
			EXECUTIONS_MODE: 'queue',
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			N8N_DEFAULT_BINARY_DATA_MODE: 'database',
			N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
			// A worker that is gone is missed soon; n8n's own defaults are a minute and half a minute.
			QUEUE_WORKER_LOCK_DURATION: '10000',
			QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
			QUEUE_WORKER_STALLED_INTERVAL: '3000',
			N8N_GRACEFUL_SHUTDOWN_TIMEOUT: String(this.options.graceSeconds ?? 5),
			...this.options.settings,
		});
		this.#workers.N8N_CONCURRENCY_PRODUCTION_LIMIT = String(this.options.concurrency ?? 40);
		for (const name of PROCESSES) {
			const isWorker = name.startsWith('worker');
			this.#processes.set(
				name,
				new N8n({
					installation,
					userFolder: join(this.folder, name.replace(' ', '-')),
					role: isWorker ? 'worker' : ROLES[name as keyof typeof ROLES],
					settings: isWorker ? this.#workers : this.#shared,
					signal,
				}),
			);
		}
		const main = this.process('main');
		await main.installPackage(packed);
		for (const name of PROCESSES.slice(1)) await this.#copyPackage(name);
		await this.#launch('main');
		await Promise.all(PROCESSES.slice(1).map((name) => this.#launch(name)));
		const credential = async (plan: 'business' | 'pro') =>
			await this.executions.createCredential({
				name: `Magic Hour (${plan})`,
				type: 'magicHourVideoApi',
				data: { apiKey: this.api.keys[plan], baseUrl: this.api.url },
			});
		this.credentials = { business: await credential('business'), pro: await credential('pro') };
	}

	async #copyPackage(name: ProcessName): Promise<void> {
		const { nodesDirectory } = this.process(name);
		await mkdir(join(nodesDirectory, '..'), { recursive: true });
		await cp(this.process('main').nodesDirectory, nodesDirectory, { recursive: true });
	}

	async #launch(name: ProcessName): Promise<void> {
		const known = this.#urls.get(name);
		const isFirst = known === undefined;
		const rest = await this.process(name).start(isFirst ? undefined : Number(new URL(known).port));
		this.#urls.set(name, rest.url);
		if (name !== 'main') return;
		if (isFirst) await rest.setUpOwner(this.owner);
		this.#executions = new Executions(rest.url);
		await this.#executions.logIn(this.owner);
	}
}

const ROLES = { main: 'start', webhook: 'webhook' } as const satisfies Record<string, N8nRole>;

/** How long a video takes is in its prompt. */
function secondsOf(prompt: string): number {
	if (prompt.startsWith(LONG)) return LONG_JOB_SECONDS;
	const seconds = /^([\d.]+) s\b/.exec(prompt)?.[1];
	return seconds === undefined ? SHORT_JOB_SECONDS : Number(seconds);
}
