import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './child-processes.mts';
import { cleanEnvironment } from './environment.mts';
import { withFileLock } from './file-lock.mts';
import { CACHE_DIRECTORY } from './n8n-installation.mts';
import { step } from './progress.mts';

/**
 * An n8n-core with all that it needs, n8n-workflow among it, installed from the npm registry when it is not there yet
 * (under a minute, 200 MB), and kept. It is moved into place when it is whole.
 * @returns the folder that has its `node_modules`
 */
export async function ensureCoreInstallation(
	version: string,
	signal?: AbortSignal,
): Promise<string> {
	const directory = join(CACHE_DIRECTORY, `core-${version}`);
	if (existsSync(directory)) return directory;
	await mkdir(CACHE_DIRECTORY, { recursive: true });
	await withFileLock(`${directory}.lock`, { signal }, async () => {
		if (existsSync(directory)) return;
		await step(`download n8n-core ${version} from the npm registry`, () =>
			install(version, directory, signal),
		);
	});
	return directory;
}

async function install(version: string, directory: string, signal?: AbortSignal): Promise<void> {
	const building = `${directory}.partial-${randomUUID()}`;
	try {
		await mkdir(building);
		const manifest = { private: true, dependencies: { 'n8n-core': version } };
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
