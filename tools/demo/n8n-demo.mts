import { join } from 'node:path';
import { exampleWorkflow } from '../n8n/example-workflow.mts';
import { N8n } from '../n8n/n8n.mts';
import { ensureN8nInstallation } from '../n8n/n8n-installation.mts';
import { packProject } from '../pack.mts';
import type { Program } from '../processes/program.mts';
import { step } from '../processes/progress.mts';
import { provideDemoFiles } from './demo-files.mts';
import type { DemoOptions } from './demo-options.mts';
import type { Demo } from './demo.mts';
import { magicHourSource } from './magic-hour-source.mts';

const CREDENTIAL = { id: 'magicHourDemo001', name: 'Magic Hour API', type: 'magicHourVideoApi' };
const WORKFLOW_ID = 'imageToVideo0001';

interface N8nDemo extends Demo {
	readonly n8n: N8n;
}

export interface N8nDemoSetUp {
	readonly codeNodes?: boolean;
	readonly n8nVersion?: string;
	/** Default: demo-output. */
	readonly outputDirectory?: string;
}

/** A real n8n with the packed package, a credential and the workflow in it. Its data are gone when the program ends. */
export async function setUpN8nDemo(
	program: Program,
	options: DemoOptions,
	{ codeNodes = false, n8nVersion, outputDirectory }: N8nDemoSetUp = {},
): Promise<N8nDemo> {
	const { signal } = program;
	const files = await provideDemoFiles(program, options.image, outputDirectory);
	const installation = await ensureN8nInstallation({
		signal,
		...(n8nVersion === undefined ? {} : { version: n8nVersion }),
	});
	const packed = await step('build and pack the package', () =>
		packProject(join(files.folder, 'package'), signal),
	);

	const n8n = new N8n({
		installation,
		userFolder: join(files.folder, 'n8n'),
		fileFolders: files.nodeFolders,
		codeNodes,
		signal,
	});
	program.atEnd(() => n8n.stop());
	await step('install the package into n8n as a community package', () =>
		n8n.installPackage(packed),
	);

	const source = await magicHourSource(program);
	const workflow = await exampleWorkflow(WORKFLOW_ID, CREDENTIAL, files, options);
	await step('import the credential and the workflow', async () => {
		await n8n.importCredential({
			...CREDENTIAL,
			data: { apiKey: source.apiKey, baseUrl: source.url },
		});
		await n8n.importWorkflow(workflow);
	});
	return {
		n8n,
		engine: [`n8n ${installation.version}, with the packed package installed`],
		package: packed,
		source,
		workflow,
		files,
		execute: () => n8n.execute(workflow.id),
	};
}
