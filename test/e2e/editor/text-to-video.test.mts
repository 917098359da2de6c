import { MODELS } from '../../../nodes/shared/models/catalogue.ts';
import { takesReferences } from '../../../nodes/shared/models/textToVideo.ts';
import {
	chain,
	GENERATE_FROM_TEXT,
	generateFromText,
	manualTrigger,
} from '../../../tools/n8n/lab-workflow.mts';
import { eventually, itPictured, useEditorLab } from '../../support/e2e/editor-lab.mts';
import {
	DEFAULTS,
	entryOf,
	fieldLabels,
	resolutionsIn,
	secondsIn,
} from '../../support/e2e/video-form.mts';

const NODE = 'Magic Hour Text To Video';
const lab = useEditorLab();

const FIELDS = [
	...['Prompt', 'Model', 'Duration Name or ID', 'Resolution Name or ID', 'Audio'],
	...['Aspect Ratio', 'Reference Images', 'Project Name', 'Wait for Completion'],
	...['Download Video', 'Put Output File in Field', 'Options'],
];

/** What Text To Video is in the editor, where it is not as Image To Video. */
describe('Text To Video', () => {
	itPictured('is found by what people type, and added', lab, async ({ editor }) => {
		await editor.newWorkflow();
		for (const word of ['text to video', 'magic hour', 't2v', 'sora']) {
			await (await editor.searchNodes(word)).filter({ hasText: NODE }).waitFor();
		}
		await editor.addNode('text to video', NODE, 'Generate a video from text');

		await expect(editor.shown('operation')).resolves.toBe('Generate');
		const icon = editor.node(GENERATE_FROM_TEXT).locator('img').first();
		await expect(icon.getAttribute('src')).resolves.toContain('/icons/n8n-nodes-magic-hour/');
	});

	describe('in its form', () => {
		beforeAll(async () => {
			const opened = lab();
			const nodes = [
				manualTrigger,
				generateFromText(opened, { ...DEFAULTS, prompt: '@Ada walks by the sea' }),
			];
			const workflow = chain('From text', nodes);
			await opened.editor.openWorkflow(await opened.executions.createWorkflow(workflow));
			await opened.editor.openNode(GENERATE_FROM_TEXT);
		});

		itPictured('has these fields, none of them marked', lab, async ({ editor }) => {
			await eventually(async () => {
				expect(await fieldLabels(editor)).toEqual(FIELDS);
				expect(await editor.shown('duration')).toMatch(/^5 s/);
				expect(await editor.marked()).toEqual([]);
			});
			expect(await editor.menu('aspectRatio')).toEqual([
				...['Landscape (16:9)', 'Portrait (9:16)', 'Square (1:1)'],
			]);
		});

		for (const model of MODELS) {
			const has = takesReferences(model) ? 'with' : 'without';
			itPictured(`follows ${model.id}, ${has} references`, lab, async ({ editor }) => {
				await editor.chooseFromList('model', entryOf(model.name));

				await eventually(async () => {
					expect(await secondsIn(editor.menu('duration'))).toEqual(model.durations);
					expect(await resolutionsIn(editor.menu('resolution'))).toEqual(model.resolutions);
					const labels = await editor.labels();
					expect(labels.includes('Reference Images')).toBe(takesReferences(model));
					expect(labels.includes('Audio')).toBe(model.audio !== 'none');
				});
			});
		}

		itPictured('says of a shape that the model does not make it', lab, async ({ editor }) => {
			const warning = editor.output.getByText('This model does not make videos of 1:1.');
			await editor.chooseFromList('model', entryOf('Veo 3.1'));
			await editor.choose('aspectRatio', /^Square/);
			await warning.waitFor();
			await editor.chooseFromList('model', entryOf('Kling 3.0'));
			await warning.waitFor({ state: 'detached' });
			await editor.choose('aspectRatio', /^Portrait/);
		});

		itPictured('has the saved items in the list of a reference', lab, async (opened) => {
			const { editor } = opened;
			await editor.addGroup('Add Reference Image');
			await editor.type('name', 'Ada');
			await editor.choose('imageSource', /^Saved Item/);
			const entries = await editor.openList('imageSavedItem');
			await eventually(async () => {
				expect((await entries.allInnerTexts()).map((text) => text.trim())).toEqual([
					...['Ada · character', 'Ada, image 2 · character', 'Red Chair · reference'],
					'Unnamed · moodboard',
				]);
			});
			await entries.filter({ hasText: 'Ada · character' }).click();
			await eventually(async () => {
				expect(await editor.marked()).toEqual([]);
				const labels = await fieldLabels(editor);
				expect(labels).toContain('Saved Item');
				expect(labels).not.toContain('Image URL');
			});
		});

		itPictured('makes the video, and shows it', lab, async (opened) => {
			const { editor, api } = opened;
			await editor.choose('duration', /^3 s/);
			await editor.closeNode();
			await editor.execute();
			await editor.openNode(GENERATE_FROM_TEXT);
			await editor.viewFile(editor.output);

			const [project, ...others] = api.projects;
			expect(others).toEqual([]);
			expect(project).toMatchObject({
				type: 'TEXT_TO_VIDEO',
				body: {
					model: 'kling-3.0',
					end_seconds: 3,
					aspect_ratio: '9:16',
					references: [
						{ name: 'Ada', file_path: expect.stringMatching(/^saved-items\//) as string },
					],
				},
			});
			const video = editor.output.locator('video');
			await eventually(async () => {
				const state = await video.evaluate((element: Video) => ({
					...{ seconds: element.duration, width: element.videoWidth },
					height: element.videoHeight,
				}));
				expect(state).toEqual({ seconds: 3, width: 720, height: 1280 });
			});
		});
	});
});

/** What we use of a <video>; the project has no types of browsers. */
interface Video {
	readonly duration: number;
	readonly videoWidth: number;
	readonly videoHeight: number;
}
