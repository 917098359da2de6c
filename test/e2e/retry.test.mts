import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nWorkflow } from '../../tools/n8n/n8n.mts';
import { until, type RetryOutcome, type SavedExecution } from '../../tools/n8n/executions.mts';
import { LONG, startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';
import { CALL, GENERATE, GET, LOOP, TRIGGER } from '../../tools/n8n/lab-workflow.mts';

jest.setTimeout(180_000);

/** Seconds that the node waits here for a video that takes an hour. */
const SHORT_TIMEOUT = { options: { timeout: 1 } };
const TIMED_OUT = { prompt: LONG, ...SHORT_TIMEOUT };

describe('in a real n8n', () => {
	let started: Lab | undefined;
	let lab: Lab;

	beforeAll(async () => {
		started = await startLab();
		lab = started;
	});

	afterEach(() => {
		lab.api.clearFaults();
	});

	afterAll(async () => {
		await started?.close();
	});

	/** Begun by hand; resolves when it has ended. */
	async function run(workflow: N8nWorkflow): Promise<{ id: string; execution: SavedExecution }> {
		const id = await lab.executions.createWorkflow(workflow);
		const execution = await lab.executions.ended(await lab.executions.run(id, TRIGGER));
		return { id, execution };
	}

	/** A workflow with one Generate node, for one image. */
	function generating(
		name: string,
		parameters: Record<string, unknown>,
		settings: Record<string, unknown> = {},
	): N8nWorkflow {
		return sketch.chain(name, [
			sketch.manualTrigger,
			sketch.readImage(lab),
			sketch.generate(lab, parameters, settings),
		]);
	}

	/**
	 * A dozen images that become videos one after another, so that there is something to ask Magic Hour all the time.
	 * @returns the id of the execution, which is under way
	 */
	async function beginOneByOne(name: string, prompt = ''): Promise<string> {
		const workflow = sketch.chain(name, [
			sketch.webhook(name),
			sketch.readImage(lab, lab.dozenImages),
			sketch.generate(lab, { prompt, options: { concurrentProjects: 1 } }),
		]);
		const id = await lab.executions.createWorkflow(workflow, true);
		return await lab.executions.callWebhook(id, name);
	}

	function idsFrom(execution: SavedExecution, node: string): unknown[] {
		const runs = execution.data.resultData.runData[node] ?? [];
		return runs.flatMap(({ data }) => data?.main[0] ?? []).map(({ json }) => json.id);
	}

	async function retried(outcome: RetryOutcome): Promise<SavedExecution> {
		if ('refused' in outcome) throw new Error(outcome.refused);
		return await lab.executions.get(outcome.id);
	}

	/** The ids of the projects that a workflow of this name has made. */
	function made(name: string): string[] {
		return lab.projectsNamed(`${name} - `).map(({ id }) => id);
	}

	describe('a person retries a failed execution', () => {
		it.each([
			['the original workflow', false],
			['the saved workflow', true],
		])('with %s: an item that timed out goes on with its project', async (title, loadWorkflow) => {
			const { execution } = await run(generating(title, TIMED_OUT));
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(made(title)[0]);
			lab.finishVideos();
			const retry = await retried(await lab.executions.retry(execution.id, loadWorkflow));

			expect(retry.status).toBe('success');
			expect(retry.retryOf).toBe(execution.id);
			expect(idsFrom(retry, GENERATE)).toEqual(made(title));
			expect(made(title)).toHaveLength(1);
		});

		it('an item whose project was not found once goes on with that project', async () => {
			lab.api.setFault('poll', { status: 404, body: { message: 'Not Found' } }, 1);
			const { execution } = await run(generating('not found', {}));
			expect(execution.status).toBe('error');
			const retry = await retried(await lab.executions.retry(execution.id));

			expect(retry.status).toBe('success');
			expect(idsFrom(retry, GENERATE)).toEqual(made('not found'));
			expect(made('not found')).toHaveLength(1);
		});

		it('a create request whose fate is not known is not sent again', async () => {
			const before = lab.creates();
			lab.api.setFault('create', { status: 500, body: { message: 'Oops' }, after: true }, 1);
			const { execution } = await run(generating('unknown', {}));
			expect(execution.status).toBe('error');
			const retry = await retried(await lab.executions.retry(execution.id));

			expect(retry.status).toBe('error');
			const { error } = retry.data.resultData;
			expect(error?.message).toContain('not sent again');
			expect(error?.description).toContain(`"unknown - execution ${execution.id} - item 0"`);
			expect(lab.creates() - before).toBe(1);
		});

		it('with another prompt in the saved workflow, it makes a new video', async () => {
			const workflow = generating('changed', TIMED_OUT);
			const { id, execution } = await run(workflow);
			const [first] = made('changed');
			const node = workflow.nodes.find(({ name }) => name === GENERATE);
			Object.assign(node?.parameters ?? {}, { prompt: 'Something else' });
			await lab.executions.saveWorkflow(id, workflow);
			const retry = await retried(await lab.executions.retry(execution.id, true));

			expect(retry.status).toBe('success');
			expect(made('changed')).toHaveLength(2);
			expect(made('changed')[0]).toBe(first);
			expect(idsFrom(retry, GENERATE)).toEqual([made('changed')[1]]);
		});

		it('in a loop, the round that failed goes on with its own project', async () => {
			const prompt = `={{ $runIndex ? '${LONG}' : '' }}`;
			const { execution } = await run(
				sketch.loop('loop', [
					sketch.manualTrigger,
					sketch.readImage(lab, lab.twoImages),
					sketch.generate(lab, { prompt, ...SHORT_TIMEOUT }),
				]),
			);
			expect(execution.status).toBe('error');
			lab.finishVideos();
			const retry = await retried(await lab.executions.retry(execution.id));

			expect(retry.status).toBe('success');
			expect(made('loop')).toHaveLength(2);
			expect(idsFrom(retry, GENERATE)).toEqual(made('loop'));
			const done = retry.data.resultData.runData[LOOP]?.at(-1)?.data?.main[0] ?? [];
			expect(done.map(({ json }) => json.id)).toEqual(made('loop'));
		});

		it('no retry is possible when n8n is told not to save failed executions', async () => {
			const settings = { saveDataErrorExecution: 'none' };
			const nodes = [
				sketch.webhook('unsaved'),
				sketch.readImage(lab),
				sketch.generate(lab, TIMED_OUT),
			];
			const id = await lab.executions.createWorkflow(
				sketch.chain('unsaved', nodes, settings),
				true,
			);
			await lab.executions.postWebhook('unsaved');
			await until('a project', async () =>
				Promise.resolve(made('unsaved').length > 0 || undefined),
			);
			await until('the execution to be gone', async () =>
				(await lab.executions.idsOf(id)).length === 0 ? true : undefined,
			);

			expect(made('unsaved')).toHaveLength(1);
			expect((await lab.log()).printed).toContainEqual(
				expect.stringContaining(`Magic Hour project ${made('unsaved')[0] ?? ''} was`),
			);
		});
	});

	describe('a workflow that calls another, once for each of two images', () => {
		let calledId: string;
		let caller: SavedExecution;

		beforeAll(async () => {
			const prompt = `={{ $json.fileName === 'second.png' ? '${LONG}' : '' }}`;
			const called = sketch.chain('called', [
				sketch.calledTrigger,
				sketch.generate(lab, { prompt, ...SHORT_TIMEOUT }),
			]);
			calledId = await lab.executions.createWorkflow(called, true);
			const calling = sketch.chain('calling', [
				sketch.manualTrigger,
				sketch.readImage(lab, lab.twoImages),
				sketch.sortByName,
				sketch.callForEach(calledId),
			]);
			({ execution: caller } = await run(calling));
			lab.finishVideos();
		});

		it('makes one project in each call', () => {
			expect(caller.status).toBe('error');
			expect(made('called')).toHaveLength(2);
		});

		it('goes on with the project when the failed execution of the called workflow is retried', async () => {
			const [failed = ''] = await lab.executions.idsOf(calledId);
			const retry = await retried(await lab.executions.retry(failed));

			expect(retry.status).toBe('success');
			expect(idsFrom(retry, GENERATE)).toEqual([made('called')[1]]);
			expect(made('called')).toHaveLength(2);
		});

		it('makes both videos again when the calling execution is retried', async () => {
			const outcome = lab.executions.retry(caller.id);
			await until('two more', async () =>
				Promise.resolve(made('called').length === 4 ? true : undefined),
			);
			lab.finishVideos();
			const retry = await retried(await outcome);

			expect(retry.status).toBe('success');
			expect(idsFrom(retry, CALL)).toEqual(made('called').slice(2));
		});
	});

	describe('Retry On Fail', () => {
		const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };

		it('goes on with the project', async () => {
			lab.api.setFault('poll', { status: 404, body: { message: 'Not Found' } }, 2);
			const { execution } = await run(generating('tried again', {}, RETRY));

			expect(execution.status).toBe('success');
			expect(idsFrom(execution, GENERATE)).toEqual(made('tried again'));
			expect(made('tried again')).toHaveLength(1);
		});

		it('waits for the same project three times', async () => {
			const { execution } = await run(generating('three times', TIMED_OUT, RETRY));

			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(made('three times')[0]);
			expect(made('three times')).toHaveLength(1);
		});

		it('does not send a create request again whose fate is not known', async () => {
			const before = lab.creates();
			lab.api.setFault('create', { reset: 'after' }, 1);
			const { execution } = await run(generating('reset', {}, RETRY));

			expect(execution.status).toBe('error');
			expect(lab.creates() - before).toBe(1);
		});
	});

	it('an error workflow, which may begin a new try, reads the code of the error', async () => {
		const ON_ERROR = 'On Error';
		const [name, code] = ['error workflow', 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED'];
		const workflow = sketch.chain(name, [
			sketch.webhook('error-workflow'),
			sketch.readImage(lab),
			sketch.generate(lab),
		]);
		const onError = { name: ON_ERROR, type: 'n8n-nodes-base.errorTrigger', typeVersion: 1 };
		workflow.nodes.push(...sketch.chain('', [{ ...onError, parameters: {} }]).nodes);
		lab.api.setFault(
			'create',
			{ status: 402, body: { code: 'plan_upgrade_required', message: 'Upgrade' } },
			1,
		);
		const id = await lab.executions.createWorkflow(workflow, true);
		await lab.executions.postWebhook('error-workflow');
		const [failed, second] = await until('the error workflow to begin', async () => {
			const ids = await lab.executions.idsOf(id);
			return ids.length < 2 ? undefined : ids.sort((a, b) => Number(a) - Number(b));
		});
		const { data } = await lab.executions.ended(second ?? '');

		expect(data.resultData.runData[ON_ERROR]?.[0]?.data?.main[0]?.[0]?.json).toMatchObject({
			execution: {
				id: failed,
				error: { code, description: expect.stringContaining(`[${code}]`) as string },
			},
		});
	});

	it('a person stops an execution: all requests end within a second', async () => {
		/** Without the stop, there would be many requests in this time. */
		const QUIET_MS = 4000;
		const id = await beginOneByOne('dozen');
		await lab.waitedFor('dozen - ', 2);
		await lab.executions.stop(id);
		await sleep(1000);
		const soon = lab.api.requests.length;
		await sleep(QUIET_MS);

		expect(lab.api.requests.length - soon).toBe(0);
		expect(made('dozen').length).toBeLessThan(12);
	});

	/** Seconds. */
	const WORKFLOW_TIMEOUT = 8;
	const ANSWER_LATE = 12;

	describe.each<[string, { path: string; executionTimeout?: number }]>([
		['a person stops an execution', { path: 'late-stop' }],
		[
			"the workflow's timeout ends an execution",
			{ path: 'late-timeout', executionTimeout: WORKFLOW_TIMEOUT },
		],
	])('%s that is asking for a video', (name, { path, ...settings }) => {
		let ended: SavedExecution;

		beforeAll(async () => {
			lab.api.setFault('create', { late: ANSWER_LATE * 1_000 }, 1);
			const before = lab.creates();
			const nodes = [sketch.webhook(path), sketch.readImage(lab), sketch.generate(lab)];
			const workflow = await lab.executions.createWorkflow(
				sketch.chain(name, nodes, settings),
				true,
			);
			const id = await lab.executions.callWebhook(workflow, path);
			await until('the video to be asked for', async () =>
				Promise.resolve(lab.creates() > before ? true : undefined),
			);
			if (settings.executionTimeout === undefined) await lab.executions.stop(id);
			ended = await lab.executions.ended(id);
		});

		it("has its name in n8n's log already, and its id as soon as the answer comes", async () => {
			const asked = `Magic Hour is asked for a video: "${name} - execution ${ended.id} - item 0"`;
			expect((await lab.log()).printed).toContainEqual(expect.stringContaining(asked));
			const [project] = lab.projectsNamed(`${name} - `);
			const created = `Magic Hour project ${project?.id ?? 'none'} was created`;
			expect((await lab.log()).printed.join()).not.toContain(created);

			await until('the line', async () =>
				(await lab.log()).printed.some((line) => line.includes(created)) ? true : undefined,
			);
			expect(made(name)).toHaveLength(1);
		});

		it("has it in n8n's log alone: the execution was saved before", async () => {
			const saved = await lab.executions.get(ended.id);
			const [id = 'no project'] = made(name);

			expect(saved.status).toBe('canceled');
			expect(saved.customData).toEqual({});
			expect(saved.text).not.toContain(id);
		});
	});

	describe('a person stops an execution that waits for its second video', () => {
		let id: string;
		let stopped: SavedExecution;

		beforeAll(async () => {
			const prompt = `={{ $itemIndex === 1 ? '${LONG}' : '' }}`;
			id = await beginOneByOne('stopped', prompt);
			await lab.waitedFor('stopped - ', 2);
			await lab.executions.stop(id);
			// n8n says that the execution has ended before it has saved the custom data.
			stopped = await until('the custom data to be saved', async () => {
				const ended = await lab.executions.ended(id);
				return ended.customData.magic_hour_projects === undefined ? undefined : ended;
			});
		});

		it("leaves the ids in the execution's custom data, and nowhere else in it", () => {
			expect(stopped.status).toBe('canceled');
			expect(made('stopped')).toHaveLength(2);
			expect(stopped.customData.magic_hour_projects?.split(' ')).toEqual(made('stopped'));
			for (const project of made('stopped')) expect(stopped.text).not.toContain(project);
		});

		it("leaves every id in n8n's log, and every name with the execution in the library", async () => {
			const { printed } = await lab.log();

			for (const project of made('stopped')) {
				expect(printed).toContainEqual(
					expect.stringContaining(`Magic Hour project ${project} was created`),
				);
			}
			expect(lab.projectsNamed(`stopped - execution ${id} - item `)).toHaveLength(
				made('stopped').length,
			);
		});

		it("sends no create request when it is retried through n8n's API, and says where the ids are", async () => {
			const before = lab.creates();
			const retry = await retried(await lab.executions.retry(id));

			expect(retry.status).toBe('error');
			const { error } = retry.data.resultData;
			expect(error?.message).toContain('may have created videos');
			expect(error?.description).toContain('custom data');
			expect(lab.creates()).toBe(before);
		});
	});

	describe('a person stops an execution that waits in Get, its progress being saved', () => {
		const NAME = 'stopped in Get';
		let stopped: SavedExecution;

		beforeAll(async () => {
			const workflow = sketch.chain(
				NAME,
				[
					sketch.manualTrigger,
					sketch.readImage(lab),
					sketch.generate(lab, { prompt: LONG, waitForCompletion: false }),
					sketch.get(lab, '={{ $json.id }}'),
				],
				{ saveExecutionProgress: true },
			);
			const workflowId = await lab.executions.createWorkflow(workflow);
			const id = await lab.executions.run(workflowId, TRIGGER);
			await lab.waitedFor(NAME);
			await lab.executions.stop(id);
			stopped = await lab.executions.ended(id);
		});

		it('leaves the id in the execution, in the output of Generate', () => {
			expect(stopped.status).toBe('canceled');
			expect(idsFrom(stopped, GENERATE)).toEqual(made(NAME));
		});

		it("goes on with Get when it is retried through n8n's API", async () => {
			lab.finishVideos();
			const retry = await retried(await lab.executions.retry(stopped.id));

			expect(retry.status).toBe('success');
			expect(idsFrom(retry, GET)).toEqual(made(NAME));
			expect(made(NAME)).toHaveLength(1);
		});
	});
});
