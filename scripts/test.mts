// `npm test`: every check and every suite, also after one has failed; the last line says how many tests passed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import CORES from '../tools/compat/cores.json';
import { setUp as installCores } from '../tools/compat/cores.mts';
import { ensureChromium } from '../tools/n8n/browser.mts';
import { OLDEST_N8N } from '../tools/compat/trials.mts';
import { runJestProject } from '../tools/jest-project.mts';
import { ensureN8nInstallation } from '../tools/n8n/n8n-installation.mts';
import { PROJECT_DIRECTORY } from '../tools/pack.mts';

const CHECKS = ['lint', 'types', 'docs:check', 'verify'];
const SUITES: [name: string, ...jestOptions: string[]][] = [
	['unit'],
	['tools'],
	['engine'],
	...CORES.versions.map((version): [string] => [`core-${version}`]),
	// The real n8n wants the machine to itself.
	['e2e', '--runInBand'],
];

async function runCommand(command: string, args: string[]): Promise<boolean> {
	const child = spawn(command, args, { cwd: PROJECT_DIRECTORY, stdio: 'inherit' });
	const [exitCode] = (await once(child, 'exit')) as [number | null];
	return exitCode === 0;
}

async function runSuite([name, ...options]: (typeof SUITES)[number]): Promise<
	[passed: number, failed: number]
> {
	const { exitCode, counts } = await runJestProject(name, { options, stdio: 'inherit' });
	if (counts === undefined) return [0, 1];
	const failed =
		counts.numFailedTests +
		counts.numRuntimeErrorTestSuites +
		// Skipped tests. A test that does not run shows nothing.
		counts.numPendingTests +
		counts.numTodoTests;
	return [counts.numPassedTests, failed > 0 || exitCode === 0 ? failed : 1];
}

/** On a new machine these take minutes, so they begin at once. What fails here is tried again, and told, by the suite's set-up. */
async function install(): Promise<void> {
	const small = Promise.allSettled([ensureChromium(), installCores()]);
	await Promise.allSettled([ensureN8nInstallation()]);
	await Promise.allSettled([ensureN8nInstallation({ version: OLDEST_N8N }), small]);
}

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
