import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ARTEFACTS_DIRECTORY, PROJECT_DIRECTORY } from './pack.mts';
import { runCommand, type CommandOptions } from './processes/command.mts';

/** Of what Jest writes about a run. */
interface JestCounts {
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

interface JestRun {
	/** `null` when Jest was killed. */
	readonly exitCode: number | null;
	/** `undefined` when Jest has not got so far as to count. */
	readonly counts: JestCounts | undefined;
	/** What was collected of what it has printed. */
	readonly output: string;
}

/**
 * Runs projects of jest.config.mjs, the files of all of them side by side. The results are kept in
 * `test-artifacts/<name>.json`; those of several projects are named `<one>+<other>.json`.
 * @param args more arguments for Jest
 */
export async function runJestProjects(
	names: readonly string[],
	{ args = [], ...options }: { args?: readonly string[] } & CommandOptions = {},
): Promise<JestRun> {
	const outputFile = join(ARTEFACTS_DIRECTORY, `${names.join('+')}.json`);
	await mkdir(ARTEFACTS_DIRECTORY, { recursive: true });
	// That of an earlier run says nothing of this one.
	await rm(outputFile, { force: true });
	const jest = join(PROJECT_DIRECTORY, 'node_modules', 'jest', 'bin', 'jest.js');
	const { exitCode, output } = await runCommand(
		process.execPath,
		[jest, '--selectProjects', ...names, '--json', `--outputFile=${outputFile}`, ...args],
		options,
	);
	const counts = existsSync(outputFile)
		? (JSON.parse(await readFile(outputFile, 'utf8')) as JestCounts)
		: undefined;
	return { exitCode, counts, output };
}
