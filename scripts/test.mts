// `npm test`: every check and every suite, also after one has failed; the last line says how many tests passed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import CORES from '../test/compat/cores.json';
import { setUp as installCores } from '../test/compat/set-up.mts';
import { ensureChromium } from './browser.mts';
import { OLDEST_N8N } from './compat-trials.mts';
import { ensureN8nInstallation } from './n8n-installation.mts';
import { ARTEFACTS_DIRECTORY, PROJECT_DIRECTORY } from './pack.mts';

const CHECKS = ['lint', 'types', 'docs:check', 'verify'];
const SUITES: [name: string, ...jestOptions: string[]][] = [
	['unit'],
	['engine'],
	// Old versions of n8n-core leave something open.
	...CORES.versions.map((version): [string, string] => [`core-${version}`, '--forceExit']),
	// The real n8n wants the machine to itself.
	['e2e', '--runInBand'],
];

interface JestResults {
	numPassedTests: number;
	numFailedTests: number;
	/** Files that could not be run at all: their tests are in no other number. */
	numRuntimeErrorTestSuites: number;
	/** Skipped. A test that does not run shows nothing. */
	numPendingTests: number;
	numTodoTests: number;
}

async function runCommand(command: string, args: string[]): Promise<boolean> {
	const child = spawn(command, args, { cwd: PROJECT_DIRECTORY, stdio: 'inherit' });
	const [exitCode] = (await once(child, 'exit')) as [number | null];
	return exitCode === 0;
}

async function runSuite([name, ...options]: (typeof SUITES)[number]): Promise<
	[passed: number, failed: number]
> {
	const outputFile = join(ARTEFACTS_DIRECTORY, `${name}.json`);
	await rm(outputFile, { force: true });
	const succeeded = await runCommand(process.execPath, [
		join(PROJECT_DIRECTORY, 'node_modules', 'jest', 'bin', 'jest.js'),
		'--selectProjects',
		name,
		'--json',
		`--outputFile=${outputFile}`,
		...options,
	]);
	if (!existsSync(outputFile)) return [0, 1];
	const results = JSON.parse(await readFile(outputFile, 'utf8')) as JestResults;
	const failed =
		results.numFailedTests +
		results.numRuntimeErrorTestSuites +
		results.numPendingTests +
		results.numTodoTests;
	return [results.numPassedTests, failed > 0 || succeeded ? failed : 1];
}

/** On a new machine these take minutes, so they begin at once. What fails here is tried again, and told, by the suite's set-up. */
async function install(): Promise<void> {
	const small = Promise.allSettled([ensureChromium(), installCores()]);
	await Promise.allSettled([ensureN8nInstallation()]);
	await Promise.allSettled([ensureN8nInstallation({ version: OLDEST_N8N }), small]);
}

await mkdir(ARTEFACTS_DIRECTORY, { recursive: true });
const installed = install();
let passed = 0;
let failed = 0;
for (const check of CHECKS) {
	console.log(`\n== ${check}`);
	if (!(await runCommand('npm', ['run', '--silent', check]))) failed += 1;
}
for (const suite of SUITES) {
	console.log(`\n== ${suite[0]}`);
	// The engine's faults have real time limits: nothing else may keep the machine busy then.
	if (suite[0] !== 'unit') await installed;
	const [suitePassed, suiteFailed] = await runSuite(suite);
	passed += suitePassed;
	failed += suiteFailed;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
