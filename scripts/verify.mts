// `npm run verify`: what n8n checks before it verifies a community node, and what npm says to publishing it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../tools/processes/child-processes.mts';
import { cleanEnvironment } from '../tools/processes/environment.mts';
import { PROJECT_DIRECTORY, packProject } from '../tools/pack.mts';
import { ensurePackage } from '../tools/n8n/package-installation.mts';
import { runProgram, UsageError, type Program } from '../tools/processes/program.mts';

/** n8n's analyser of community packages, which it runs on the published tarball and on its source. */
const SCANNER = { name: '@n8n/scan-community-package', version: '0.32.0' };

interface Check {
	readonly title: string;
	/** @returns what to say of it @throws when it fails */
	readonly work: () => Promise<string>;
}

async function main(program: Program): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-magic-hour-verify-'));
	program.atEnd(() => rm(folder, { recursive: true, force: true }));
	let failures = 0;
	for (const { title, work } of checks(folder, program.signal)) {
		try {
			console.log(`✓ ${title}: ${await work()}`);
		} catch (error) {
			program.signal.throwIfAborted();
			failures += 1;
			console.log(`✗ ${title}:\n${error instanceof Error ? error.message : String(error)}`);
		}
	}
	if (failures > 0) throw new UsageError(`${failures} of the checks failed`);
	console.log(
		'\nReady to be verified, but for what only a published package can show: provenance.',
	);
}

function checks(folder: string, signal: AbortSignal): Check[] {
	const unpacked = join(folder, 'package');
	/** @returns what the command has printed */
	const output = async (command: string, args: readonly string[], cwd = PROJECT_DIRECTORY) => {
		const logFile = join(await mkdtemp(join(folder, 'run-')), 'output.log');
		const env = cleanEnvironment();
		await run(command, args, { cwd, env, logFile, signal });
		return await readFile(logFile, 'utf8');
	};
	const scan = async (directory: string, patterns: string) => {
		const scanner = join(await ensurePackage(SCANNER, signal), 'node_modules', SCANNER.name);
		const url = pathToFileURL(join(scanner, 'scanner', 'scanner.mjs')).href;
		const code = `
			const { analyzePackage, SOURCE_FILE_PATTERNS } = await import(${JSON.stringify(url)});
			const { passed, message, details } = await analyzePackage(${JSON.stringify(directory)}, ${patterns});
			if (passed && message === undefined) process.exit(0);
			console.log(message, details ?? '');
			process.exit(1);`;
		await output(process.execPath, ['--input-type=module', '--eval', code]);
		return `nothing found by ${SCANNER.name} ${SCANNER.version}`;
	};
	return [
		{
			title: "n8n's linter, strict",
			work: async () => {
				await output('npm', ['run', 'lint:package']);
				return 'nothing found';
			},
		},
		{
			title: 'Package',
			work: async () => {
				const packed = await packProject(folder, signal);
				await output('tar', ['-xzf', packed.path, '-C', folder]);
				return `${packed.files.length} files, ${Math.round(packed.size / 1000)} kB packed`;
			},
		},
		{ title: 'Analyser on the tarball', work: () => scan(unpacked, 'undefined') },
		{
			title: 'Analyser on the source',
			work: () => scan(PROJECT_DIRECTORY, 'SOURCE_FILE_PATTERNS'),
		},
		{
			title: 'npm publish --dry-run',
			work: async () => {
				// npm asks nobody for permission then, and says so.
				const said = await output('npm', ['publish', '--dry-run', '--ignore-scripts']);
				const warnings = said.split('\n').filter((line) => /^npm warn publish/i.test(line));
				const others = warnings.filter((line) => !line.includes('requires you to be logged in'));
				if (others.length > 0) throw new Error(others.join('\n'));
				return 'no warnings';
			},
		},
		{
			title: 'npm audit --omit=dev',
			work: async () => {
				await output('npm', ['audit', '--omit=dev']);
				const manifest = await readFile(join(unpacked, 'package.json'), 'utf8');
				const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: object };
				const count = Object.keys(dependencies).length;
				if (count > 0) throw new Error(`The package has ${count} dependencies`);
				return 'no vulnerabilities, and no dependencies that could have any';
			},
		},
	];
}

await runProgram(main);
