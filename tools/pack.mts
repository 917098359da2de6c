import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes/child-processes.mts';
import { cleanEnvironment } from './processes/environment.mts';
import { withFileLock } from './processes/file-lock.mts';

export const PROJECT_DIRECTORY = join(import.meta.dirname, '..');
/** Test results and screenshots; not committed. */
export const ARTEFACTS_DIRECTORY = join(PROJECT_DIRECTORY, 'test-artifacts');

/** What `npm pack` says it has packed. */
export interface PackedPackage {
	readonly name: string;
	readonly version: string;
	/** Absolute path of the tarball. */
	readonly path: string;
	/** Of the tarball, in bytes. */
	readonly size: number;
	readonly files: readonly string[];
}

interface NpmPackEntry {
	name: string;
	version: string;
	filename: string;
	size: number;
	files: { path: string }[];
}

/** Runs what builds `dist/` and uses it: no other process of ours builds it meanwhile, which begins with removing it. */
export async function withBuildLock<T>(
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
): Promise<T> {
	const lockFile = join(PROJECT_DIRECTORY, 'node_modules', '.build.lock');
	const onWait = (): void => {
		console.error('Another process is building the package: waiting for it.');
	};
	return await withFileLock(lockFile, { signal, onWait }, work);
}

/** Builds `dist/` anew. @param logFile what the build prints goes to its end */
export async function buildProject(logFile: string, signal?: AbortSignal): Promise<void> {
	const env = cleanEnvironment({ npm_config_loglevel: 'error' });
	await run('npm', ['run', 'build'], { cwd: PROJECT_DIRECTORY, env, logFile, signal });
}

/** Builds the project and packs it into `directory`, as it would be published. */
export async function packProject(directory: string, signal?: AbortSignal): Promise<PackedPackage> {
	await mkdir(directory, { recursive: true });
	const outputFile = join(directory, 'npm-pack.json');
	// Output is added to a file that is there.
	await rm(outputFile, { force: true });
	const logFile = join(directory, 'pack.log');
	await withBuildLock(signal, async () => {
		await buildProject(logFile, signal);
		await run('npm', ['pack', '--json', '--pack-destination', directory], {
			cwd: PROJECT_DIRECTORY,
			env: cleanEnvironment({ npm_config_loglevel: 'error' }),
			logFile,
			outputFile,
			signal,
		});
	});
	// npm 11 answers with a list; keyed by package name is how later versions do it.
	const answer = JSON.parse(await readFile(outputFile, 'utf8')) as
		| NpmPackEntry[]
		| Record<string, NpmPackEntry>;
	const [packed] = Object.values(answer);
	if (packed === undefined) throw new Error('npm pack has packed nothing');
	return {
		name: packed.name,
		version: packed.version,
		path: join(directory, packed.filename),
		size: packed.size,
		files: packed.files.map(({ path }) => path),
	};
}
