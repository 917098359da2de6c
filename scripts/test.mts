// `npm test`: what a contributor runs. `npm run test:all` adds what has to be installed: older versions of n8n-core, what n8n
// asks of a package before it verifies it, a real n8n, alone and in queue mode, and a browser. With names, as in `npm test -- lint unit`, only these
// parts are run. All are run, also after one has failed; the last line says how many tests passed.
import { parseArgs } from 'node:util';
import CORES from '../tools/compat/cores.json';
import { setUp as installCores } from '../tools/compat/cores.mts';
import { OLDEST_N8N } from '../tools/compat/trials.mts';
import { runJestProjects } from '../tools/jest-projects.mts';
import { ensureChromium } from '../tools/n8n/browser.mts';
import { ensureN8nInstallation } from '../tools/n8n/n8n-installation.mts';
import { ensurePostgres } from '../tools/queue-mode/postgres.mts';
import { ensureRedis } from '../tools/queue-mode/redis.mts';
import { runCommand, type CommandOptions } from '../tools/processes/command.mts';
import { formatSeconds } from '../tools/processes/progress.mts';

/** A check, or a suite of tests. */
interface Part {
	readonly name: string;
	readonly run: (options: CommandOptions) => Promise<Counts & { readonly output: string }>;
}

interface Counts {
	readonly passed: number;
	readonly failed: number;
}

const CORE_PROJECTS = CORES.versions.map((version) => `core-${version}`);

/** Parts that go on side by side: one of each lane at a time. */
const lanes = (all: boolean): Part[][] => [
	[check('lint'), check('types'), check('docs:check'), ...(all ? [check('verify')] : [])],
	[suite('unit'), suite('tools', { workers: 2 }), suite('new-models', { workers: 2 })],
];

/** Parts that have the machine to themselves, since they have real time limits. They wait most of the time. */
const alone = (all: boolean): Part[] => [
	suite('engine', { workers: 4 }),
	...(all ? [suite('cores', { projects: CORE_PROJECTS, workers: 4 })] : []),
	...(all ? [suite('e2e', { workers: 2 }), suite('scale', { workers: 1 })] : []),
];

/** An npm script that fails or does not. */
function check(name: string): Part {
	const run: Part['run'] = async (options) => {
		const { exitCode, output } = await runCommand('npm', ['run', '--silent', name], options);
		return { passed: 0, failed: exitCode === 0 ? 0 : 1, output };
	};
	return { name, run };
}

/** @param workers how many files are run side by side; default: Jest's own */
function suite(
	name: string,
	{ projects = [name], workers }: { projects?: readonly string[]; workers?: number } = {},
): Part {
	const args = workers === undefined ? [] : [`--maxWorkers=${workers}`];
	const run: Part['run'] = async (options) => {
		const { exitCode, counts, output } = await runJestProjects(projects, { args, ...options });
		if (counts === undefined) return { passed: 0, failed: 1, output };
		const failed =
			counts.numFailedTests +
			counts.numRuntimeErrorTestSuites +
			// Skipped tests. A test that does not run shows nothing.
			counts.numPendingTests +
			counts.numTodoTests;
		const isSilent = failed === 0 && exitCode !== 0;
		return { passed: counts.numPassedTests, failed: isSilent ? 1 : failed, output };
	};
	return { name, run };
}

/** On a new machine these take minutes, so they begin at once. What fails here is tried again, and told, by the suite's set-up. */
async function install(): Promise<void> {
	const small = Promise.allSettled([installDebianPrograms(), installCores()]);
	await Promise.allSettled([ensureN8nInstallation()]);
	await Promise.allSettled([ensureN8nInstallation({ version: OLDEST_N8N }), small]);
}

/** One after another, since Debian installs one at a time. */
async function installDebianPrograms(): Promise<void> {
	for (const ensure of [ensureChromium, ensurePostgres, ensureRedis]) {
		await Promise.allSettled([ensure()]);
	}
}

const { values, positionals: names } = parseArgs({
	options: { all: { type: 'boolean', default: false } },
	allowPositionals: true,
});
const { all } = values;
const known = [...lanes(all).flat(), ...alone(all)].map(({ name }) => name);
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
	console.error(`There is no part "${unknown}"; there are ${known.join(', ')}`);
	process.exit(1);
}
const isWanted = ({ name }: Part): boolean => names.length === 0 || names.includes(name);

const lines: string[] = [];
const total = { passed: 0, failed: 0 };

/** @returns what the part has printed, if it was not shown */
async function run({ name, run: work }: Part, options: CommandOptions): Promise<string> {
	const begun = performance.now();
	const { output, passed, failed } = await work(options);
	total.passed += passed;
	total.failed += failed;
	const time = formatSeconds(performance.now() - begun);
	const counts = passed > 0 ? `, ${passed} passed, ${failed} failed` : '';
	lines.push(`${failed === 0 ? '✓' : '✗'} ${name} (${time}${counts})`);
	return output;
}

const later = alone(all).filter(isWanted);
const installed = later.some(({ name }) => ['e2e', 'scale'].includes(name)) ? install() : undefined;
await Promise.all(
	lanes(all).map(async (lane) => {
		for (const part of lane.filter(isWanted)) {
			const output = await run(part, { show: false });
			console.log(`\n== ${part.name}\n${output.trimEnd()}`);
		}
	}),
);
await installed;
for (const part of later) {
	console.log(`\n== ${part.name}`);
	await run(part, { show: true });
}
console.log(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
