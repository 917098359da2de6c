import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ARTEFACTS_DIRECTORY, PROJECT_DIRECTORY } from './pack.mts';

/** Of what Jest writes about a run. */
export interface JestCounts {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	/** Skipped. */
	readonly numPendingTests: number;
	readonly numTodoTests: number;
	readonly numTotalTests: number;
	readonly numTotalTestSuites: number;
	/** Files that could not be run at all: their tests are in no other number. */
	readonly numRuntimeErrorTestSuites: number;
}

export interface JestRun {
	/** `null` when Jest was killed. */
	readonly exitCode: number | null;
	/** `undefined` when Jest has not got so far as to count. */
	readonly counts: JestCounts | undefined;
}

/** Runs one of the projects of jest.config.mjs to its end. Its results are kept in `test-artifacts/<name>.json`. */
export async function runJestProject(
	name: string,
	{ options = [], stdio }: { options?: readonly string[]; stdio: StdioOptions },
): Promise<JestRun> {
	const outputFile = join(ARTEFACTS_DIRECTORY, `${name}.json`);
	await mkdir(ARTEFACTS_DIRECTORY, { recursive: true });
	// That of an earlier run says nothing of this one.
	await rm(outputFile, { force: true });
	const child = spawn(
		process.execPath,
		[
			join(PROJECT_DIRECTORY, 'node_modules', 'jest', 'bin', 'jest.js'),
			...['--selectProjects', name, '--json', `--outputFile=${outputFile}`],
			...options,
		],
		{ cwd: PROJECT_DIRECTORY, stdio },
	);
	const [exitCode] = (await once(child, 'exit')) as [number | null];
	const counts = existsSync(outputFile)
		? (JSON.parse(await readFile(outputFile, 'utf8')) as JestCounts)
		: undefined;
	return { exitCode, counts };
}
