// `npm run compat`: tries the package with old and new versions of n8n, and prints a table of what was tried and how.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo } from '../local-api/probe.mts';
import CORE_VERSIONS from '../test/compat/core-versions.json';
import { setUpDemo } from './demo-set-up.mts';
import { N8N_VERSION } from './n8n-installation.mts';
import { ARTEFACTS_DIRECTORY, PROJECT_DIRECTORY } from './pack.mts';
import { runProgram, UsageError, type Program } from './program.mts';

/** The oldest n8n that installs from the npm registry today, and the newest. */
const N8N_VERSIONS = ['2.33.7', N8N_VERSION];
/** Engine tests of everything that depends on what n8n-core does. */
const ENGINE_TESTS = ['generate', 'operations', 'errors', 'batch', 'batch-order', 'items', 'money'];
const SECONDS = 3;

interface Trial {
	readonly version: string;
	readonly how: string;
	readonly passed: boolean;
	readonly result: string;
}

async function main(program: Program): Promise<void> {
	// Nothing here may cost credits.
	delete process.env.MAGIC_HOUR_API_KEY;
	const trials: Trial[] = [];
	for (const version of CORE_VERSIONS) trials.push(await tryEngine(version));
	for (const version of N8N_VERSIONS) trials.push(await tryExample(program, version));
	console.log(`\n${tableOf(trials)}\n`);
	const failed = trials.filter(({ passed }) => !passed);
	if (failed.length > 0) throw new UsageError(`${failed.length} of ${trials.length} failed`);
}

/** Runs the engine tests against another n8n-core. */
async function tryEngine(version: string): Promise<Trial> {
	const project = `core-${version}`;
	const outputFile = join(ARTEFACTS_DIRECTORY, `${project}.json`);
	const child = spawn(
		process.execPath,
		[
			join(PROJECT_DIRECTORY, 'node_modules', 'jest', 'bin', 'jest.js'),
			...ENGINE_TESTS.map((name) => `test/engine/${name}.test.mts`),
			...['--selectProjects', project, '--json', `--outputFile=${outputFile}`],
			// Old versions leave something open.
			'--forceExit',
		],
		{ cwd: PROJECT_DIRECTORY, stdio: ['ignore', 'ignore', 'inherit'] },
	);
	const [exitCode] = (await once(child, 'exit')) as [number | null];
	const { numPassedTests, numTotalTests } = JSON.parse(await readFile(outputFile, 'utf8')) as {
		numPassedTests: number;
		numTotalTests: number;
	};
	return {
		version: `n8n-core ${version}`,
		how: `engine tests: ${ENGINE_TESTS.join(', ')}`,
		passed: exitCode === 0 && numTotalTests > 0,
		result: `${numPassedTests} of ${numTotalTests} tests passed`,
	};
}

/** Installs the packed package into a real n8n and runs the example workflow against the local API. */
async function tryExample(program: Program, version: string): Promise<Trial> {
	const trial = { version: `n8n ${version}`, how: 'packed package in n8n, the example workflow' };
	const wishes = { model: 'ltx-2.3', seconds: SECONDS, resolution: '480p', help: false };
	const demo = await setUpDemo(program, wishes, { n8nVersion: version });
	const { status, data } = await demo.n8n.execute(demo.workflow.id);
	if (status !== 'success') {
		const error = data.resultData.error?.message ?? 'no message';
		return { ...trial, passed: false, result: `ended as ${status}: ${error}` };
	}
	const { seconds, codec } = await probeVideo(demo.videoFile);
	const result = `a video of ${seconds.toFixed(2)} s (${codec})`;
	return { ...trial, passed: Math.abs(seconds - SECONDS) <= 0.2, result };
}

function tableOf(trials: readonly Trial[]): string {
	const rows = trials.map(({ version, how, passed, result }) => [
		version,
		how,
		`${passed ? 'works' : 'FAILED'}: ${result}`,
	]);
	const all = [['Version', 'How it was tried', 'Result'], ['---', '---', '---'], ...rows];
	return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

await runProgram(main);
