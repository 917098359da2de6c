import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureN8nInstallation } from '../../../tools/n8n/n8n-installation.mts';
import { runForExitCode } from '../../../tools/processes/child-processes.mts';
import { cleanEnvironment } from '../../../tools/processes/environment.mts';
import type { QueueMode } from '../../../tools/queue-mode/queue-mode.mts';

/** Between two rounds, in ms: longer than a claim takes. */
const ROUND_MS = 2500;

/**
 * Has processes of their own, with n8n's own deduplication helpers and the packed package, ask for the same claims at the
 * same moments.
 * @returns for each process, for each round, whether it has got the claim
 */
export async function claimsOf(
	cluster: QueueMode,
	{
		workflowId,
		nodeId,
		processes,
		rounds,
	}: {
		readonly workflowId: string;
		readonly nodeId: string;
		readonly processes: number;
		readonly rounds: number;
	},
): Promise<boolean[][]> {
	const { directory, binDirectory } = await ensureN8nInstallation();
	const packageDirectory = join(
		cluster.process('main').nodesDirectory,
		'node_modules/n8n-nodes-magic-hour',
	);
	const program = join(cluster.folder, 'claims.cjs');
	await writeFile(program, programOf(directory, packageDirectory, { workflowId, nodeId, rounds }));
	const numbers = Array.from({ length: processes }, (_, number) => number);
	return await Promise.all(
		numbers.map(async (number) => {
			const outputFile = join(cluster.folder, `claims-${number}.json`);
			const options = {
				cwd: cluster.folder,
				env: cleanEnvironment(
					{
						...cluster.postgres.settings,
						N8N_USER_FOLDER: cluster.folder,
						// As n8n does it, for the packages that it loads.
						NODE_PATH: join(directory, 'node_modules'),
					},
					binDirectory,
				),
				logFile: join(cluster.folder, `claims-${number}.log`),
				outputFile,
			};
			const exitCode = await runForExitCode(
				'node',
				[program, String(number), String(processes)],
				options,
			);
			if (exitCode !== 0) throw new Error(await readFile(options.logFile, 'utf8'));
			const output = await readFile(outputFile, 'utf8');
			return JSON.parse(output.trim().split('\n').at(-1) ?? '') as boolean[];
		}),
	);
}

const programOf = (
	n8nDirectory: string,
	packageDirectory: string,
	{ workflowId, nodeId, rounds }: { workflowId: string; nodeId: string; rounds: number },
): string => `
const load = require('node:module').createRequire(${JSON.stringify(join(n8nDirectory, 'node_modules/n8n/package.json'))});
const [number, processes] = process.argv.slice(2).map(Number);
const sleepUntil = (time) => new Promise((resolve) => setTimeout(resolve, time - Date.now()));
(async () => {
	load('reflect-metadata');
	const { Container } = load('@n8n/di');
	const { DbConnection } = load('@n8n/db');
	const { DeduplicationHelper } = load('./dist/deduplication/deduplication-helper.js');
	const { DatabaseMarks } = require(${JSON.stringify(join(packageDirectory, 'dist/nodes/shared/n8n/databaseMarks.js'))});
	const { systemClock } = require(${JSON.stringify(join(packageDirectory, 'dist/nodes/shared/lib/clock.js'))});
	await Container.get(DbConnection).init();
	const helper = new DeduplicationHelper();
	const context = { workflow: { id: ${JSON.stringify(workflowId)} }, node: { id: ${JSON.stringify(nodeId)} } };
	const marks = new DatabaseMarks({
		checkProcessedAndRecord: (items, scope, options) =>
			helper.checkProcessedAndRecord(items, scope, context, options),
		removeProcessed: (items, scope, options) => helper.removeProcessed(items, scope, context, options),
	}, systemClock, 1000);
	// All have loaded n8n before the first round begins, at a moment that the clock names to all.
	const files = Array.from({ length: processes }, (_, other) => 'ready-' + other);
	const { existsSync, writeFileSync } = require('node:fs');
	writeFileSync('ready-' + number, '');
	while (!files.every((file) => existsSync(file))) await sleepUntil(Date.now() + 20);
	const startAt = Math.ceil(Date.now() / 5000 + 0.5) * 5000;
	const claimed = [];
	for (let round = 0; round < ${rounds}; round++) {
		await sleepUntil(startAt + round * ${ROUND_MS});
		claimed.push(await marks.claim('round ' + round, 'process ' + number));
	}
	console.log('\\n' + JSON.stringify(claimed));
	process.exit(0);
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
`;
