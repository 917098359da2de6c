import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../processes/child-processes.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import { step } from '../processes/progress.mts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * No sandbox: containers' root users cannot have one. The rest keeps Chromium from calling its maker's hosts, which a
 * closed network refuses many at a time.
 */
export const CHROMIUM_FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * The path of Chromium (or of what CHROMIUM_PATH names); on Debian it is installed when it is missing.
 * @throws Error that says what to install, where we may not
 */
export async function ensureChromium(): Promise<string> {
	const found = process.env.CHROMIUM_PATH ?? findOnPath(NAMES);
	if (found !== undefined) return found;
	if (findOnPath(['apt-get']) === undefined || process.getuid?.() !== 0) {
		throw new Error(
			'The browser tests need Chromium: install it (on Debian or Ubuntu: sudo apt-get install chromium), or name one in CHROMIUM_PATH.',
		);
	}
	const options = {
		cwd: tmpdir(),
		env: cleanEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }),
		logFile: join(tmpdir(), `install-chromium-${process.pid}.log`),
	};
	await step('install Chromium', async () => {
		await run('apt-get', ['update'], options);
		await run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
	});
	const installed = findOnPath(NAMES);
	if (installed === undefined)
		throw new Error(`Chromium was installed but is not on PATH: ${options.logFile}`);
	return installed;
}

function findOnPath(names: readonly string[]): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return false;
		throw error;
	}
}
