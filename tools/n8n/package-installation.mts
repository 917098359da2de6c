import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes/child-processes.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { withFileLock } from '../processes/file-lock.mts';
import { CACHE_DIRECTORY } from './n8n-installation.mts';
import { step } from '../processes/progress.mts';

/** A package that is not among the dependencies: it is too large for them, or another version of one that is. */
interface Package {
	readonly name: string;
	readonly version: string;
}

/**
 * Installs a package with all that it needs, without running its scripts, when it is not there yet (about a minute), and
 * keeps it. It is moved into place when it is whole.
 * @returns the folder that has its `node_modules`
 */
export async function ensurePackage(
	{ name, version }: Package,
	signal?: AbortSignal,
): Promise<string> {
	const directory = join(CACHE_DIRECTORY, `${name.split('/').at(-1) ?? name}-${version}`);
	if (existsSync(directory)) return directory;
	await mkdir(CACHE_DIRECTORY, { recursive: true });
	await withFileLock(`${directory}.lock`, { signal }, async () => {
		if (existsSync(directory)) return;
		await step(`download ${name} ${version} from the npm registry`, () =>
			install({ name, version }, directory, signal),
		);
	});
	return directory;
}

async function install(
	{ name, version }: Package,
	directory: string,
	signal?: AbortSignal,
): Promise<void> {
	const building = `${directory}.partial-${randomUUID()}`;
	try {
		await mkdir(building);
		const manifest = { private: true, dependencies: { [name]: version } };
		await writeFile(join(building, 'package.json'), JSON.stringify(manifest));
		await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
			cwd: building,
			env: cleanEnvironment({ npm_config_loglevel: 'error' }),
			logFile: join(building, 'install.log'),
			signal,
		});
		await rename(building, directory);
	} finally {
		await rm(building, { recursive: true, force: true });
	}
}
