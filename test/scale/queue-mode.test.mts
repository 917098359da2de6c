import { randomUUID } from 'node:crypto';
import { until } from '../../tools/n8n/executions.mts';
import { mapConcurrently } from '../../nodes/shared/lib/mapConcurrently.ts';
import { packedPackage } from '../../tools/n8n/packed-package.mts';
import { GENERATE, manualTrigger, chain, TRIGGER } from '../../tools/n8n/lab-workflow.mts';
import {
	allEnded,
	generateNode,
	imageWebhook,
	numberedImage,
	postImage,
} from '../../tools/queue-mode/burst.mts';
import { killEverything, letDie, type Death } from '../../tools/queue-mode/deaths.mts';
import {
	createTriggerTarget,
	deliver,
	deliveriesOf,
	handedOn,
} from '../../tools/queue-mode/events.mts';
import { beganAt, marksOf } from '../../tools/queue-mode/marks.mts';
import { LONG, QueueMode, VIDEO_BYTES } from '../../tools/queue-mode/queue-mode.mts';
import { tinyVideo } from '../../tools/queue-mode/tiny-videos.mts';
import { claimsOf } from '../support/scale/two-processes.mts';

jest.setTimeout(300_000);

describe("in n8n's queue mode", () => {
	let started: QueueMode | undefined;
	let cluster: QueueMode;

	beforeAll(async () => {
		started = await QueueMode.start({ packed: packedPackage() });
		cluster = started;
	});

	afterAll(async () => {
		await started?.close();
	});

	it('an image that a webhook process takes becomes its video in a worker', async () => {
		const workflow = imageWebhook(cluster, 'one');
		const id = await cluster.executions.createWorkflow(workflow, true);
		const image = await numberedImage(cluster, 1);
		await postImage(cluster, 'webhook', 'one', { image, prompt: 'A breeze' });
		const [ended] = await allEnded(cluster, id, 1);
		const execution = await cluster.executions.get(ended?.id ?? '');

		expect(execution.status).toBe('success');
		const item = execution.data.resultData.runData[GENERATE]?.[0]?.data?.main[0]?.[0];
		const fileId = item?.binary?.data?.id ?? '';
		expect(fileId).toMatch(/^database:/);
		const video = await cluster.executions.file(fileId);
		expect(video.equals(tinyVideo(image.sha256, VIDEO_BYTES))).toBe(true);
	});

	it('a manual run is made by a worker', async () => {
		const generate = generateNode(cluster, {
			parameters: { imageSource: 'url', imageUrl: 'https://images.example/1.png' },
		});
		const workflow = chain('by hand', [manualTrigger, generate]);
		const id = await cluster.executions.createWorkflow(workflow);
		const ended = await cluster.executions.ended(await cluster.executions.run(id, TRIGGER));

		expect(ended.data.resultData.error).toBeUndefined();
		expect(ended.status).toBe('success');
		const logs = await Promise.all([cluster.log('worker 1'), cluster.log('worker 2')]);
		expect(logs.join('\n')).toContain(`is asked for a video: "by hand - execution ${ended.id} `);
		expect(await cluster.log('main')).not.toContain('is asked for a video');
	});

	describe('60 executions at once', () => {
		const COUNT = 60;
		const RETRIES_AT_ONCE = 6;
		const PATH = 'sixty';
		let workflowId: string;
		/** What they ask for, one each. */
		const prompts = numbers(COUNT).map((number) => `${LONG}: ${number}`);

		/** The prompts of the create requests that the API has carried out. */
		const created = () => promptsOf(cluster).filter((prompt) => prompts.includes(prompt));

		beforeAll(async () => {
			workflowId = await cluster.executions.createWorkflow(imageWebhook(cluster, PATH), true);
			const images = await Promise.all(
				prompts.map(async (_, number) => await numberedImage(cluster, number)),
			);
			await Promise.all(
				images.map(async (image, number) => {
					const prompt = prompts[number] ?? '';
					await postImage(cluster, number % 2 === 0 ? 'webhook' : 'main', PATH, { image, prompt });
				}),
			);
			await until('60 create requests', async () =>
				Promise.resolve(created().length >= COUNT ? true : undefined),
			);
		});

		it('each has asked for its own video, once', () => {
			expect(created().sort()).toEqual([...prompts].sort());
		});

		it('each has its mark in the database, although two workers write to one row', async () => {
			// A mark says when its execution began, in milliseconds: those of one moment share it.
			const began = [...(await beganAt(cluster, workflowId)).values()];
			expect(began).toHaveLength(COUNT);
			const moments = new Set(began).size;
			// A worker that is kept waiting may wipe out those of the other: they are written again.
			const marks = await until('all marks', async () => {
				const all = await marksOf(cluster, workflowId);
				return all.length >= moments ? all : undefined;
			});

			expect(new Set(marks).size).toBe(moments);
			expect(marks).toHaveLength(moments);
		});

		it('everything is killed and comes back without memory: a retry of each asks for nothing', async () => {
			await killEverything(cluster);
			const ended = await allEnded(cluster, workflowId, COUNT);
			const retries = await mapConcurrently(ended, RETRIES_AT_ONCE, async ({ id }) => {
				const outcome = await cluster.executions.retry(id);
				const retried = await cluster.executions.ended('id' in outcome ? outcome.id : 'refused');
				return { status: retried.status, message: retried.data.resultData.error?.message };
			});

			expect(ended.map(({ status }) => status)).toEqual(prompts.map(() => 'crashed'));
			expect(created().sort()).toEqual([...prompts].sort());
			for (const retry of retries) {
				expect(retry).toEqual({
					status: 'error',
					message: expect.stringContaining('may have created videos') as string,
				});
			}
		});
	});

	it('executions that share a plan with room for 5 videos all succeed', async () => {
		const COUNT = 15;
		const workflow = imageWebhook(cluster, 'shared', { plan: 'pro' });
		const workflowId = await cluster.executions.createWorkflow(workflow, true);
		const prompts = numbers(COUNT).map((number) => `2 s: shared ${number}`);
		await Promise.all(
			prompts.map(async (prompt, number) => {
				const image = await numberedImage(cluster, number);
				await postImage(cluster, 'webhook', 'shared', { image, prompt });
			}),
		);
		const ended = await allEnded(cluster, workflowId, COUNT);

		expect(ended.map(({ status }) => status)).toEqual(prompts.map(() => 'success'));
		expect(
			promptsOf(cluster)
				.filter((prompt) => prompts.includes(prompt))
				.sort(),
		).toEqual([...prompts].sort());
	});

	it('of two processes that claim the same in the same moment, exactly one gets it', async () => {
		const nodeId = randomUUID();
		const workflowId = await cluster.executions.createWorkflow(chain('claims', [manualTrigger]));
		const rounds = 6;
		const [first = [], second = []] = await claimsOf(cluster, {
			workflowId,
			nodeId,
			processes: 2,
			rounds,
		});

		expect(first).toHaveLength(rounds);
		expect(second).toEqual(first.map((isMine) => !isMine));
	});

	it('60 events at once, a third of them copies, at two processes: each is handed on once', async () => {
		const copies = numbers(40).map((number) => (number < 4 ? 3 : number < 16 ? 2 : 1));
		const deliveries = deliveriesOf(copies);
		const trigger = await createTriggerTarget(cluster);
		const delivered = await deliver(cluster, trigger, deliveries);
		await allEnded(cluster, trigger.workflowId, copies.length);

		expect(delivered).toHaveLength(60);
		expect(delivered.map(({ answers }) => answers.at(-1)?.status)).toEqual(
			deliveries.map(() => 200),
		);
		expect((await handedOn(cluster, trigger)).sort()).toEqual(
			[...new Set(deliveries.map(({ id }) => id))].sort(),
		);
	});

	describe('a worker dies while executions stand at different stages', () => {
		const STAGES = ['before', 'creating', 'waiting', 'downloading'] as const;

		/** No video is asked for twice, and no id is told nowhere. */
		function expectNothingLost(deaths: readonly Death[]): void {
			for (const death of deaths) {
				expect(death).toMatchObject({ createsInAll: death.creates });
				expect(death.creates).toBeLessThanOrEqual(1);
				if (death.creates === 1) expect(death.idIn).not.toEqual([]);
			}
		}

		it('kill -9, and it is started again: a retry asks for nothing, and the log has the ids', async () => {
			const deaths = await letDie(cluster, 'workerKilled', STAGES);

			expectNothingLost(deaths);
			expect(deaths.map(({ creates }) => creates)).toEqual([0, 1, 1, 1]);
			for (const death of deaths) {
				// By the worker's own notes, or by Redis, whichever n8n looks at first.
				expect(['crashed', 'error']).toContain(death.status);
				expect(death.delivered).toBe(false);
			}
			const [, , waiting, downloading] = deaths;
			expect(waiting?.idIn).toContain("the worker's log");
			expect(downloading?.idIn).toContain("the worker's log");
		});

		it('SIGTERM, with a grace above the longest video: all are delivered', async () => {
			const deaths = await letDie(cluster, 'workerPatient', STAGES);

			expectNothingLost(deaths);
			for (const death of deaths) {
				expect(death).toMatchObject({ status: 'success', creates: 1, delivered: true });
			}
		});
	});
});

function numbers(count: number): number[] {
	return Array.from({ length: count }, (_, number) => number);
}

/** Of every create request that the API has carried out. */
function promptsOf(cluster: QueueMode): string[] {
	return cluster.api.projects.map(({ body }) => body.style?.prompt ?? '');
}
