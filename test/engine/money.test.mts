import type { IExecuteFunctions } from 'n8n-workflow';

import { MagicHourVideoApi } from '../../credentials/MagicHourVideoApi.credentials.ts';
import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import type { EngineRun } from '../../tools/engine/engine.mts';
import { HELD, holdVideos } from '../support/engine/held-videos.mts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';
import { runLoop } from '../support/engine/loop-run.mts';
import { untilRequested } from '../support/engine/until-requested.mts';

/** The video is not finished when the wait ends. */
const SHORT = { prompt: HELD, options: { timeout: 15 } };

const videos = holdVideos();
let lab: Lab;

beforeAll(async () => {
	lab = await openLab(videos.options);
});

afterEach(() => {
	jest.restoreAllMocks();
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };
const NO_WAIT = { waitForCompletion: false };
const ONCE_NOT_FOUND = { status: 404, body: { message: 'Not yet' } };

const model = (value: string) => ({ __rl: true, mode: 'list', value });
/** 24 credits a second. */
const CHEAP = { model: model('ltx-2.3'), resolution: '480p' };

/** Whenever n8n calls the node, all videos that it has begun before are finished. */
function finishBetweenTries(): void {
	const execute = Reflect.get(ImageToVideo.prototype, 'execute');
	jest.spyOn(ImageToVideo.prototype, 'execute').mockImplementation(async function (
		this: IExecuteFunctions,
	) {
		videos.finish();
		return await execute.call(this);
	});
}

const told = ({ error }: EngineRun): string =>
	`${error?.message ?? ''}\n${error?.description ?? ''}`;

const isVideo = async (run: EngineRun, item = 0): Promise<boolean> =>
	(await run.binary(item, 'data')).toString('latin1', 4, 8) === 'ftyp';

describe('Retry On Fail', () => {
	beforeEach(finishBetweenTries);

	it('goes on with the project of an item whose wait has timed out', async () => {
		const run = await lab.run(SHORT, RETRY);

		expect(run.error).toBeUndefined();
		expect(await isVideo(run)).toBe(true);
		expect(lab.api.projects.map(({ id }) => id)).toEqual([textOf(run, 'id')]);
		expect(lab.creates()).toHaveLength(1);
	});

	it('says that nothing was charged again', async () => {
		const run = await lab.run(SHORT, RETRY);

		const hints = run.hints.map(({ message }) => message).join('\n');
		expect(hints).toContain(textOf(run, 'id'));
		expect(hints).toMatch(/nothing was charged again/);
	});

	it('goes on with the projects of all items, each with its own', async () => {
		const items = [0, 1, 2].map((n) => imageItem(png(320, 180, n), { name: `Film ${n}` }));
		const run = await lab.run({ ...SHORT, projectName: '={{ $json.name }}' }, { ...RETRY, items });

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(3);
		const made = new Map(lab.api.projects.map(({ id, name }) => [name, id]));
		expect(run.output[0]?.map(({ json }) => [json.name, json.id])).toEqual(
			['Film 0', 'Film 1', 'Film 2'].map((name) => [name, made.get(name)]),
		);
	});

	it('goes on with the project after its download has failed', async () => {
		// Each try of the node gives a download four chances.
		lab.api.setFault('download', { status: 503, body: { message: 'Busy' } }, 5);
		const run = await lab.run({}, RETRY);

		expect(run.error).toBeUndefined();
		expect(await isVideo(run)).toBe(true);
		expect(lab.creates()).toHaveLength(1);
	});

	it('goes on with the project when an expression names another image in the next try', async () => {
		lab.api.setFault('poll', ONCE_NOT_FOUND, 1);
		const [first, second] = [png(320, 180, 1), png(320, 180, 2)];
		const file = (data: Buffer) => ({ data, mimeType: 'image/png', fileName: 'picture.png' });
		const items = [{ json: {}, binary: { first: file(first), second: file(second) } }];
		// The first try leaves a project in the custom data of the execution.
		const field = "={{ $execution.customData.get('magic_hour_projects') ? 'second' : 'first' }}";
		const run = await lab.run({ binaryPropertyName: field }, { ...RETRY, items });

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(1);
		expect(textOf(run, 'id')).toBe(lab.api.projects[0]?.id);
		expect(run.hints.map(({ message }) => message).join()).toMatch(
			/The fields had other values then/,
		);
	});

	it('goes on with the project when an expression gives another duration in the next try', async () => {
		lab.api.setFault('poll', ONCE_NOT_FOUND, 1);
		const duration = "={{ $execution.customData.get('magic_hour_projects') ? 4 : 3 }}";
		const run = await lab.run({ ...CHEAP, duration }, RETRY);

		expect(run.error).toBeUndefined();
		expect(lab.creates().map(({ end_seconds: seconds }) => seconds)).toEqual([3]);
	});

	it('makes no new project when only how to wait has changed in between', async () => {
		const timeout = "={{ $execution.customData.get('magic_hour_projects') ? 600 : 15 }}";
		const run = await lab.run({ prompt: HELD, options: { timeout } }, { ...RETRY, maxTries: 2 });

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
	});

	it('creates only the project of the item that was refused', async () => {
		const items = [0, 1, 2].map((n) => imageItem(png(320, 180, n), { n }));
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		const run = await lab.run(
			{ ...NO_WAIT, options: { concurrentProjects: 3 } },
			{ ...RETRY, items },
		);

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(3);
		expect(new Set(run.output[0]?.map(({ json }) => json.id)).size).toBe(3);
	});

	it('does not send the request of one item again whose fate is not known, and keeps the projects of the others', async () => {
		const items = [0, 1, 2].map((n) => imageItem(png(320, 180, n), { n }));
		lab.api.setFault('create', { reset: 'after' }, 1);
		const run = await lab.run({}, { ...RETRY, items, onError: 'continueRegularOutput' });

		expect(lab.creates()).toHaveLength(3);
		expect(lab.api.projects).toHaveLength(3);
		const failures = run.output[0]?.filter(({ json }) => typeof json.error === 'string') ?? [];
		expect(failures).toHaveLength(1);
		expect(JSON.stringify(failures[0]?.json)).toMatch(/may have been created/);
	});
});

describe('a timed-out item', () => {
	it('says its id, and Get with Wait for Completion resumes it', async () => {
		const failed = await lab.run(SHORT);
		const [project] = lab.api.projects;
		expect(told(failed)).toContain(project?.id);
		expect(told(failed)).toMatch(/still (draft|queued|rendering)/);
		expect(told(failed)).toMatch(/\bGet operation\b/);

		const looks = lab.kinds().filter((kind) => kind === 'poll').length;
		const { result } = lab.start({
			operation: 'get',
			projectId: project?.id ?? '',
			waitForCompletion: true,
		});
		await untilRequested(lab, 'poll', looks + 1);
		videos.finish();
		const run = await result;
		expect(run.error).toBeUndefined();
		expect(await isVideo(run)).toBe(true);
		expect(lab.creates()).toHaveLength(1);
	});

	it('is not waited for much longer than its timeout', async () => {
		const run = await lab.run(SHORT);

		expect(told(run)).toMatch(/still (draft|queued|rendering)/);
		// Up to 15 s there are 12 looks, of which slow answers leave some out, and one is when the time is over.
		const looks = lab.kinds().filter((kind) => kind === 'poll').length;
		expect(looks).toBeLessThanOrEqual(13);
	});
});

describe('the same node run again by a loop', () => {
	const NODE_NAME = 'n8n-nodes-magic-hour.imageToVideo';
	const subject = {
		node: new ImageToVideo(),
		credential: new MagicHourVideoApi(),
	};

	/** The node in three rounds with the same items, which have no files to be lost on the way. */
	async function rounds(parameters: object = {}, settings: object = {}, nodeName = NODE_NAME) {
		const path = textOf(await lab.run({ operation: 'uploadImage' }), 'file_path');
		return await runLoop({
			subject: { ...subject, nodeName },
			credentials: { apiKey: lab.api.keys.business, baseUrl: lab.api.url },
			parameters: { imageSource: 'filePath', imageFilePath: path, ...parameters },
			settings,
			items: [{ n: 0 }, { n: 1 }],
			rounds: 3,
		});
	}

	const ids = (tasks: Awaited<ReturnType<typeof rounds>>) =>
		tasks.map(({ data }) => data?.main?.[0]?.map(({ json }) => json.id));

	/** The project that a round created for an item, by its name: in which order they come is a matter of chance. */
	const created = (round: number, item: number) => {
		const run = round === 0 ? '' : ` - run ${round}`;
		const name = `Loop test - execution loop${run} - item ${item}`;
		return lab.api.projects.find((project) => project.name === name)?.id ?? `no "${name}"`;
	};

	it('makes new projects in every round', async () => {
		const tasks = await rounds(NO_WAIT);

		expect(tasks.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
		expect(new Set(ids(tasks).flat()).size).toBe(6);
		expect(lab.creates()).toHaveLength(6);
	});

	it('with Retry On Fail, goes on with the projects of its own round', async () => {
		finishBetweenTries();
		const tasks = await rounds(SHORT, RETRY);

		expect(tasks.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
		expect(ids(tasks)).toEqual([0, 1, 2].map((round) => [created(round, 0), created(round, 1)]));
		expect(lab.creates()).toHaveLength(6);
	});

	it('goes on with the projects of failed items, and makes new ones for those that were handed on', async () => {
		finishBetweenTries();
		const tasks = await rounds(SHORT, { onError: 'continueRegularOutput' });

		const [first, second] = [created(0, 0), created(0, 1)];
		const items = tasks.map(({ data }) => data?.main?.[0]?.map(({ json }) => json));
		expect(items[0]?.map((json) => json.project_id)).toEqual([first, second]);
		expect(items[1]?.map(({ id, status }) => [id, status])).toEqual([
			[first, 'complete'],
			[second, 'complete'],
		]);
		expect(items[2]?.map((json) => json.project_id)).toEqual([created(2, 0), created(2, 1)]);
		expect(lab.creates()).toHaveLength(4);
	});

	it('never repeats a request whose fate is not known', async () => {
		lab.api.setFault('create', { reset: 'after' }, 2);
		const tasks = await rounds(NO_WAIT, { onError: 'continueRegularOutput' });

		const errors = tasks.map(({ data }) => data?.main?.[0]?.map(({ json }) => json.error));
		expect(errors.flat()).toEqual(Array(6).fill(expect.stringMatching(/may have been created/)));
		expect(lab.creates()).toHaveLength(2);
	});

	it('asks again for what failed at Magic Hour and was refunded', async () => {
		lab.api.setOutcome({ status: 'error', code: 'unknown_error', message: 'Try again' });
		await rounds({}, { onError: 'continueRegularOutput' });

		expect(lab.creates()).toHaveLength(6);
	});

	it('is under one limit of credits in all rounds, where an AI agent calls it as a tool', async () => {
		const parameters = { ...CHEAP, ...NO_WAIT, options: { maxCreditsPerRun: 600 } };
		// Two videos of 120 credits in each round.
		const calls = await rounds(parameters, {}, `${NODE_NAME}Tool`);
		expect(calls.map(({ error }) => error?.message)).toEqual([
			undefined,
			undefined,
			expect.stringMatching(
				/^Max Credits Per Run: 2 videos are estimated at 240 credits together, and other calls at 480; 600 are allowed.* \[MAGIC_HOUR_CREDIT_LIMIT\]$/,
			),
		]);
		expect(lab.creates()).toHaveLength(4);

		lab.api.reset();
		const runs = await rounds(parameters);
		expect(runs.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
		expect(lab.creates()).toHaveLength(6);
	});

	it('gives the projects of the rounds names that tell them apart', async () => {
		await rounds(NO_WAIT);

		expect(new Set(lab.creates().map(({ name }) => name)).size).toBe(6);
	});
});

describe('Max Credits Per Run', () => {
	const items = [0, 1, 2].map((n) => imageItem(png(320, 180, n), { n }));
	/** 5 s at 24 credits a second, three times. */
	const SUM = 360;

	it('makes no request when the cost of one item is not known', async () => {
		const parameters = {
			model: { __rl: true, mode: 'id', value: "={{ $json.n === 1 ? 'ltx-2.5' : 'ltx-2.3' }}" },
			resolution: '480p',
			options: { maxCreditsPerRun: 100_000 },
		};
		const run = await lab.run(parameters, { items });

		expect(told(run)).toMatch(/item 1/);
		expect(told(run)).toMatch(/not known/);
		expect(lab.api.requests).toHaveLength(0);
	});

	it('goes by the smallest limit when the items have different ones', async () => {
		const maxCreditsPerRun = `={{ $json.n === 2 ? ${SUM - 1} : 100000 }}`;
		const run = await lab.run({ ...CHEAP, options: { maxCreditsPerRun } }, { items });

		expect(told(run)).toContain(String(SUM - 1));
		expect(lab.api.requests).toHaveLength(0);
	});
});
