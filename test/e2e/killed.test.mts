import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo, type Probe } from '../../local-api/probe.mts';
import { until, type RetryOutcome, type SavedExecution } from '../../tools/n8n/executions.mts';
import { LONG, startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';
import { GENERATE, GET, READ, TRIGGER } from '../../tools/n8n/lab-workflow.mts';

jest.setTimeout(300_000);

const SAVE_PROGRESS = { saveExecutionProgress: true };
const SECONDS = 1;

/** The workflows that are under way when n8n is killed, and how each is begun. */
const WORKFLOWS = {
	'as it is': {},
	'with progress': { settings: SAVE_PROGRESS },
	'by hand': { manual: true },
	'in two steps': { twoSteps: true },
	'in two steps with progress': { twoSteps: true, settings: SAVE_PROGRESS },
	'loop with progress': { loop: true, settings: SAVE_PROGRESS },
} as const;
type Name = keyof typeof WORKFLOWS;
interface Kind {
	readonly manual?: boolean;
	readonly twoSteps?: boolean;
	readonly loop?: boolean;
	readonly settings?: Record<string, unknown>;
}
const NAMES = Object.keys(WORKFLOWS) as Name[];

describe('n8n is killed (kill -9) while it waits for a video, and started again', () => {
	let started: Lab | undefined;
	let lab: Lab;
	const begun = new Map<Name, string>();

	beforeAll(async () => {
		started = await startLab();
		lab = started;
		for (const name of NAMES) begun.set(name, await begin(name, WORKFLOWS[name]));
		for (const name of NAMES) {
			await lab.waitedFor(libraryName(name), 'loop' in WORKFLOWS[name] ? 2 : 1);
		}
		await lab.killAndRestart();
	});

	afterAll(async () => {
		await started?.close();
	});

	/** @returns the id of the execution */
	async function begin(name: Name, kind: Kind): Promise<string> {
		const path = name.replaceAll(' ', '-');
		const trigger = kind.manual ? sketch.manualTrigger : sketch.webhook(path);
		const images = sketch.readImage(lab, kind.loop ? lab.twoImages : lab.imageFile);
		const steps = kind.twoSteps
			? [
					sketch.generate(lab, { prompt: LONG, waitForCompletion: false }),
					sketch.get(lab, '={{ $json.id }}'),
				]
			: // In a loop, only the second round takes long.
				[sketch.generate(lab, { prompt: kind.loop ? `={{ $runIndex ? '${LONG}' : '' }}` : LONG })];
		const connect = kind.loop ? sketch.loop : sketch.chain;
		const workflow = connect(name, [trigger, images, ...steps], kind.settings);
		const id = await lab.executions.createWorkflow(workflow, !kind.manual);
		return kind.manual
			? await lab.executions.run(id, TRIGGER)
			: await lab.executions.callWebhook(id, path);
	}

	function idOf(name: Name): string {
		return begun.get(name) ?? '';
	}

	async function saved(name: Name): Promise<SavedExecution> {
		return await lab.executions.get(idOf(name));
	}

	/** The beginning of the names that the node gives to an execution's projects. */
	function libraryName(name: Name): string {
		return `${name} - execution ${idOf(name)} - `;
	}

	function projectOf(name: Name): string {
		return lab.projectsNamed(libraryName(name)).at(-1)?.id ?? 'no project';
	}

	/** Retries; a new video, should there be one, is finished at once. */
	async function retry(name: Name): Promise<{ outcome: RetryOutcome; creates: number }> {
		const before = lab.creates();
		const outcome = lab.executions.retry(idOf(name));
		let isOver = false;
		const over = (): void => {
			isOver = true;
		};
		void outcome.then(over, over);
		await until('the retry to end or to create', async () =>
			Promise.resolve(isOver || lab.creates() > before ? true : undefined),
		);
		lab.finishVideos();
		return { outcome: await outcome, creates: lab.creates() - before };
	}

	async function probeOutput(execution: SavedExecution, node: string): Promise<Probe> {
		const item = execution.data.resultData.runData[node]?.at(-1)?.data?.main[0]?.[0];
		const path = join(lab.filesFolder, 'delivered.mp4');
		await writeFile(path, await lab.executions.file(item?.binary?.data?.id ?? 'no file'));
		return await probeVideo(path);
	}

	function expectVideo({ seconds, height }: Probe): void {
		expect(Math.abs(seconds - SECONDS)).toBeLessThanOrEqual(0.2);
		expect(height).toBe(480);
	}

	describe('what n8n has of the executions', () => {
		it.each(NAMES)('%s: it says that it crashed', async (name) => {
			expect((await saved(name)).status).toBe('crashed');
		});

		it.each<Name>(['as it is', 'with progress', 'by hand', 'in two steps'])(
			"%s: no project's id",
			async (name) => {
				const execution = await saved(name);

				expect(lab.projectsNamed(libraryName(name))).toHaveLength(1);
				expect(execution.text).not.toContain(projectOf(name));
				expect(execution.customData).toEqual({});
			},
		);

		it('as it is: no output of the nodes before it', async () => {
			const { runData } = (await saved('as it is')).data.resultData;

			expect(runData[READ]?.[0]?.data?.main[0]?.[0]?.binary).toBeUndefined();
		});

		it('with progress: the output of the nodes before it', async () => {
			const { runData } = (await saved('with progress')).data.resultData;

			expect(runData[READ]?.[0]?.data?.main[0]?.[0]?.binary?.data).toBeDefined();
			expect(runData[GENERATE]?.[0]?.executionStatus).toBe('crashed');
		});

		it('in two steps with progress: the project, in the output of Generate', async () => {
			const { runData } = (await saved('in two steps with progress')).data.resultData;

			expect(runData[GENERATE]?.[0]?.data?.main[0]?.[0]?.json.id).toBe(
				projectOf('in two steps with progress'),
			);
			expect(runData[GET]?.[0]?.executionStatus).toBe('crashed');
		});
	});

	describe('where the id is all the same', () => {
		it.each(NAMES)('%s: in what n8n prints, with the name that has the execution', async (name) => {
			const line = `Magic Hour project ${projectOf(name)} was created: "${libraryName(name)}`;

			expect((await lab.log()).printed).toContainEqual(expect.stringContaining(line));
		});

		it.each(NAMES)("%s: in n8n's log file, if it keeps one", async (name) => {
			expect((await lab.log()).file).toContainEqual(
				expect.stringContaining(`Magic Hour project ${projectOf(name)} was created`),
			);
		});

		it.each(NAMES)('%s: in the Magic Hour library, under that name', (name) => {
			expect(lab.projectsNamed(libraryName(name))).not.toEqual([]);
		});
	});

	it('Get fetches the video with the id from the log', async () => {
		const { printed } = await lab.log();
		const line = new RegExp(`Magic Hour project (\\w+) was created: "${libraryName('as it is')}`);
		const id = line.exec(printed.join('\n'))?.[1] ?? '';
		lab.finishVideos();
		const workflow = await lab.executions.createWorkflow(
			sketch.chain('fetch', [sketch.manualTrigger, sketch.get(lab, id)]),
		);
		const execution = await lab.executions.ended(await lab.executions.run(workflow, TRIGGER));

		expect(execution.status).toBe('success');
		expectVideo(await probeOutput(execution, GET));
		expect(lab.projectsNamed(libraryName('as it is'))).toHaveLength(1);
	});

	describe('a retry of the execution', () => {
		it('in two steps with progress: goes on with Get and delivers the video', async () => {
			const { outcome, creates } = await retry('in two steps with progress');

			expect(outcome).toMatchObject({ status: 'success' });
			expect(creates).toBe(0);
			const execution = await lab.executions.get('id' in outcome ? outcome.id : '');
			const json = execution.data.resultData.runData[GET]?.at(-1)?.data?.main[0]?.[0]?.json;
			expect(json?.id).toBe(projectOf('in two steps with progress'));
			expectVideo(await probeOutput(execution, GET));
		});

		it.each<Name>(['as it is', 'with progress', 'in two steps', 'loop with progress'])(
			'%s: sends no create request, and says where the id is',
			async (name) => {
				const { outcome, creates } = await retry(name);

				expect(outcome).toMatchObject({ status: 'error' });
				expect(creates).toBe(0);
				const execution = await lab.executions.get('id' in outcome ? outcome.id : '');
				const { error } = execution.data.resultData;
				expect(error?.message).toMatch(/may have created videos/);
				expect(error?.description).toMatch(/Magic Hour project … was created/);
				expect(error?.description).toContain(name);
				expect(error?.description).toMatch(/Get operation/);
			},
		);

		it('by hand: is refused by n8n', async () => {
			const { outcome, creates } = await retry('by hand');

			expect('refused' in outcome && outcome.refused).toContain('cannot be retried');
			expect(creates).toBe(0);
		});
	});
});
