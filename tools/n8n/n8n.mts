import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
	GuardedProcess,
	run,
	runForExitCode,
	type StopOptions,
} from '../processes/child-processes.mts';
import { installCommunityPackage } from './community-package.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { freePort } from '../processes/free-port.mts';
import type { N8nInstallation } from './n8n-installation.mts';
import { N8nRest } from './n8n-rest.mts';
import type { PackedPackage } from '../pack.mts';

const START_TIMEOUT_MS = 120_000;
const START_POLL_MS = 200;
const START_ATTEMPTS = 3;
const LINES_SHOWN_ON_FAILURE = 60;

interface N8nCredential {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

export interface N8nWorkflow {
	id?: string;
	name: string;
	nodes: {
		id: string;
		name: string;
		type: string;
		typeVersion: number;
		position: [number, number];
		parameters: Record<string, unknown>;
		credentials?: Record<string, { id?: string | null; name: string }>;
		/** Of nodes with a webhook: part of its URL. */
		webhookId?: string;
	}[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
}

interface N8nItem {
	json: Record<string, unknown>;
	binary?: Record<string, { fileName?: string; mimeType: string; fileSize?: string }>;
}

/** What `n8n execute` prints: the part of n8n's IRun that we read. */
export interface N8nExecution {
	status: string;
	data: {
		resultData: {
			lastNodeExecuted?: string;
			error?: {
				message: string;
				description?: string | null;
				node?: { name: string; type: string };
			};
			runData: Record<
				string,
				{ executionStatus: string; executionTime: number; data?: { main: (N8nItem[] | null)[] } }[]
			>;
		};
	};
}

/** As the commands of n8n are called. */
export type N8nRole = 'start' | 'webhook' | 'worker';

interface N8nOptions {
	installation: N8nInstallation;
	/** Everything that n8n keeps is in here (N8N_USER_FOLDER): database, key, community nodes, and our logs. */
	userFolder: string;
	/** The only folders that nodes may read and write files in. */
	fileFolders?: readonly string[];
	/**
	 * Whether Code nodes can run: n8n starts one more process for them, and warns about Python. Default: no.
	 */
	codeNodes?: boolean;
	/** What this process does in queue mode. Default: all of n8n's work, as the only one, or as the main one. */
	role?: N8nRole;
	/** More environment variables, as they are at each start. */
	settings?: Readonly<Record<string, string>>;
	signal?: AbortSignal | undefined;
}

/** A real n8n in a user folder of its own. */
export class N8n {
	readonly #options: N8nOptions;
	#server: { process: GuardedProcess; rest: N8nRest } | undefined;

	constructor(options: N8nOptions) {
		this.#options = options;
	}

	get userFolder(): string {
		return this.#options.userFolder;
	}

	/** Where n8n keeps community packages. */
	get nodesDirectory(): string {
		return join(this.userFolder, '.n8n', 'nodes');
	}

	/** Installs a packed package; resolves to the folder it is in. */
	async installPackage(packed: PackedPackage): Promise<string> {
		return await installCommunityPackage(packed, this.nodesDirectory, this.#options.signal);
	}

	/** The file that n8n reads the secret from is readable by us only, and gone as soon as n8n has read it. */
	async importCredential(credential: N8nCredential): Promise<void> {
		await this.#import('credentials', [credential]);
	}

	/** Needs an `id`, by which it is then known: n8n's own are 16 letters and digits. */
	async importWorkflow(workflow: N8nWorkflow & { id: string }): Promise<void> {
		await this.#import('workflow', workflow);
	}

	/** `n8n execute`, without a server. Resolves also when the workflow fails: see `status`. */
	async execute(workflowId: string): Promise<N8nExecution> {
		const outputFile = this.#log(`execute-${randomBytes(4).toString('hex')}.out`);
		const logFile = this.#log('execute.log');
		const args = ['execute', `--id=${workflowId}`, '--rawOutput'];
		await runForExitCode('n8n', args, { ...(await this.#command(logFile)), outputFile });
		const output = await readFile(outputFile, 'utf8');
		// n8n's log lines go to standard output too, before and after the JSON.
		const json = /^\{$[\s\S]*^\}$/m.exec(output)?.[0];
		if (json === undefined) {
			const log = await readFile(logFile, 'utf8');
			throw new Error(`n8n has not run the workflow:\n${output}\n${log}`);
		}
		return JSON.parse(json) as N8nExecution;
	}

	/**
	 * `n8n start`: the editor, REST and webhooks; or what its role is in queue mode. A port that somebody takes at the last moment is no
	 * failure, unless it was asked for by number.
	 * @param inspectPort of 127.0.0.1, where a debugger may attach; nowhere unless given
	 */
	async start(port?: number, inspectPort?: number): Promise<N8nRest> {
		if (this.#server !== undefined) throw new Error('n8n is running already');
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.#startOnce(port ?? (await freePort()), inspectPort);
			} catch (error) {
				const isTaken = error instanceof Error && error.message.includes('already in use');
				if (!isTaken || port !== undefined || attempt === START_ATTEMPTS) throw error;
			}
		}
	}

	/** The process group of the running server: for tests that end it by force. */
	get server(): GuardedProcess | undefined {
		return this.#server?.process;
	}

	async stop(options?: StopOptions): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		await server?.process.stop(options);
	}

	/** As kill -9 or a power cut. */
	async kill(): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		await server?.process.kill();
	}

	/** Everything that n8n has printed so far, of all commands. */
	async readLogs(): Promise<string> {
		const folder = this.#log('');
		const files = await readdir(folder);
		return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join(
			'\n',
		);
	}

	async #startOnce(port: number, inspectPort?: number): Promise<N8nRest> {
		const url = `http://127.0.0.1:${port}`;
		const { role = 'start' } = this.#options;
		const logFile = this.#log(`${role}-${port}.log`);
		const command = await this.#command(logFile);
		command.env = {
			...command.env,
			N8N_PORT: String(port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_HOST: '127.0.0.1',
			N8N_EDITOR_BASE_URL: url,
			WEBHOOK_URL: url,
			...(role === 'worker' ? { QUEUE_HEALTH_CHECK_ACTIVE: 'true' } : {}),
			// Where a worker tells how it is.
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		};
		// Not by NODE_OPTIONS: the processes that n8n starts would want the same port.
		const server =
			inspectPort === undefined
				? new GuardedProcess('n8n', [role], command)
				: new GuardedProcess(
						'node',
						[
							`--inspect=127.0.0.1:${inspectPort}`,
							join(this.#options.installation.binDirectory, 'n8n'),
							role,
						],
						command,
					);
		let exitCode: number | undefined;
		void server.exited.then((code) => (exitCode = code));
		const rest = new N8nRest(url);
		const giveUpAt = Date.now() + START_TIMEOUT_MS;
		try {
			while (!(await rest.isReady(role === 'start'))) {
				if (exitCode !== undefined || Date.now() > giveUpAt) {
					const log = await readFile(logFile, 'utf8');
					const end = log.split('\n').slice(-LINES_SHOWN_ON_FAILURE).join('\n');
					throw new Error(`n8n has not started. The end of ${logFile}:\n${end}`);
				}
				await sleep(START_POLL_MS, undefined, { signal: this.#options.signal });
			}
		} catch (error) {
			await server.stop();
			throw error;
		}
		this.#server = { process: server, rest };
		return rest;
	}

	async #import(kind: 'credentials' | 'workflow', content: unknown): Promise<void> {
		const command = await this.#command(this.#log(`import-${kind}.log`));
		const file = join(this.userFolder, `import-${kind}-${randomBytes(8).toString('hex')}.json`);
		try {
			await writeFile(file, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
			await run('n8n', [`import:${kind}`, `--input=${file}`], command);
		} finally {
			await rm(file, { force: true });
		}
	}

	#log(name: string): string {
		return join(this.userFolder, 'logs', name);
	}

	async #command(logFile: string): Promise<{
		cwd: string;
		env: NodeJS.ProcessEnv;
		logFile: string;
		signal: AbortSignal | undefined;
	}> {
		const { installation, userFolder, fileFolders = [], codeNodes = false, signal } = this.#options;
		const { settings: given } = this.#options;
		await mkdir(join(userFolder, 'logs'), { recursive: true });
		const settings = {
			N8N_USER_FOLDER: userFolder,
			N8N_RESTRICT_FILE_ACCESS_TO: fileFolders.join(';'),
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_HIRING_BANNER_ENABLED: 'false',
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
			// Every n8n opens this port, also for one command: two at once must not get into each other's way.
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			N8N_RUNNERS_TASK_TIMEOUT: '60',
			...(codeNodes
				? {}
				: {
						N8N_RUNNERS_MODE: 'external',
						N8N_RUNNERS_AUTH_TOKEN: randomBytes(16).toString('hex'),
					}),
			// The editor is reached over plain HTTP.
			N8N_SECURE_COOKIE: 'false',
			...given,
		};
		return {
			cwd: userFolder,
			env: cleanEnvironment(settings, installation.binDirectory),
			logFile,
			signal,
		};
	}
}
