import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { until, type NodeRun, type SavedExecution } from '../../tools/n8n/executions.mts';
import { startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';
import { inDatabase } from '../support/e2e/n8n-database.mts';
import {
	ACCEPTED_IDS,
	eventBody,
	projectPayload,
	SECRET,
	signed,
	TRIGGERS,
	WEBHOOK_CASES,
	type SentRequest,
} from '../../tools/docs/webhook-cases.mts';

jest.setTimeout(300_000);

const TRIGGER = 'Magic Hour Trigger';
const NEXT = 'Next';
const next = { name: NEXT, type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
const WITH_DOWNLOAD = { downloadVideo: true, options: {} };

describe('Magic Hour Trigger in a real n8n', () => {
	let started: Lab | undefined;
	let lab: Lab;
	let credentialId: string;
	const triggers = new Map<string, { workflowId: string; webhookId: string }>();

	beforeAll(async () => {
		started = await startLab();
		lab = started;
		credentialId = await lab.executions.createCredential({
			name: 'Magic Hour Webhook',
			type: 'magicHourVideoWebhookApi',
			data: { signingSecret: ` ${SECRET}\n`, baseUrl: lab.api.url },
		});
		for (const [name, parameters] of Object.entries(TRIGGERS)) {
			await createTrigger(name, parameters, name !== 'inactive');
		}
		await createTwoTriggers();
		await createTrigger('download', WITH_DOWNLOAD, true);
		await createTrigger('listening', TRIGGERS.usual, false);
		await registered('download');
		await inDatabase(
			lab.n8n.userFolder,
			`database.exec("UPDATE workflow_history SET nodes = replace(nodes, '4711', '0')");`,
		);
	});

	afterAll(async () => {
		await started?.close();
	});

	async function createTrigger(name: string, parameters: object, active: boolean): Promise<void> {
		const webhookId = randomUUID();
		const workflow = sketch.chain(name, [triggerNode(TRIGGER, parameters, webhookId), next]);
		const workflowId = await lab.executions.createWorkflow(workflow, active);
		triggers.set(name, { workflowId, webhookId });
	}

	/** One workflow with two triggers. */
	async function createTwoTriggers(): Promise<void> {
		const nodes = ['first', 'second'].map((name) =>
			triggerNode(name, { options: {} }, randomUUID()),
		);
		const workflow = sketch.chain('two triggers', [...nodes, next]);
		workflow.connections = Object.fromEntries(
			nodes.map(({ name }) => [name, sketch.outputTo(NEXT)]),
		);
		const workflowId = await lab.executions.createWorkflow(workflow, true);
		for (const { name, webhookId } of nodes) triggers.set(name, { workflowId, webhookId });
	}

	function triggerNode(
		name: string,
		parameters: object,
		webhookId: string,
	): sketch.NodeSketch & { webhookId: string } {
		return {
			name,
			type: 'n8n-nodes-magic-hour.magicHourTrigger',
			// Of 'everything', an earlier version.
			typeVersion: parameters === TRIGGERS.everything ? 1 : 2,
			parameters: { ...parameters },
			webhookId,
			credentials: { magicHourVideoWebhookApi: { id: credentialId, name: 'Magic Hour Webhook' } },
		};
	}

	function triggerNamed(name: string): { workflowId: string; webhookId: string } {
		const trigger = triggers.get(name);
		if (!trigger) throw new Error(`There is no trigger ${name}`);
		return trigger;
	}

	function urlOf(name: string, kind: 'webhook' | 'webhook-test' = 'webhook'): string {
		return `${lab.executions.url}/${kind}/${triggerNamed(name).webhookId}/webhook`;
	}

	async function post(
		name: string,
		{ body, headers }: SentRequest,
		kind?: 'webhook' | 'webhook-test',
	): Promise<{ status: number; text: string }> {
		const answer = await fetch(urlOf(name, kind), { method: 'POST', body, headers });
		return { status: answer.status, text: await answer.text() };
	}

	/** Resolves when n8n knows the URL of a trigger. */
	async function registered(name: string): Promise<void> {
		await until(`the webhook of ${name} to be registered`, async () => {
			const { status } = await post(name, { body: '', headers: {} });
			return status === 404 ? undefined : status;
		});
	}

	/** Sends, and counts the executions that this has started: n8n saves one before it answers. */
	async function sendAndCount(
		name: string,
		...requests: SentRequest[]
	): Promise<{ answers: { status: number; text: string }[]; ids: string[] }> {
		const { workflowId } = triggerNamed(name);
		const before = await lab.executions.idsOf(workflowId);
		const answers = await Promise.all(requests.map(async (request) => await post(name, request)));
		const after = await lab.executions.idsOf(workflowId);
		return { answers, ids: after.filter((id) => !before.includes(id)) };
	}

	/** The execution that a request starts, once it has ended. */
	async function executionOf(name: string, request: SentRequest): Promise<SavedExecution> {
		const { ids } = await sendAndCount(name, request);
		expect(ids).toHaveLength(1);
		return await lab.executions.ended(ids[0] ?? '');
	}

	function outputOf(execution: SavedExecution, node = NEXT) {
		return execution.data.resultData.runData[node]?.at(-1)?.data?.main[0] ?? [];
	}

	describe('each of these requests', () => {
		it.each(WEBHOOK_CASES.map((sent) => [sent.what, sent] as const))('%s', async (_, sent) => {
			const { to = 'usual', request, status, starts, says, fails } = sent;

			const { answers, ids } = await sendAndCount(to, request());

			expect(answers[0]?.status).toBe(status);
			expect(answers[0]?.text).toContain(says ?? '');
			expect(ids).toHaveLength(starts);
			expect(answers[0]?.text).not.toContain(SECRET);
			for (const id of ids) {
				const { status, data } = await lab.executions.ended(id);
				expect(status).toBe(fails === undefined ? 'success' : 'error');
				expect(data.resultData.error?.message ?? '').toContain(fails ?? '');
			}
		});
	});

	describe('a setting that means nothing', () => {
		it.each([
			[{ options: { timestampTolerance: 0 } }, 'Timestamp Tolerance (Seconds): must be a number'],
			[{ options: { simplify: 'maybe' } }, 'Simplify: it must be true or false; maybe was given'],
			[{ events: ['Video Completed'], options: {} }, 'Events: it must be ['],
		])('%j is refused by field and value, and no URL is opened', async (parameters, message) => {
			await createTrigger('refused', parameters, true);
			const { workflowId } = triggerNamed('refused');
			await expect(lab.executions.listen(workflowId, TRIGGER)).rejects.toThrow(message);
			// n8n publishes in its own time: the URL may be there for a moment.
			await until('the URL to be closed', async () => {
				const { status } = await post('refused', { body: '', headers: {} });
				return status === 404 ? true : undefined;
			});
		});
	});

	describe('what the workflow gets', () => {
		it('the fields of the Image To Video node, and the event', async () => {
			const execution = await executionOf('usual', signed(eventBody('simple')));

			expect(outputOf(execution).map(({ json }) => json)).toEqual([
				{
					event: 'video.completed',
					id: 'simple',
					name: 'Lighthouse',
					status: 'complete',
					error: null,
					credits_charged: 120,
					credits_estimated: null,
					seconds: 5,
					width: 854,
					height: 480,
					fps: 24,
					created_at: '2026-11-23T12:00:00.000Z',
					video_url: 'https://videos.example/a.mp4',
					video_url_expires_at: '2026-11-24T12:00:00.000Z',
				},
			]);
		});

		it('of a failed video also why', async () => {
			const error = { code: 'no_source_face', message: 'No face' };
			const body = eventBody('why', {
				type: 'video.errored',
				status: 'error',
				error,
				downloads: [],
			});
			const execution = await executionOf('usual', signed(body));

			expect(outputOf(execution)[0]?.json).toMatchObject({
				event: 'video.errored',
				status: 'error',
				error,
				video_url: null,
			});
		});

		it('without Simplify the payload as it came', async () => {
			const execution = await executionOf('everything', signed(eventBody('raw', { odd: [1] })));

			expect(outputOf(execution)[0]?.json).toEqual({
				event: 'video.completed',
				...projectPayload('raw', { odd: [1] }),
			});
		});
	});

	describe('duplicates', () => {
		it('the same request again, byte for byte, starts nothing', async () => {
			const request = signed(eventBody('twice'));
			expect((await sendAndCount('usual', request)).ids).toHaveLength(1);
			const { answers, ids } = await sendAndCount('usual', request);
			expect(answers[0]).toMatchObject({ status: 200 });
			expect(ids).toEqual([]);
		});

		it('the same event, even when it is signed anew, starts nothing', async () => {
			for (const id of ACCEPTED_IDS) {
				const { answers, ids } = await sendAndCount('usual', signed(eventBody(id)));
				expect(answers[0]).toMatchObject({ status: 200 });
				expect(answers[0]?.text).toContain('has started the workflow before');
				expect(ids).toEqual([]);
			}
		});

		it('another event of the same project, and the same event to another workflow, start theirs', async () => {
			const errored = eventBody('accepted', { type: 'video.errored', status: 'error' });
			expect((await sendAndCount('usual', signed(errored))).ids).toHaveLength(1);
			const other = signed(eventBody('accepted'));
			expect((await sendAndCount('unverified', other)).ids).toHaveLength(1);
		});

		it('another trigger of the same workflow starts it, too', async () => {
			const request = () => signed(eventBody('for both'));
			expect((await sendAndCount('first', request())).ids).toHaveLength(1);
			const { ids } = await sendAndCount('second', request());
			expect(ids).toHaveLength(1);
			for (const id of ids) expect(outputOf(await lab.executions.ended(id))).toHaveLength(1);
			expect((await sendAndCount('first', request())).ids).toEqual([]);
			expect((await sendAndCount('second', request())).ids).toEqual([]);
		});

		it('an event whose execution could not be started is answered with 500, and starts it when it comes again', async () => {
			const request = () => signed(eventBody('not started'));
			const { userFolder } = lab.n8n;
			await inDatabase(
				userFolder,
				`database.exec("CREATE TRIGGER full BEFORE INSERT ON execution_entity BEGIN SELECT RAISE(ABORT, 'disk full'); END");`,
			);
			const { answers, ids } = await sendAndCount('usual', request());
			await inDatabase(userFolder, "database.exec('DROP TRIGGER full');");
			expect(answers).toMatchObject([{ status: 500 }]);
			expect(ids).toEqual([]);

			expect((await sendAndCount('usual', request())).ids).toHaveLength(1);
			expect((await sendAndCount('usual', request())).ids).toEqual([]);
		});

		it('of five copies at the same moment one is handed on', async () => {
			const copies = Array.from({ length: 5 }, () => signed(eventBody('at once')));
			const { answers, ids } = await sendAndCount('usual', ...copies);

			expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
			const ended = await Promise.all(ids.map(async (id) => await lab.executions.ended(id)));
			expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'success'));
			expect(ended.flatMap((execution) => outputOf(execution))).toHaveLength(1);
		});

		it('ten different events at the same moment start it ten times', async () => {
			const events = Array.from({ length: 10 }, (_, index) => signed(eventBody(`of ten ${index}`)));
			const { ids } = await sendAndCount('usual', ...events);

			expect(ids).toHaveLength(10);
			for (const id of ids) expect(outputOf(await lab.executions.ended(id))).toHaveLength(1);
		});
	});

	describe('Test URL', () => {
		it('is there while a person listens, and is as strict', async () => {
			const { workflowId } = triggerNamed('listening');
			const request = () => signed(eventBody('tested'));
			expect((await post('listening', request(), 'webhook-test')).status).toBe(404);

			await lab.executions.listen(workflowId, TRIGGER);
			const forged = signed(eventBody('tested'), { secret: 'another' });
			expect((await post('listening', forged, 'webhook-test')).status).toBe(401);
			expect(await lab.executions.idsOf(workflowId)).toEqual([]);
			expect((await post('listening', request(), 'webhook-test')).status).toBe(200);
			const [first] = await lab.executions.idsOf(workflowId);
			const execution = await lab.executions.ended(first ?? '');
			expect(execution).toMatchObject({ status: 'success', mode: 'manual' });
			expect(outputOf(execution)[0]?.json).toMatchObject({
				event: 'video.completed',
				id: 'tested',
			});
			expect((await post('listening', request())).status).toBe(404);

			// Again and again, as long as it is only a try.
			await lab.executions.listen(workflowId, TRIGGER);
			expect((await post('listening', request(), 'webhook-test')).status).toBe(200);
			expect(await lab.executions.idsOf(workflowId)).toHaveLength(2);
		});
	});

	describe('with the video', () => {
		let generated: NodeRun | undefined;

		/** Generates a video with the Image To Video node, which does not wait for it. */
		async function generate(): Promise<string> {
			const workflow = sketch.chain('generate', [
				sketch.manualTrigger,
				sketch.readImage(lab),
				sketch.generate(lab, { waitForCompletion: false }),
			]);
			const id = await lab.executions.createWorkflow(workflow);
			const execution = await lab.executions.ended(await lab.executions.run(id, sketch.TRIGGER));
			generated = execution.data.resultData.runData[sketch.GENERATE]?.at(-1);
			return String(generated?.data?.main[0]?.[0]?.json.id);
		}

		/** The execution that the next event from the local API starts. */
		async function nextExecution(before: readonly string[]): Promise<string> {
			return await until('the event to start an execution', async () =>
				(await lab.executions.idsOf(triggerNamed('download').workflowId)).find(
					(id) => !before.includes(id),
				),
			);
		}

		async function expectVideo(execution: SavedExecution): Promise<void> {
			expect(execution.status).toBe('success');
			const path = join(lab.filesFolder, 'event.mp4');
			const { binary } = outputOf(execution)[0] ?? {};
			await writeFile(path, await lab.executions.file(binary?.data?.id ?? 'no file'));
			const { seconds, height } = await probeVideo(path);
			expect(Math.abs(seconds - 1)).toBeLessThanOrEqual(0.2);
			expect(height).toBe(480);
		}

		beforeEach(() => {
			lab.api.setWebhook({ url: urlOf('download'), secret: SECRET });
		});
		afterEach(() => {
			lab.api.setWebhook(undefined);
			lab.api.clearFaults();
		});

		it('an event of a video that the Image To Video node made is answered while the video is downloaded', async () => {
			const before = await lab.executions.idsOf(triggerNamed('download').workflowId);
			// One byte a second: as good as never finished.
			lab.api.setFault('download', { drip: 1 }, 1);
			const projectId = await generate();
			const id = await nextExecution(before);
			// They are sent at the same time, and answered in any order.
			const events = await until('both events to be answered', async () => {
				const ofProject = lab.api.events.filter(({ projectId: of }) => of === projectId);
				const answered = ofProject.filter(({ tries }) => tries.length > 0);
				return await Promise.resolve(answered.length === 2 ? ofProject : undefined);
			});
			expect(events).toMatchObject([
				{ type: 'video.started', tries: [200] },
				{ type: 'video.completed', tries: [200] },
			]);
			expect((await lab.executions.get(id)).status).toBe('running');
			await lab.executions.stop(id);
			const stopped = await lab.executions.ended(id);
			expect(stopped.status).toBe('canceled');
		});

		it('a download that fails is a failed execution that names the project; its retry delivers the video', async () => {
			const before = await lab.executions.idsOf(triggerNamed('download').workflowId);
			lab.api.setFault('download', { expired: true });
			const projectId = await generate();
			const failed = await lab.executions.ended(await nextExecution(before));

			expect(failed.status).toBe('error');
			const { error } = failed.data.resultData;
			expect(error?.message).toContain(
				`The video of project ${projectId} is finished, but it could not be downloaded`,
			);
			expect(error?.message).toContain('the signed URL has expired');
			expect(error?.description).toContain(`Get operation`);
			expect(error?.description).toContain(projectId);

			lab.api.clearFaults();
			const outcome = await lab.executions.retry(failed.id);
			const delivered = await lab.executions.get('id' in outcome ? outcome.id : '');
			await expectVideo(delivered);
			const json = outputOf(delivered)[0]?.json ?? {};
			expect(json).toMatchObject({ event: 'video.completed', id: projectId });
			const fields = Object.keys(generated?.data?.main[0]?.[0]?.json ?? {});
			expect(Object.keys(json).sort()).toEqual(['event', ...fields].sort());
		});
	});

	describe('after n8n was killed (kill -9) and started again', () => {
		beforeAll(async () => {
			await lab.killAndRestart();
			await registered('usual');
		});

		it.each(ACCEPTED_IDS)('the event "%s" of before hands on nothing', async (id) => {
			const execution = await executionOf('usual', signed(eventBody(id)));

			expect(execution.status).toBe('success');
			expect(Object.keys(execution.data.resultData.runData)).toEqual([TRIGGER]);
			expect(outputOf(execution, TRIGGER)).toEqual([]);
		});

		it('a new one starts the workflow', async () => {
			const execution = await executionOf('usual', signed(eventBody('after the restart')));

			expect(execution.status).toBe('success');
			expect(outputOf(execution)).toHaveLength(1);
		});

		it('the secret is in no log', async () => {
			expect(await lab.n8n.readLogs()).not.toContain(SECRET);
		});
	});
});
