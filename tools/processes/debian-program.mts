import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './child-processes.mts';
import { cleanEnvironment } from './environment.mts';
import { step } from './progress.mts';

/** A program that npm does not bring. */
interface DebianProgram {
	/** What it is called, for people: 'Chromium'. */
	readonly title: string;
	/** Any of these executables will do; the first that is found is taken. */
	readonly names: readonly string[];
	/** Where it may be besides PATH: `*` stands for any name of a folder, of which the last in order counts. */
	readonly folders?: readonly string[];
	/** Debian's and Ubuntu's package. */
	readonly debianPackage: string;
	/** What needs it: 'The browser tests'. */
	readonly neededBy: string;
	/** What else to do where it can't be installed, as the end of a sentence. */
	readonly otherwise?: string;
}

/**
 * The path of a program; on Debian, as root, it is installed when it is missing.
 * @throws Error that says what to install, where we may not
 */
export async function ensureProgram(program: DebianProgram): Promise<string> {
	const { title, debianPackage, neededBy, otherwise = '' } = program;
	const found = findProgram(program);
	if (found !== undefined) return found;
	if (findOnPath('apt-get') === undefined || process.getuid?.() !== 0) {
		throw new Error(
			`${neededBy} need ${title}: install it (on Debian or Ubuntu: sudo apt-get install ${debianPackage})${otherwise}.`,
		);
	}
	const options = {
		cwd: tmpdir(),
		// At run level 1, Debian starts no service that it has just installed.
		env: cleanEnvironment({ DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }),
		logFile: join(tmpdir(), `install-${debianPackage}-${process.pid}.log`),
	};
	await step(`install ${title}`, async () => {
		await run('apt-get', ['update'], options);
		await run('apt-get', ['install', '--yes', '--no-install-recommends', debianPackage], options);
	});
	const installed = findProgram(program);
	if (installed === undefined) {
		throw new Error(`${title} was installed but is not found: ${options.logFile}`);
	}
	return installed;
}

function findProgram({ names, folders = [] }: DebianProgram): string | undefined {
	for (const name of names) {
		const found =
			folders
				.flatMap(matching)
				.map((folder) => join(folder, name))
				.find(isExecutable) ?? findOnPath(name);
		if (found !== undefined) return found;
	}
	return undefined;
}

function findOnPath(name: string): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The folders that a pattern stands for, the newest version first. */
function matching(pattern: string): string[] {
	const [before = '', ...after] = pattern.split('/*/');
	if (after.length === 0) return [pattern];
	if (!existsSync(before)) return [];
	const names = readdirSync(before).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
	return names.map((name) => join(before, name, ...after));
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
