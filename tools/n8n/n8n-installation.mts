import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { run, runForExitCode } from '../processes/child-processes.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { withFileLock } from '../processes/file-lock.mts';
import { step } from '../processes/progress.mts';

/** What is installed once and kept between runs. */
export const CACHE_DIRECTORY = join(
	process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
	'n8n-nodes-magic-hour',
);
/** The newest n8n whose dependencies all resolve, and the Node it is run with, whatever Node the system has. */
export const N8N_VERSION = '2.41.1';
const NODE_VERSION = '24.21.0';
/** n8n's native addons. Everything else installs without running a script. */
const ADDONS = ['sqlite3', 'isolated-vm'];
const STAMP = 'complete.json';

export interface N8nInstallation {
	readonly version: string;
	readonly directory: string;
	/** Holds `n8n` and the `node` to run it with: to be first on PATH. */
	readonly binDirectory: string;
}

interface InstallationOptions {
	version?: string;
	/** Default: N8N_INSTALLATION_DIR if it is the usual version, else a folder in the user's cache. */
	directory?: string;
	signal?: AbortSignal;
}

/**
 * A real n8n, installed from the npm registry when it is not there yet (about 7 minutes and 3 GB), and kept.
 *
 * It is put together in a folder of its own name and moved into place when it works, so an interrupted
 * installation is never taken for a whole one. Processes that want it at the same time wait for the first.
 */
export async function ensureN8nInstallation(
	options: InstallationOptions = {},
): Promise<N8nInstallation> {
	const version = options.version ?? N8N_VERSION;
	const directory =
		options.directory ?? ownDirectory(version) ?? join(CACHE_DIRECTORY, `n8n-${version}`);
	const installation = describe(directory, version);
	if (await isStamped(installation)) return installation;

	await mkdir(dirname(directory), { recursive: true });
	const lockFile = `${directory}.lock`;
	const tell = (): void => {
		console.error('Another process is installing n8n: waiting for it.');
	};
	return await withFileLock(lockFile, { signal: options.signal, onWait: tell }, async () => {
		if (await isStamped(installation)) return installation;
		await removeAbandoned(directory);
		if (existsSync(directory)) {
			if (await works(installation, options.signal)) {
				await stamp(installation);
				return installation;
			}
			await rm(directory, { recursive: true, force: true });
		}
		await install(installation, options.signal);
		return installation;
	});
}

/** Where somebody wants the n8n that nearly everything is run with. Others are for compatibility alone. */
function ownDirectory(version: string): string | undefined {
	return version === N8N_VERSION ? process.env.N8N_INSTALLATION_DIR : undefined;
}

function describe(directory: string, version: string): N8nInstallation {
	return { version, directory, binDirectory: join(directory, 'node_modules', '.bin') };
}

async function isStamped({ directory, version }: N8nInstallation): Promise<boolean> {
	const path = join(directory, STAMP);
	if (!existsSync(path)) return false;
	const stamped = JSON.parse(await readFile(path, 'utf8')) as { n8n: string };
	if (stamped.n8n !== version) {
		throw new Error(`${directory} holds n8n ${stamped.n8n}, not ${version}`);
	}
	return true;
}

async function stamp({ directory, version }: N8nInstallation): Promise<void> {
	await writeFile(join(directory, STAMP), JSON.stringify({ n8n: version, node: NODE_VERSION }));
}

/** Whether n8n starts and its addons load: built for another Node, they crash only then. */
async function works(installation: N8nInstallation, signal?: AbortSignal): Promise<boolean> {
	const { directory, binDirectory } = installation;
	if (!existsSync(join(binDirectory, 'n8n')) || !existsSync(join(binDirectory, 'node')))
		return false;
	const check = `
		const { version } = require('n8n/package.json');
		if (version !== '${installation.version}') throw new Error('n8n is ' + version);
		for (const addon of ${JSON.stringify(ADDONS)}) require(addon);`;
	const options = {
		cwd: directory,
		env: cleanEnvironment({}, binDirectory),
		logFile: join(directory, 'check.log'),
		signal,
	};
	return (
		(await runForExitCode('node', ['--eval', check], options)) === 0 &&
		(await runForExitCode('n8n', ['--version'], options)) === 0
	);
}

async function install(target: N8nInstallation, signal?: AbortSignal): Promise<void> {
	const building = describe(
		`${target.directory}.partial-${process.pid}-${randomUUID()}`,
		target.version,
	);
	const { directory, binDirectory } = building;
	const options = {
		cwd: directory,
		env: cleanEnvironment({ npm_config_loglevel: 'error' }, binDirectory),
		logFile: join(directory, 'install.log'),
		signal,
	};
	try {
		await mkdir(directory, { recursive: true });
		await writeFile(
			join(directory, 'package.json'),
			JSON.stringify({
				name: 'n8n-installation',
				private: true,
				dependencies: { n8n: target.version, node: NODE_VERSION },
			}),
		);
		console.error(`n8n ${target.version} is installed once, into ${target.directory}:`);
		await step('download n8n from the npm registry (usually 3 to 6 minutes)', () =>
			run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], options),
		);
		await step(`set up its own Node ${NODE_VERSION}`, () =>
			run('npm', ['rebuild', 'node', '--ignore-scripts=false'], options),
		);
		const env = { ...options.env, npm_config_nodedir: await nodeHeaders(directory) };
		await step(`build ${ADDONS.join(' and ')} (usually 1 minute)`, () =>
			run('npm', ['rebuild', ...ADDONS, '--ignore-scripts=false'], { ...options, env }),
		);
		await step('check that it works', async () => {
			if (await works(building, signal)) return;
			throw new Error(
				`The new n8n does not work:\n${await readFile(join(directory, 'check.log'), 'utf8')}`,
			);
		});
		await stamp(building);
		await rename(directory, target.directory);
	} catch (error) {
		await rm(directory, { recursive: true, force: true });
		throw error;
	}
}

/** Addons must be built with the headers of the Node that loads them, which the `node` package brings along. */
async function nodeHeaders(directory: string): Promise<string> {
	const parent = join(directory, 'node_modules', 'node', 'node_modules');
	for (const name of await readdir(parent)) {
		if (existsSync(join(parent, name, 'include'))) return join(parent, name);
	}
	throw new Error(`No Node headers in ${parent}`);
}

/** Only called under the lock: whoever was building there has ended without removing it. */
async function removeAbandoned(directory: string): Promise<void> {
	const parent = dirname(directory);
	for (const name of await readdir(parent)) {
		if (name.startsWith(`${basename(directory)}.partial-`)) {
			await rm(join(parent, name), { recursive: true, force: true });
		}
	}
}
