import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GuardedProcess, run } from '../processes/child-processes.mts';
import { ensureProgram } from '../processes/debian-program.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { freePort } from '../processes/free-port.mts';
import { until } from '../n8n/executions.mts';

const USER = 'n8n';
const DATABASE = 'postgres';
/** PostgreSQL refuses to run as root: then it runs as the user that Debian makes for it. */
const SYSTEM_USER = 'postgres';

/** @throws Error that says what to install, where we may not */
export async function ensurePostgres(): Promise<string> {
	const initdb = await ensureProgram({
		title: 'PostgreSQL',
		names: ['initdb'],
		// Debian keeps it off PATH.
		folders: ['/usr/lib/postgresql/*/bin'],
		debianPackage: 'postgresql',
		neededBy: 'The tests of queue mode',
	});
	return dirname(initdb);
}

/** A PostgreSQL in a folder of its own, at 127.0.0.1 only, with a password. */
export class Postgres {
	readonly #password = randomBytes(16).toString('hex');
	#server: GuardedProcess | undefined;

	private constructor(
		private readonly binDirectory: string,
		private readonly folder: string,
		private readonly port: number,
	) {}

	/** @param folder is made; others than its owner must be able to get to it */
	static async create(folder: string): Promise<Postgres> {
		const postgres = new Postgres(await ensurePostgres(), folder, await freePort());
		await postgres.#initialise();
		return postgres;
	}

	/** What n8n is told of it. */
	get settings(): Record<string, string> {
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(this.port),
			DB_POSTGRESDB_DATABASE: DATABASE,
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: this.#password,
		};
	}

	/** Resolves when it takes connections. */
	async start(): Promise<void> {
		// For a moment after a kill, the processes of its connections are still there, and it refuses to start beside them.
		await until('PostgreSQL to start', async () => ((await this.#startOnce()) ? true : undefined));
	}

	/** @returns whether it has started */
	async #startOnce(): Promise<boolean> {
		const args = ['-D', join(this.folder, 'data'), '-p', String(this.port)];
		const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
		const [command, ...rest] = asSystemUser([
			join(this.binDirectory, 'postgres'),
			...args,
			...settings.flatMap((setting) => ['-c', setting]),
		]);
		const server = new GuardedProcess(command, rest, this.#options());
		this.#server = server;
		let hasEnded = false;
		void server.exited.then(() => (hasEnded = true));
		const where = ['-h', '127.0.0.1', '-p', String(this.port), '-q'];
		return await until(`PostgreSQL to answer (see ${this.#logFile})`, async () => {
			if (hasEnded) return false;
			return await succeeds(join(this.binDirectory, 'pg_isready'), where);
		});
	}

	/** As a restart of its service does: connections are cut. */
	async stop(): Promise<void> {
		// SIGTERM would wait for n8n to go.
		await this.#server?.stop({ signal: 'SIGINT' });
		this.#server = undefined;
	}

	/** As kill -9 or a power cut. */
	async kill(): Promise<void> {
		await this.#server?.kill();
		this.#server = undefined;
	}

	/** The rows that a query gives. */
	async query<T>(sql: string): Promise<T[]> {
		const json = `SELECT coalesce(json_agg(row), '[]') FROM (${sql}) AS row`;
		return JSON.parse(await this.execute(json)) as T[];
	}

	/** Runs a statement. @returns what psql prints: bare values */
	async execute(sql: string): Promise<string> {
		const args = ['-h', '127.0.0.1', '-p', String(this.port), '-U', USER, '-d', DATABASE];
		const { stdout } = await promisify(execFile)(
			join(this.binDirectory, 'psql'),
			[...args, '--no-psqlrc', '--tuples-only', '--no-align', '-v', 'ON_ERROR_STOP=1', '-c', sql],
			{ env: cleanEnvironment({ PGPASSWORD: this.#password }), maxBuffer: 256e6 },
		);
		return stdout;
	}

	get #logFile(): string {
		return join(this.folder, 'postgres.log');
	}

	#options(): { cwd: string; env: NodeJS.ProcessEnv; logFile: string } {
		return { cwd: this.folder, env: cleanEnvironment(), logFile: this.#logFile };
	}

	async #initialise(): Promise<void> {
		const passwordFile = join(this.folder, 'password');
		await mkdir(this.folder, { mode: 0o700 });
		await writeFile(passwordFile, this.#password, { mode: 0o600 });
		await giveToSystemUser(this.folder, passwordFile);
		const [command, ...args] = asSystemUser([
			join(this.binDirectory, 'initdb'),
			...['-D', join(this.folder, 'data'), '-U', USER, '--encoding=UTF8', '--locale=C'],
			...['--auth=scram-sha-256', `--pwfile=${passwordFile}`],
		]);
		await run(command, args, this.#options());
	}
}

function asSystemUser(command: readonly [string, ...string[]]): [string, ...string[]] {
	if (process.getuid?.() !== 0) return [...command];
	const user = [`--reuid=${SYSTEM_USER}`, `--regid=${SYSTEM_USER}`, '--init-groups'];
	return ['setpriv', ...user, '--', ...command];
}

async function giveToSystemUser(...paths: string[]): Promise<void> {
	if (process.getuid?.() !== 0) return;
	const id = async (flag: string) =>
		Number((await promisify(execFile)('id', [flag, SYSTEM_USER])).stdout);
	const [uid, gid] = [await id('-u'), await id('-g')];
	for (const path of paths) await chown(path, uid, gid);
	// mkdtemp makes folders that only their owner gets into.
	const parent = dirname(paths[0] ?? '');
	await chmod(parent, (await stat(parent)).mode | 0o011);
}

async function succeeds(command: string, args: readonly string[]): Promise<true | undefined> {
	return await promisify(execFile)(command, args).then(
		() => true,
		(error: unknown) => {
			// It ran, and said no.
			if (typeof (error as { code?: unknown }).code === 'number') return undefined;
			throw error;
		},
	);
}
