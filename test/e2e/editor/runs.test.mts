import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSample } from '../../../local-api/sample-image.mts';
import { credentialsOf, workflowFiles } from '../../../tools/n8n/workflow-files.mts';
import {
	chain,
	generate,
	GENERATE,
	manualTrigger,
	outputTo,
	readImage,
	type NodeSketch,
} from '../../../tools/n8n/lab-workflow.mts';
import { eventually, itPictured, useEditorLab } from '../../support/e2e/editor-lab.mts';

/** What we use of a <video>; the project has no types of browsers. */
interface Video {
	readonly readyState: number;
	readonly duration: number;
	readonly videoWidth: number;
	currentTime: number;
	play(): Promise<void>;
	addEventListener(event: 'ended', done: () => void, options: { once: true }): void;
}

const lab = useEditorLab();

describe('a run', () => {
	itPictured('of one item shows the video and plays it', lab, async (opened) => {
		const { editor, executions } = opened;
		const nodes = [manualTrigger, readImage(opened), generate(opened)];
		await editor.openWorkflow(await executions.createWorkflow(chain('One item', nodes)));
		await editor.execute();
		await editor.openNode(GENERATE);
		await editor.output
			.getByText(/^1 video in .*\d s: 24 credits charged \(estimated 24\)\.$/)
			.waitFor();
		await editor.viewFile(editor.output);

		const video = editor.output.locator('video');
		await eventually(async () => {
			const state = await video.evaluate((element: Video) => ({
				readyState: element.readyState,
				seconds: element.duration,
				width: element.videoWidth,
			}));
			expect(state).toEqual({ readyState: 4, seconds: 1, width: 854 });
		});
		const seconds = await video.evaluate(async (element: Video) => {
			element.currentTime = 0;
			await element.play();
			await new Promise<void>((resolve) => {
				element.addEventListener('ended', resolve, { once: true });
			});
			return element.currentTime;
		});
		expect(seconds).toBeGreaterThan(0.9);
	});

	itPictured('with a bad duration says what would be right', lab, async (opened) => {
		const { editor, executions } = opened;
		const bad = { model: { __rl: true, mode: 'list', value: 'veo3.1-lite' }, duration: 5 };
		const nodes = [
			manualTrigger,
			readImage(opened),
			generate(opened, { ...bad, resolution: '720p' }),
		];
		await editor.openWorkflow(await executions.createWorkflow(chain('Bad duration', nodes)));
		await editor.execute();
		await editor.openNode(GENERATE);

		const error = editor.output.getByTestId('node-error-message');
		await expect(error.innerText()).resolves.toContain(
			'Duration: veo3.1-lite makes 4, 6, 8, 16, 24, 32, 40, 48 or 56 seconds; 5 was given; the nearest is 4',
		);
		expect(opened.creates()).toBe(1);
		await eventually(async () => {
			expect(await editor.marked()).toEqual(['duration']);
		});
	});

	itPictured('that does not wait says what is still rendering', lab, async (opened) => {
		const { editor, executions } = opened;
		const nodes = [
			manualTrigger,
			readImage(opened),
			generate(opened, { waitForCompletion: false }),
		];
		await editor.openWorkflow(await executions.createWorkflow(chain('Not waited for', nodes)));
		await editor.execute();
		await editor.openNode(GENERATE);

		const [project] = opened.projectsNamed('Not waited for');
		await editor.output
			.getByText(
				`1 video begun: 24 credits charged (estimated 24). Still rendering: project ${project?.id}.`,
			)
			.waitFor();
	});

	itPictured('of three items, one of them bad, parts them on two branches', lab, async (opened) => {
		const { editor, executions, filesFolder } = opened;
		const folder = join(filesFolder, 'three');
		await mkdir(folder);
		await writeSample(join(folder, '1.png'), { seed: 'one' });
		await writeFile(join(folder, '2.png'), 'This is no picture.');
		await writeSample(join(folder, '3.png'), { seed: 'three' });
		const workflow = chain('Three items', [
			manualTrigger,
			readImage(opened, join(folder, '*.png')),
			generate(opened, {}, { onError: 'continueErrorOutput' }),
			next('Made'),
			next('Failed'),
		]);
		workflow.connections = { ...workflow.connections, Made: outputTo() };
		workflow.connections[GENERATE] = outputTo('Made', 'Failed');
		const made = opened.creates();
		await editor.openWorkflow(await executions.createWorkflow(workflow));
		await editor.execute();

		await expect(editor.itemsTo('Made')).resolves.toBe('2 items');
		await expect(editor.itemsTo('Failed')).resolves.toBe('1 item');
		expect(opened.creates() - made).toBe(2);
	});
});

const next = (name: string): NodeSketch => ({
	name,
	type: 'n8n-nodes-base.noOp',
	typeVersion: 1,
	parameters: {},
});

/** A node that n8n marks: it has no file to read. */
const LACKING = {
	id: randomUUID(),
	name: 'Lacks a File',
	type: 'n8n-nodes-base.readWriteFile',
	typeVersion: 1,
	position: [-400, 0],
	parameters: { operation: 'read' },
};

describe('imported with the menu', () => {
	const files = workflowFiles();

	beforeAll(async () => {
		const { executions } = lab();
		const missing = credentialsOf(files).filter(({ name }) => name !== 'Magic Hour API');
		for (const each of missing) await executions.createCredential({ ...each, data: {} });
	});

	// A credential that is not there is no test of marks: n8n marks that only for users who may not read credentials.
	for (const { name, workflow, nodeNames } of files) {
		itPictured(`${name} has no node that n8n marks`, lab, async ({ editor, filesFolder }) => {
			// n8n marks nodes in their order, some time after they have come: when the last is marked, it has looked at all.
			const path = join(filesFolder, `${name}.json`);
			const nodes = [...workflow.nodes, LACKING];
			await writeFile(path, JSON.stringify({ ...workflow, nodes }));
			await editor.importFile(path, nodeNames.length + 1);

			await eventually(async () => {
				expect(await editor.markedNodes()).toContain(LACKING.name);
			});
			expect(await editor.markedNodes()).toEqual([LACKING.name]);
			expect(await editor.nodeNames()).toEqual([...nodeNames, LACKING.name].sort());
			expect(await editor.page.getByTestId('node-not-installed').count()).toBe(0);
		});
	}
});
