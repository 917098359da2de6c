// `npm run screenshots`: every picture of README.md and workflows/README.md, taken in n8n's real editor with the packed
// package and the local Magic Hour API. They go to docs/pictures, and replace what is there.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startLab, type Lab } from '../test/e2e/lab-n8n.mts';
import { chain, generate, GENERATE, manualTrigger, readImage } from '../test/e2e/lab-workflow.mts';
import { rememberPackedPackage } from '../test/e2e/packed-package.mts';
import { EditorPage, type EditorOptions } from './editor-page.mts';
import { EXAMPLE_NODES, exampleWorkflow } from './example-workflow.mts';
import { ARTEFACTS_DIRECTORY, packProject, PROJECT_DIRECTORY } from './pack.mts';
import { runProgram, type Program } from './program.mts';
import { step } from './progress.mts';
import { credentialsOf, workflowFiles, type WorkflowFile } from './workflow-files.mts';

const PICTURES = join(PROJECT_DIRECTORY, 'docs', 'pictures');
/** Bytes. Who reads the README loads them all. */
const LARGEST_PICTURE = 250_000;

/** High enough for the whole form. */
const FORM_SIZE = { width: 1440, height: 1400 };
const DEFAULT_FORM = {
	model: { __rl: true, mode: 'list', value: 'default', cachedResultName: 'Default' },
	duration: 5,
	resolution: '720p',
};

async function main(program: Program): Promise<void> {
	rememberPackedPackage(
		await step('build and pack the package', () =>
			packProject(join(ARTEFACTS_DIRECTORY, 'package'), program.signal),
		),
	);
	const lab = await step('start n8n', () => startLab());
	program.atEnd(() => lab.close());

	const draw = async (
		name: string,
		options: Omit<EditorOptions, 'url' | 'owner'>,
		work: (editor: EditorPage, path: string) => Promise<void>,
	): Promise<void> => {
		const path = join(PICTURES, `${name}.png`);
		await step(name, async () => {
			const editor = await EditorPage.open({
				...options,
				url: lab.executions.url,
				owner: lab.owner,
			});
			try {
				await work(editor, path);
			} finally {
				await editor.close();
			}
			const { size } = await stat(path);
			if (size > LARGEST_PICTURE) throw new Error(`${path} has ${size} bytes: too many`);
		});
	};

	await draw('image-to-video', { size: { width: 1440, height: 760 } }, async (editor, path) => {
		await editor.openWorkflow(await createExample(lab));
		await editor.execute();
		await editor.openNode(EXAMPLE_NODES.generate);
		await editor.viewFile(editor.input);
		await editor.viewFile(editor.output);
		await editor.picture(path, editor.panel);
	});
	for (const [name, dark] of [
		['form-light', false],
		['form-dark', true],
	] as const) {
		await draw(name, { dark, size: FORM_SIZE }, async (editor, path) => {
			const nodes = [manualTrigger, readImage(lab), generate(lab, DEFAULT_FORM)];
			await editor.openWorkflow(await lab.executions.createWorkflow(chain('Form', nodes)));
			await editor.openNode(GENERATE);
			await editor.menuLoaded('duration');
			await editor.menuLoaded('resolution');
			await editor.picture(path, editor.form);
		});
	}
	await draw('credential', {}, async (editor, path) => {
		await editor.newWorkflow();
		await editor.addNode('image to video', 'Magic Hour Image To Video', 'Get a video');
		await editor.editCredential();
		await editor.picture(path, editor.credentialDialog);
	});
	await draw('trigger', { size: FORM_SIZE }, async (editor, path) => {
		await editor.newWorkflow();
		await editor.addNode('magic hour', 'Magic Hour Trigger');
		await editor.picture(path, editor.form);
	});

	const files = workflowFiles();
	for (const each of credentialsOf(files)) {
		if (each.type === 'magicHourApi') continue;
		await lab.executions.createCredential({ ...each, data: {} });
	}
	for (const file of files) {
		await draw(`workflows/${file.name}`, { size: canvasSize(file) }, async (editor, path) => {
			await editor.importFile(file.path, file.nodeNames.length);
			await editor.showCanvasOnly();
			await editor.picture(path, editor.canvas);
		});
	}
}

/** The example, as a user would have set it up. @returns its id in n8n */
async function createExample({
	executions,
	imageFile,
	filesFolder,
	credentialId,
}: Lab): Promise<string> {
	const credential = { id: credentialId, name: 'Magic Hour API', type: 'magicHourApi' };
	const videoFile = join(filesFolder, 'video.mp4');
	const workflow = await exampleWorkflow('', credential, { imageFile, videoFile });
	return await executions.createWorkflow(workflow);
}

/** Large enough for the sticky notes to be read at their own size, as far as their neighbours go. */
function canvasSize({ workflow }: WorkflowFile): { width: number; height: number } {
	const MARGIN = 120;
	/** What n8n itself needs at the left, and above and below. */
	const FRAME = { width: 42, height: 105 };
	const boxes = workflow.nodes.map(({ position: [x, y], parameters }) => ({
		x,
		y,
		right: x + Number(parameters.width ?? 96),
		bottom: y + Number(parameters.height ?? 140),
	}));
	const across =
		Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ x }) => x));
	const down =
		Math.max(...boxes.map(({ bottom }) => bottom)) - Math.min(...boxes.map(({ y }) => y));
	return {
		width: Math.ceil(across + MARGIN + FRAME.width),
		height: Math.ceil(down + MARGIN + FRAME.height),
	};
}

await runProgram(main);
