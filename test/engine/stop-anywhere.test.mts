import type { INodeParameters, INodeType } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault, RequestKind } from '../../local-api/server.mts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { untilRequested } from '../support/engine/until-requested.mts';

/** Each has an image to upload. */
const NODES: Array<[string, { node?: INodeType; parameters: INodeParameters }]> = [
	['Image To Video', { parameters: {} }],
	[
		'Text To Video',
		{
			node: new TextToVideo(),
			parameters: {
				prompt: '@bottle on a table',
				model: { __rl: true, mode: 'list', value: 'kling-3.0' },
				duration: 3,
				referenceImages: { reference: [{ name: 'bottle', binaryPropertyName: 'data' }] },
			},
		},
	],
];

/** The request is under way when the execution is stopped, or a wait for the next try. */
const UNDER_WAY: [string, Fault][] = [
	['no answer comes', { hang: 'after' }],
	['an answer drips in', { drip: 1 }],
	[
		'it is to be repeated in a minute',
		{ status: 429, body: { message: 'Slow down' }, headers: { 'retry-after': '60' } },
	],
];

const KINDS: RequestKind[] = ['upload-urls', 'upload', 'create', 'poll', 'download'];

describe.each(NODES)('%s', (_, { node, parameters }) => {
	let lab: Lab;

	beforeAll(async () => {
		// In real time, and a job is over at once.
		lab = await openLab({ inRealTime: true, jobSeconds: 0, node });
	});

	afterEach(() => {
		lab.api.reset();
	});

	afterAll(async () => {
		await lab.close();
	});

	describe.each(UNDER_WAY)('stopping while %s', (__, fault) => {
		// Once the request that pays is sent, its answer is waited for: see below.
		it.each(KINDS.filter((kind) => kind !== 'create' || 'status' in fault))(
			'to %s: ends within a second, no request follows, no project is lost',
			async (kind) => {
				lab.api.setFault(kind, fault);
				const { result, cancel } = lab.start(parameters);
				await untilRequested(lab, kind);
				await sleep(100);
				const stoppedAt = Date.now();
				cancel();
				const run = await result;

				expect(Date.now() - stoppedAt).toBeLessThan(1_000);
				const requests = lab.api.requests.length;
				await sleep(1_200);
				expect(lab.api.requests).toHaveLength(requests);
				const { projects } = lab.api;
				expect(projects).toHaveLength(kind === 'poll' || kind === 'download' ? 1 : 0);
				const kept = JSON.stringify(run.contextData);
				expect(projects.filter(({ id }) => !kept.includes(id))).toEqual([]);
			},
		);
	});

	it.each<[string, Fault]>([
		['its answer begins later', { late: 400 }],
		['its answer comes slowly', { drip: 100 }],
	])(
		'stopping while a video is asked for, and %s: its project is named everywhere',
		async (__, fault) => {
			lab.api.setFault('create', fault);
			const { result, cancel } = lab.start(parameters);
			await untilRequested(lab, 'create');
			await sleep(100);
			cancel();
			const run = await result;
			await sleep(1_200);

			expect(lab.kinds()).toEqual(['upload-urls', 'upload', 'create']);
			const [project] = lab.api.projects;
			const id = project?.id ?? 'no project';
			expect(`${run.error?.message ?? ''} ${run.error?.description ?? ''}`).toContain(id);
			expect(JSON.stringify(run.contextData)).toContain(id);
			expect(run.visible).toContain(`Magic Hour is asked for a video: "${project?.name ?? ''}"`);
			expect(run.visible).toContain(`Magic Hour project ${id} was created`);
			expect(run.data.resultData.metadata?.magic_hour_projects).toBe(id);
		},
	);

	it('a failed item does not give up the answer to another one', async () => {
		lab.api.setFault('create', { late: 400 }, 1);
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		const run = await lab.run(parameters, { items: [imageItem(), imageItem()] });

		expect(lab.kinds().filter((kind) => kind === 'create')).toHaveLength(2);
		const [project] = lab.api.projects;
		expect(run.error?.description).toContain(project?.id ?? 'no project');
	});

	it('stopping a batch names every project that exists', async () => {
		lab.api.setFault('poll', { hang: 'before' });
		const items = [0, 1, 2, 3].map((n) => imageItem(png(320, 180, n), { n }));
		const { result, cancel } = lab.start(
			{ ...parameters, options: { concurrentProjects: 3 } },
			{ items },
		);
		await untilRequested(lab, 'poll', 3);
		cancel();
		const run = await result;

		const ids = lab.api.projects.map(({ id }) => id);
		expect(ids).toHaveLength(3);
		const said = `${run.error?.message ?? ''} ${run.error?.description ?? ''}`;
		expect(ids.filter((id) => !said.includes(id))).toEqual([]);
		const kept = JSON.stringify(run.contextData);
		expect(ids.filter((id) => !kept.includes(id))).toEqual([]);
	});
});
