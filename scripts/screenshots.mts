// `npm run screenshots`: every picture of README.md and workflows/README.md, taken in n8n's real editor with the packed
// package and the local Magic Hour API. They replace what is in docs/pictures. With names: only these.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { startLab, type Lab } from '../tools/n8n/lab-n8n.mts';
import { chain, generate, GENERATE, manualTrigger, readImage } from '../tools/n8n/lab-workflow.mts';
import { rememberPackedPackage } from '../tools/n8n/packed-package.mts';
import { EditorPage, TRIGGER_ENTRY } from '../tools/n8n/editor-page.mts';
import { EXAMPLE_NODES, exampleWorkflow } from '../tools/n8n/example-workflow.mts';
import { ARTEFACTS_DIRECTORY, packProject, PROJECT_DIRECTORY } from '../tools/pack.mts';
import { runProgram, UsageError, type Program } from '../tools/processes/program.mts';
import { step } from '../tools/processes/progress.mts';
import { credentialsOf, workflowFiles, type WorkflowFile } from '../tools/n8n/workflow-files.mts';

const DIRECTORY = join(PROJECT_DIRECTORY, 'docs', 'pictures');
/** Bytes. Who reads the README loads them all. */
const LARGEST_PICTURE = 250_000;

/** High enough for the whole form. */
const FORM_SIZE = { width: 1440, height: 1400 };
const DEFAULT_FORM = {
	model: { __rl: true, mode: 'list', value: 'default', cachedResultName: 'Default' },
	duration: 5,
	resolution: '720p',
};

const CANVAS_SIZE = { width: 1440, height: 1000 };

interface Picture {
	/** Below docs/pictures, without its ending. */
	readonly name: string;
	readonly dark?: boolean;
	/** CSS pixels of the whole window. */
	readonly size: { readonly width: number; readonly height: number };
	/** Goes there, and says which part is to be seen. */
	readonly show: (editor: EditorPage, lab: Lab) => Promise<Locator>;
}

const PICTURES: readonly Picture[] = [
	{
		name: 'image-to-video',
		size: { width: 1440, height: 760 },
		show: async (editor, lab) => {
			await editor.openWorkflow(await createExample(lab));
			await editor.execute();
			await editor.openNode(EXAMPLE_NODES.generate);
			await editor.viewFile(editor.input);
			await editor.viewFile(editor.output);
			return editor.panel;
		},
	},
	{ name: 'form-light', size: FORM_SIZE, show: showForm },
	{ name: 'form-dark', size: FORM_SIZE, show: showForm, dark: true },
	{
		name: 'credential',
		size: CANVAS_SIZE,
		show: async (editor) => {
			await editor.newWorkflow();
			await editor.addNode('image to video', 'Magic Hour Image To Video', 'Get a video');
			await editor.newCredential();
			return editor.credentialDialog;
		},
	},
	{
		name: 'trigger',
		size: { width: 1440, height: 880 },
		show: async (editor) => {
			await editor.newWorkflow();
			await editor.addNode('magic hour', TRIGGER_ENTRY, 'On video completed');
			await editor.showProductionUrl();
			return editor.form;
		},
	},
	...workflowFiles().map((file) => ({
		name: `workflows/${file.name}`,
		size: canvasSize(file),
		show: async (editor: EditorPage) => {
			await editor.importFile(file.path, file.nodeNames.length);
			await editor.showCanvasOnly();
			return editor.canvas;
		},
	})),
];

async function main(program: Program): Promise<void> {
	const wanted = process.argv.slice(2);
	const pictures = PICTURES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
	if (pictures.length === 0) {
		throw new UsageError(`The pictures are: ${PICTURES.map(({ name }) => name).join(', ')}`);
	}
	rememberPackedPackage(
		await step('build and pack the package', () =>
			packProject(join(ARTEFACTS_DIRECTORY, 'package'), program.signal),
		),
	);
	const lab = await step('start n8n', () => startLab());
	program.atEnd(() => lab.close());
	for (const each of credentialsOf(workflowFiles())) {
		if (each.type !== 'magicHourVideoApi')
			await lab.executions.createCredential({ ...each, data: {} });
	}

	for (const dark of [false, true]) {
		const ofTheme = pictures.filter((picture) => (picture.dark ?? false) === dark);
		if (ofTheme.length === 0) continue;
		const editor = await EditorPage.open({ url: lab.executions.url, owner: lab.owner, dark });
		program.atEnd(() => editor.close());
		for (const picture of ofTheme) await step(picture.name, () => take(picture, editor, lab));
	}
}

async function take({ name, size, show }: Picture, editor: EditorPage, lab: Lab): Promise<void> {
	await editor.page.setViewportSize(size);
	try {
		const path = join(DIRECTORY, `${name}.png`);
		await editor.picture(path, await show(editor, lab));
		const { size: bytes } = await stat(path);
		if (bytes > LARGEST_PICTURE) throw new Error(`${path} has ${bytes} bytes: too many`);
	} catch (error) {
		await editor.picture(join(ARTEFACTS_DIRECTORY, 'screenshots', `FAILED-${basename(name)}.png`));
		throw error;
	}
}

async function showForm(editor: EditorPage, lab: Lab): Promise<Locator> {
	const nodes = [manualTrigger, readImage(lab), generate(lab, DEFAULT_FORM)];
	await editor.openWorkflow(await lab.executions.createWorkflow(chain('Form', nodes)));
	await editor.openNode(GENERATE);
	await editor.menuLoaded('duration');
	await editor.menuLoaded('resolution');
	return editor.form;
}

/** The example, as a user would have set it up. @returns its id in n8n */
async function createExample({
	executions,
	imageFile,
	filesFolder,
	credentialId,
}: Lab): Promise<string> {
	const credential = { id: credentialId, name: 'Magic Hour API', type: 'magicHourVideoApi' };
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
