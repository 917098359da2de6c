import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import type { ProjectView } from '../../local-api/server.mts';
import { nodeNamed } from '../../tools/n8n/workflow-files.mts';
import { ApiClient } from '../support/api-client.mts';
import { startAnswering } from '../support/e2e/answering-server.mts';
import { insertRows, rowsOf } from '../support/e2e/data-tables.mts';
import {
	filledWorkflow,
	sleepingThrough,
	TRIGGER,
	type Filling,
} from '../support/e2e/durable-workflow.mts';
import { EventSender } from '../support/e2e/event-sender.mts';
import { until, type SavedExecution } from '../../tools/n8n/executions.mts';
import { startHolding, type HoldingServer } from '../support/e2e/holding-server.mts';
import { LONG, startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import { makeOverdue, type OverdueWait } from '../support/e2e/overdue-waits.mts';

jest.setTimeout(900_000);

const POLL = 'durable-wait-and-poll';
const START = 'durable-two-workflows-start';
const FINISH = 'durable-two-workflows-finish';
const RESUME = 'durable-resume-in-place';
const EVENTS = 'durable-resume-in-place-events';
/** The data table of the last two. */
const TABLE = 'Magic Hour projects';
/** Names of nodes in these files. */
const ALARM = 'Set Alarm';
const WAKING = 'Woken in Time';
const GET = 'Get Video';

/** Of two images, only the second takes long. */
const SECOND_LONG = `={{ $json.fileName === 'second.png' ? '${LONG}' : '' }}`;
/** The first look is the last. */
const ONE_ROUND = [['{{ $runIndex }}', '{{ $runIndex + 40 }}'], ...sleepingThrough(0)] as const;
const UNTIL_EVENT = { changes: sleepingThrough(Infinity) };
/** Looks every second; n8n keeps such waits in memory. */
const HURRIED = [['{ seconds: 90 }', '{ seconds: 1 }']] as const;
const FAILS = { status: 'error', code: 'no_source_face', message: 'No face was found' } as const;
const FAILED = /has the status error: No face was found \(no_source_face\)/;
const SECONDS = 1;
/** Milliseconds: for the shortest wait, on a machine that is busy with other things. */
const A_LONG_TIME = 240_000;

describe('n8n is killed (kill -9) while durable workflows wait, and started again', () => {
	let started: Lab | undefined;
	let lab: Lab;
	let holding: HoldingServer | undefined;
	let sender: EventSender;
	let credentials: Record<string, string>;
	/** Executions by the names that they were begun with. */
	const begun = new Map<string, string>();
	/** Workflows that begin when an event comes, by their files. */
	const published = new Map<string, string>();

	beforeAll(async () => {
		started = await startLab();
		lab = started;
		const signingSecret = randomUUID();
		credentials = {
			magicHourVideoApi: lab.credentialId,
			magicHourVideoWebhookApi: await lab.executions.createCredential({
				name: 'Magic Hour Webhook',
				type: 'magicHourVideoWebhookApi',
				data: { signingSecret, baseUrl: lab.api.url },
			}),
		};
		const urls = [await publish(FINISH), await publish(EVENTS)];
		sender = new EventSender(lab, urls, signingSecret);

		const bothLong = { images: lab.twoImages, prompt: LONG };
		const secondLong = { images: lab.twoImages, prompt: SECOND_LONG };
		const onceLate = { prompt: LONG, changes: sleepingThrough(1) };
		const twiceLate = { webhookPath: 'poll', changes: sleepingThrough(2) };
		await begin(POLL, { name: 'poll', ...bothLong, ...twiceLate });
		await begin(START, { name: 'two workflows', prompt: LONG });
		await begin(RESUME, { name: 'resume', ...secondLong, ...UNTIL_EVENT, webhookPath: 'resume' });
		await begin(RESUME, { name: 'resume interrupted', ...UNTIL_EVENT });
		await begin(START, { name: 'two workflows interrupted' });
		await begin(RESUME, { name: 'resume late', ...onceLate });
		lab.api.setOutcome(FAILS);
		await begin(POLL, { name: 'poll failing', ...onceLate });
		await begin(START, { name: 'two workflows failing', prompt: LONG });
		await begin(RESUME, { name: 'resume failing', prompt: LONG, ...UNTIL_EVENT });
		lab.api.setOutcome({ status: 'canceled' });
		await begin(RESUME, { name: 'resume canceled', ...onceLate });
		lab.api.setOutcome({ status: 'complete' });

		// The videos take longer than n8n is down.
		await killAndRestart(['poll']);
		await asleep('poll', { wakings: 1 });
		await sender.send(projectOf('resume').id);
		await asleep('resume', { wakings: 1, looks: 1 });
		await start(POLL, { name: 'poll interrupted', prompt: LONG, changes: HURRIED });
		await until('the first look', async () =>
			Promise.resolve(looksAt('poll interrupted') >= 1 || undefined),
		);
		await interrupt('resume interrupted', 'two workflows interrupted', 'poll interrupted');

		// The videos are finished while n8n is down, and so are some of the waits.
		let events: Promise<unknown> = Promise.resolve();
		const late = ['poll', 'poll failing', 'resume late', 'resume canceled'];
		await killAndRestart(late, () => {
			lab.api.clearFaults();
			lab.finishVideos();
			const names = ['two workflows', 'two workflows failing', 'resume failing'];
			const ids = [...names.map((name) => projectOf(name).id), projectOf('resume', 1).id];
			events = Promise.all(ids.map(async (id) => sender.send(id)));
		});
		await events;

		await start(POLL, { name: 'poll patient', prompt: LONG, changes: HURRIED });
		await until('the third look', async () =>
			Promise.resolve(looksAt('poll patient') >= 3 || undefined),
		);
		lab.finishVideos();
		await begin(POLL, { name: 'poll once', ...secondLong, changes: ONE_ROUND });
	});

	afterAll(async () => {
		await holding?.close();
		await started?.close();
	});

	/** Resolves when the execution waits in the database; if it does not wait, when it has ended. */
	async function begin(file: string, filling: Omit<Filling, 'credentials'>): Promise<void> {
		await start(file, filling);
		const { name } = filling;
		if (file === START) await lab.executions.ended(idOf(name));
		else await asleep(name);
	}

	/** @param filling its credentials are in place of the usual ones */
	async function start(
		file: string,
		filling: Omit<Filling, 'credentials'> & Partial<Filling>,
	): Promise<void> {
		const { name, webhookPath } = filling;
		const workflow = await filledWorkflow(lab, file, { credentials, ...filling });
		const id = await lab.executions.createWorkflow(workflow, webhookPath !== undefined);
		const execution =
			webhookPath === undefined
				? await lab.executions.run(id, TRIGGER)
				: await lab.executions.callWebhook(id, webhookPath);
		begun.set(name, execution);
	}

	/** @returns the URL to enter in Magic Hour's Developer Hub */
	async function publish(file: string): Promise<string> {
		const workflow = await filledWorkflow(lab, file, { name: file, credentials });
		published.set(file, await lab.executions.createWorkflow(workflow, true));
		const { webhookId } = nodeNamed(workflow, 'Magic Hour Trigger');
		return `${lab.url}/webhook/${webhookId}/webhook`;
	}

	/** @param late executions whose waits are over while n8n is down */
	async function killAndRestart(
		late: readonly string[],
		whileDown: () => void = () => undefined,
	): Promise<void> {
		const waits = await Promise.all(late.map(waitOf));
		await lab.killAndRestart(async () => {
			await makeOverdue(lab.n8n.userFolder, waits);
			whileDown();
		});
	}

	async function waitOf(name: string): Promise<OverdueWait> {
		const executionId = idOf(name);
		const { data } = await lab.executions.get(executionId);
		const item = data.resultData.runData[ALARM]?.at(-1)?.data?.main[0]?.[0];
		return { executionId, wakeAt: String(item?.json.wake_at) };
	}

	function idOf(name: string): string {
		return begun.get(name) ?? `${name} was not begun`;
	}

	/**
	 * By the names that the node or the workflow gives to an execution's projects. Those that take long come last: in
	 * which order files are read, and simultaneous requests arrive, is left to chance.
	 */
	function projectsOf(name: string): ProjectView[] {
		const id = idOf(name);
		const names = [`${name} - execution ${id} - `, `n8n: image.png (${id}/`];
		const projects = names.flatMap((beginning) => lab.projectsNamed(beginning));
		const isLong = ({ body }: ProjectView): boolean => body.style?.prompt === LONG;
		return [...projects.filter((each) => !isLong(each)), ...projects.filter(isLong)];
	}

	function projectOf(name: string, item = 0): ProjectView {
		const project = projectsOf(name)[item];
		if (project === undefined) throw new Error(`${name} has no project ${item}`);
		return project;
	}

	/** @param before how often it has woken, and asked for its videos, before */
	async function asleep(
		name: string,
		before: { wakings?: number; looks?: number } = {},
	): Promise<void> {
		const { wakings = 0, looks = 0 } = before;
		await until(`${name} to wait`, async () => {
			const { status, data } = await lab.executions.get(idOf(name));
			if (status !== 'waiting') return undefined;
			const { [WAKING]: woken = [], [GET]: looked = [] } = data.resultData.runData;
			return (woken.length === wakings && looked.length === looks) || undefined;
		});
	}

	/** How often Magic Hour was asked about the first project of an execution. */
	function looksAt(name: string): number {
		const path = `/v1/video-projects/${projectsOf(name)[0]?.id}`;
		return lab.api.requests.filter((request) => request.path === path).length;
	}

	/** Lets three executions ask Magic Hour for something that is never answered: two that events wake, one that looks. */
	async function interrupt(resumed: string, finished: string, looking: string): Promise<void> {
		const before = lab.api.requests.length;
		lab.api.setFault('download', { hang: 'before' });
		await sender.send(projectOf(resumed).id);
		await sender.send(projectOf(finished).id);
		// In the seconds before the execution is woken.
		const beforeLooks = lab.api.requests.length;
		lab.api.setFault('poll', { hang: 'before' });
		await asksInVain(`/v1/video-projects/${projectOf(resumed).id}`, beforeLooks);
		await asksInVain(`/downloads/${projectOf(finished).id}`, before);
		await asksInVain(`/v1/video-projects/${projectOf(looking).id}`, beforeLooks);
	}

	/** @param before how many requests there were when they began to hang: an earlier one may be answered yet */
	async function asksInVain(path: string, before: number): Promise<void> {
		await until(`a request for ${path}`, async () => {
			const hanging = lab.api.requests.slice(before).filter(({ status }) => status === null);
			return await Promise.resolve(hanging.some((each) => each.path.startsWith(path)) || undefined);
		});
	}

	/** Resolves to the error of a project that has no video, once n8n has printed it. */
	async function noVideo(name: string, item = 0): Promise<string> {
		const { id } = projectOf(name, item);
		return await until(
			`the error of project ${id} of ${name}`,
			async () =>
				(await lab.log()).printed.find((line) => line.includes(`Project ${id} has the status`)),
			A_LONG_TIME,
		);
	}

	/** Resolves when the video of a project is written. */
	async function video(name: string, item = 0): Promise<void> {
		const path = join(lab.filesFolder, `${projectOf(name, item).id}.mp4`);
		const { seconds, height } = await until(
			`the video ${item} of ${name}`,
			// Not there, or not yet whole.
			async () => probeVideo(path).catch(() => undefined),
			A_LONG_TIME,
		).catch(async (error: unknown) => {
			const outcome = outcomeOf(await lab.executions.get(idOf(name)));
			throw new Error(`${String(error)}: its execution is ${outcome}`);
		});
		expect(Math.abs(seconds - SECONDS)).toBeLessThanOrEqual(0.2);
		expect(height).toBe(480);
	}

	/** For a failed test to say why. */
	function outcomeOf({ status, data }: SavedExecution): string {
		const { error } = data.resultData;
		return error ? `${status}: ${error.message}` : status;
	}

	async function succeeded(name: string): Promise<SavedExecution> {
		return await until(`${name} to succeed`, async () => {
			const execution = await lab.executions.get(idOf(name));
			return execution.status === 'success' ? execution : undefined;
		});
	}

	/** The executions of a published workflow that events of a project have begun, ended. */
	async function begunBy(projectId: string, file: string): Promise<SavedExecution[]> {
		const ids = await lab.executions.idsOf(published.get(file) ?? '');
		const executions = await Promise.all(ids.map(async (id) => lab.executions.ended(id)));
		return executions.filter(({ text }) => text.includes(projectId));
	}

	/** The new execution's status, after a person has retried one that n8n was killed in. */
	async function retryCrashed({ id, status }: SavedExecution): Promise<string> {
		expect(status).toBe('crashed');
		const outcome = await lab.executions.retry(id);
		return 'status' in outcome ? outcome.status : outcome.refused;
	}

	/** @returns the ID of a finished video that no workflow has asked for */
	async function videoByHand(): Promise<string> {
		const client = new ApiClient(lab.api.url, lab.api.keys.business);
		const image = await client.upload();
		const fields = { model: 'ltx-2.3', end_seconds: SECONDS, resolution: '480p', name: 'By hand' };
		const id = await client.createId(image, fields);
		await until('the video', async () =>
			(await client.details(id)).status === 'complete' ? true : undefined,
		);
		return id;
	}

	describe('two workflows', () => {
		it('delivers the video whose event came while n8n was down, and asked for it once', async () => {
			await video('two workflows');

			expect(projectsOf('two workflows')).toHaveLength(1);
		});

		it('ends with an error that names the project and why it failed', async () => {
			await expect(noVideo('two workflows failing')).resolves.toMatch(FAILED);
		});

		it('delivers the video after a retry, if n8n was killed while it downloaded', async () => {
			const name = 'two workflows interrupted';
			const executions = await begunBy(projectOf(name).id, FINISH);
			expect(await Promise.all(executions.map(retryCrashed))).toEqual(['success']);
			await video(name);
			expect(projectsOf(name)).toHaveLength(1);
		});
	});

	describe('resume in place', () => {
		it('delivers both videos in the execution that asked for them', async () => {
			await video('resume', 0);
			await video('resume', 1);
			const { data } = await succeeded('resume');

			expect(data.resultData.runData[GET]).toHaveLength(2);
			expect(projectsOf('resume')).toHaveLength(2);
		});

		it('ends with an error that names the project and why it failed', async () => {
			await expect(noVideo('resume failing')).resolves.toMatch(FAILED);
			const { status, data } = await lab.executions.ended(idOf('resume failing'));

			expect(status).toBe('error');
			expect(data.resultData.error?.message).toContain(projectOf('resume failing').id);
		});

		it('delivers the video after a retry, if n8n was killed while it was awake', async () => {
			const name = 'resume interrupted';
			expect(await retryCrashed(await lab.executions.ended(idOf(name)))).toBe('success');
			await video(name);
			expect(projectsOf(name)).toHaveLength(1);
		});

		it('does not mind events that come before the project is noted, or two at once', async () => {
			const name = 'resume early';
			// n8n has to wait for the answers that have the ids: the events are there before.
			holding = await startHolding(lab.api.url, '/v1/image-to-video');
			const magicHourVideoApi = await lab.executions.createCredential({
				name: 'Magic Hour API that is slow',
				type: 'magicHourVideoApi',
				data: { apiKey: lab.api.keys.business, baseUrl: holding.url },
			});
			await start(RESUME, {
				...{ name, images: lab.twoImages, ...UNTIL_EVENT, webhookPath: 'early' },
				credentials: { ...credentials, magicHourVideoApi },
			});
			await until('two videos', async () =>
				Promise.resolve(
					projectsOf(name).filter(({ status }) => status === 'complete').length === 2 || undefined,
				),
			);
			await Promise.all(projectsOf(name).map(async ({ id }) => sender.send(id)));
			expect(holding.held).toBe(2);
			holding.release();

			await succeeded(name);
			await video(name, 0);
			await video(name, 1);
			for (const { id } of projectsOf(name)) {
				expect((await begunBy(id, EVENTS)).map(outcomeOf)).toEqual(['success']);
			}
		});

		it('hands an event on again while n8n can not wake the execution', async () => {
			const id = await videoByHand();
			const webhook = await startAnswering([
				[409, { code: 409, message: 'The execution "1" is running already.' }],
				[500, { code: 0, message: 'Execution is already being resumed by another process' }],
				[200, { message: 'Workflow was started' }],
			]);
			const row = { project_id: id, resume_url: webhook.url };
			await insertRows(lab.executions, TABLE, [row]);
			await sender.send(id);

			const [execution] = await begunBy(id, EVENTS);
			await webhook.close();
			expect(execution && outcomeOf(execution)).toBe('success');
			expect(webhook.requests).toEqual(['POST', 'POST', 'POST']);
			expect(await rowsOf(lab.executions, TABLE)).not.toContainEqual(expect.objectContaining(row));
		});

		it('delivers a video without an event, when its wait was over while n8n was down', async () => {
			await video('resume late');

			expect(projectsOf('resume late')).toHaveLength(1);
		});

		it('ends by time when the project was canceled, which sends no event', async () => {
			await expect(noVideo('resume canceled')).resolves.toMatch(/has the status canceled/);
		});
	});

	describe('wait and poll', () => {
		it('delivers both videos after two kills, and asked for each once', async () => {
			await video('poll', 0);
			await video('poll', 1);
			const { data } = await succeeded('poll');

			// Woken at both starts of n8n, and went back to sleep; looked when n8n was ready.
			expect(data.resultData.runData[WAKING]?.length).toBeGreaterThanOrEqual(3);
			expect(data.resultData.runData[GET]).toHaveLength(1);
			expect(projectsOf('poll')).toHaveLength(2);
		});

		it('ends with an error that names the project and why it failed', async () => {
			await expect(noVideo('poll failing')).resolves.toMatch(FAILED);
			expect(projectsOf('poll failing')).toHaveLength(1);
		});

		it('delivers the video after a retry, if n8n was killed while it looked', async () => {
			const name = 'poll interrupted';
			expect(await retryCrashed(await lab.executions.ended(idOf(name)))).toBe('success');
			await video(name);
			expect(projectsOf(name)).toHaveLength(1);
		});

		it('looks again and again until the video is finished', async () => {
			await video('poll patient');

			expect(projectsOf('poll patient')).toHaveLength(1);
		});

		it('ends when all rounds are over, and delivers what is finished before', async () => {
			await video('poll once', 0);

			expect(await noVideo('poll once', 1)).toMatch(
				/has the status (draft|queued|rendering)\. .* not lost/,
			);
			expect(projectsOf('poll once')).toHaveLength(2);
		});
	});

	it('events of videos from elsewhere end quietly', async () => {
		const id = await videoByHand();
		await sender.send(id);

		const [woken] = await begunBy(id, EVENTS);
		expect(woken?.status).toBe('success');
		expect(woken?.data.resultData.runData).not.toHaveProperty('Resume Execution');
		const [finished] = await begunBy(id, FINISH);
		expect(finished?.status).toBe('success');
		expect(finished?.data.resultData.runData).not.toHaveProperty('Write Video');
	});
});
