import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeType, IWorkflowBase } from 'n8n-workflow';
import type { PackageEngine } from '../engine/package-engine.mts';
import { EXAMPLE_NODES, exampleWorkflow } from '../n8n/example-workflow.mts';
import type { N8nExecution } from '../n8n/n8n.mts';
import { buildProject, PROJECT_DIRECTORY, withBuildLock } from '../pack.mts';
import { cleanOwnEnvironment } from '../processes/environment.mts';
import type { Program } from '../processes/program.mts';
import { step } from '../processes/progress.mts';
import { provideDemoFiles } from './demo-files.mts';
import type { DemoOptions } from './demo-options.mts';
import type { Demo } from './demo.mts';
import { magicHourSource, type MagicHourSource } from './magic-hour-source.mts';

const CREDENTIAL = { id: 'magicHourDemo001', name: 'Magic Hour API', type: 'magicHourVideoApi' };
const WORKFLOW_ID = 'imageToVideo0001';

const require = createRequire(import.meta.url);

/** n8n's engine, which `npm ci` has installed, with the built package: the workflow runs in this process, without n8n. */
export async function setUpEngineDemo(program: Program, options: DemoOptions): Promise<Demo> {
	const { signal } = program;
	const files = await provideDemoFiles(program, options.image);
	const source = await magicHourSource(program);
	const workflow = await exampleWorkflow(WORKFLOW_ID, CREDENTIAL, files, options);

	// The user's own n8n settings are not for this engine, which reads them when it is loaded.
	cleanOwnEnvironment();
	process.env.N8N_RESTRICT_FILE_ACCESS_TO = files.nodeFolders.join(';');
	const { engine, standIns } = await withBuildLock(signal, async () => {
		await step('build the package', () => buildProject(join(files.folder, 'build.log'), signal));
		return await step("start n8n's engine with the package", () =>
			loadEngine(source, files.folder),
		);
	});
	const replaced = workflow.nodes
		.map(({ type }) => standIns[type])
		.flatMap((node) => (node?.execute === undefined ? [] : node.description.displayName));

	return {
		engine: [
			`n8n-core ${engine.coreVersion}, n8n's own engine, with the built package in it`,
			`Stand-ins for n8n's nodes: ${[...new Set(replaced)].join(', ')}`,
			'For the same in a real n8n: npm run demo -- --n8n',
		],
		package: engine.package,
		source,
		workflow,
		files,
		async execute() {
			const saved = workflow as unknown as IWorkflowBase;
			const { status, data } = await engine.execute(saved, EXAMPLE_NODES.trigger, signal);
			signal.throwIfAborted();
			return { status, data } as N8nExecution;
		},
	};
}

/**
 * The engine's modules are required, not imported: n8n-workflow has one copy for those that import it, and another for
 * those that require it, as n8n-core and the built package do.
 */
async function loadEngine(
	{ apiKey, url }: MagicHourSource,
	folder: string,
): Promise<{ engine: PackageEngine; standIns: Readonly<Record<string, INodeType>> }> {
	const { startPackageEngine } =
		require('../engine/package-engine.mts') as typeof import('../engine/package-engine.mts');
	const { STAND_INS } = require('./stand-ins.mts') as typeof import('./stand-ins.mts');
	const engine = await startPackageEngine({
		directory: PROJECT_DIRECTORY,
		otherNodes: STAND_INS,
		credentials: { [CREDENTIAL.type]: { apiKey, baseUrl: url } },
		folder,
	});
	return { engine, standIns: STAND_INS };
}
