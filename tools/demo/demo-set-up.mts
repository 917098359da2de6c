import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, parse } from 'node:path';
import { writeSample } from '../../local-api/sample-image.mts';
import { PROJECT_DIRECTORY, packProject, type PackedPackage } from '../pack.mts';
import type { DemoOptions } from './demo-options.mts';
import { exampleWorkflow } from '../n8n/example-workflow.mts';
import { magicHourSource, type MagicHourSource } from './magic-hour-source.mts';
import { N8n, type N8nWorkflow } from '../n8n/n8n.mts';
import { ensureN8nInstallation, type N8nInstallation } from '../n8n/n8n-installation.mts';
import type { Program } from '../processes/program.mts';
import { step } from '../processes/progress.mts';

const OUTPUT_DIRECTORY = join(PROJECT_DIRECTORY, 'demo-output');
const CREDENTIAL = { id: 'magicHourDemo001', name: 'Magic Hour API', type: 'magicHourApi' };
const WORKFLOW_ID = 'imageToVideo0001';

/** Everything that demo and dev have in common: a real n8n with the package, a credential and the workflow in it. */
export interface DemoSetUp {
	readonly n8n: N8n;
	readonly installation: N8nInstallation;
	readonly packed: PackedPackage;
	readonly source: MagicHourSource;
	readonly workflow: N8nWorkflow & { id: string };
	readonly videoFile: string;
	readonly stillFile: string;
}

/** n8n's data goes into a temporary folder that is removed when the program ends. */
export async function setUpDemo(
	program: Program,
	options: DemoOptions,
	{ codeNodes = false, n8nVersion }: { codeNodes?: boolean; n8nVersion?: string } = {},
): Promise<DemoSetUp> {
	const { signal } = program;
	// Its real path: n8n compares real paths when it decides which files a node may touch.
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-')));
	program.atEnd(() => rm(folder, { recursive: true, force: true }));

	const installation = await ensureN8nInstallation({
		signal,
		...(n8nVersion === undefined ? {} : { version: n8nVersion }),
	});
	const packed = await step('build and pack the package', () =>
		packProject(join(folder, 'package'), signal),
	);

	const filesFolder = join(folder, 'files');
	await mkdir(filesFolder);
	await mkdir(OUTPUT_DIRECTORY, { recursive: true });
	const outputFolder = await realpath(OUTPUT_DIRECTORY);
	const name = options.image === undefined ? 'sample' : parse(options.image).name;
	const videoFile = join(outputFolder, `${name}.mp4`);
	const stillFile = join(outputFolder, `${name}-still.png`);
	const imageFile = await provideImage(options.image, filesFolder);

	const n8n = new N8n({
		installation,
		userFolder: join(folder, 'n8n'),
		fileFolders: [filesFolder, outputFolder],
		codeNodes,
		signal,
	});
	program.atEnd(() => n8n.stop());
	await step('install the package into n8n as a community package', () =>
		n8n.installPackage(packed),
	);

	const source = await magicHourSource(program);
	const workflow = await exampleWorkflow(
		WORKFLOW_ID,
		CREDENTIAL,
		{ imageFile, videoFile },
		options,
	);
	await step('import the credential and the workflow', async () => {
		await n8n.importCredential({
			...CREDENTIAL,
			data: { apiKey: source.apiKey, baseUrl: source.url },
		});
		await n8n.importWorkflow(workflow);
	});
	return { n8n, installation, packed, source, workflow, videoFile, stillFile };
}

/** A copy under a plain name: n8n's node takes a pattern, in which [ or * in a user's file name would not mean itself. */
async function provideImage(image: string | undefined, folder: string): Promise<string> {
	const path = join(folder, `image${image === undefined ? '.png' : extname(image)}`);
	if (image === undefined) await writeSample(path);
	else await copyFile(image, path);
	return path;
}
