import { packedPackage } from '../../tools/n8n/packed-package.mts';
import { GENERATE, manualTrigger, chain, TRIGGER } from '../../tools/n8n/lab-workflow.mts';
import {
	allEnded,
	generateNode,
	imageWebhook,
	numberedImage,
	postImage,
} from '../../tools/queue-mode/burst.mts';
import { QueueMode, VIDEO_BYTES } from '../../tools/queue-mode/queue-mode.mts';
import { tinyVideo } from '../../tools/queue-mode/tiny-videos.mts';

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
});
