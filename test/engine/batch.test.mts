import type { EngineRun } from '../../tools/engine/engine.mts';
import { HELD, holdVideos } from '../support/engine/held-videos.mts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';

const videos = holdVideos();
let lab: Lab;
let onPoll = (): void => undefined;

beforeAll(async () => {
	lab = await openLab({
		...videos.options,
		onRequest: ({ kind }) => {
			if (kind === 'poll') onPoll();
		},
	});
});

afterEach(() => {
	onPoll = () => undefined;
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const NO_DOWNLOAD = { downloadVideo: false };

/** Items with an image each, all different. */
const different = (count: number) =>
	Array.from({ length: count }, (_, n) => imageItem(png(320 + 2 * n, 180), { n }));

const same = (count: number) =>
	Array.from({ length: count }, (_, n) => imageItem(undefined, { n }));

const requestsOf = (kind: string) => lab.api.requests.filter((request) => request.kind === kind);

/** The most projects that were unfinished at the same time, by the server's own clock. */
function mostAtATime(): number {
	const { projects } = lab.api;
	const unfinishedAt = (time: number) =>
		projects.filter(({ createdAt, endsAt }) => createdAt <= time && time < endsAt).length;
	return Math.max(...projects.map(({ createdAt }) => unfinishedAt(createdAt)));
}

/**
 * Finishes held videos only once so many have been unfinished at the same time, and whenever the node has asked twice for
 * each that is unfinished: by then it has begun all that it begins before one is finished.
 */
function finishWhenAtATime(count: number): void {
	let most = 0;
	onPoll = () => {
		const asked = requestsOf('poll').map(({ projectId }) => projectId);
		const unfinished = lab.api.projects.filter(({ status }) => status !== 'complete');
		most = Math.max(most, unfinished.length);
		const waitedFor = unfinished.filter(({ id }) => asked.indexOf(id) < asked.lastIndexOf(id));
		if (most >= count && waitedFor.length === unfinished.length) videos.finish();
	};
}

describe('uploads', () => {
	it('happen once for the same bytes, however many items have them', async () => {
		const run = await lab.run({ waitForCompletion: false }, { items: same(6) });

		expect(run.error).toBeUndefined();
		expect(requestsOf('upload')).toHaveLength(1);
		expect(requestsOf('upload-urls')).toHaveLength(1);
		const paths = lab.creates().map(({ assets }) => assets.image_file_path);
		expect(paths).toHaveLength(6);
		expect(new Set(paths).size).toBe(1);
	});

	it('get their URLs many at a time', async () => {
		const run = await lab.run({ waitForCompletion: false }, { items: different(12) });

		expect(run.error).toBeUndefined();
		expect(requestsOf('upload')).toHaveLength(12);
		expect(requestsOf('upload-urls')).toHaveLength(1);
		const paths = lab.creates().map(({ assets }) => assets.image_file_path);
		expect(new Set(paths).size).toBe(12);
	});
});

describe('Concurrent Projects', () => {
	it.each([
		[1, 1],
		[4, 4],
	])('%s: no more than %d unfinished at the server', async (concurrentProjects, most) => {
		finishWhenAtATime(most);
		const parameters = { ...NO_DOWNLOAD, prompt: HELD, options: { concurrentProjects } };
		const run = await lab.run(parameters, { items: same(6) });

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.map(({ json }) => json.status)).toEqual(Array(6).fill('complete'));
		expect(lab.api.projects).toHaveLength(6);
		expect(mostAtATime()).toBe(most);
	});

	it('more than the plan has room for: every item is delivered all the same, in order', async () => {
		finishWhenAtATime(3);
		const parameters = {
			...NO_DOWNLOAD,
			prompt: HELD,
			projectName: '=Film {{ $json.n }}',
			// Default reads the account, which tells what there is room for.
			model: { __rl: true, mode: 'list', value: 'kling-3.0' },
			options: { concurrentProjects: 8 },
		};
		const run = await lab.run(parameters, { items: same(8), apiKey: lab.api.keys.creator });

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.map(({ json }) => json.name)).toEqual(
			Array.from({ length: 8 }, (_, n) => `Film ${n}`),
		);
		expect(lab.api.projects).toHaveLength(8);
		expect(mostAtATime()).toBe(3);
		expect(requestsOf('create').some(({ status }) => status === 429)).toBe(true);
	});

	it.each([0, 51, 'many'])('%s is refused before any request', async (concurrentProjects) => {
		const run = await lab.run({ options: { concurrentProjects } });

		expect(run.error?.message).toContain('Concurrent Projects: must be a number from 1 to 50');
		expect(lab.api.requests).toHaveLength(0);
	});
});

describe('Max Credits Per Run', () => {
	/** kling-3.0, 5 s at 720p: 5 x 48. */
	const KLING = { model: { __rl: true, mode: 'id', value: 'kling-3.0' }, waitForCompletion: false };
	const limited = (maxCreditsPerRun: number) => ({ ...KLING, options: { maxCreditsPerRun } });

	it('lets a run through that costs just as much', async () => {
		const run = await lab.run(limited(720), { items: same(3) });

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(3);
	});

	it('refuses the whole run before any request when the sum is higher', async () => {
		const run = await lab.run(limited(719), { items: same(3) });

		expect(run.error?.message).toContain('3 videos are estimated at 720 credits together; 719 are');
		expect(lab.api.requests).toHaveLength(0);
	});

	it('says so in every item where the node goes on with errors', async () => {
		const run = await lab.run(limited(719), { items: same(3), onError: 'continueErrorOutput' });

		expect(run.output[0]).toEqual([]);
		expect(run.output[1]?.map(({ json }) => json.error)).toEqual(
			Array(3).fill(expect.stringContaining('Max Credits Per Run')),
		);
		expect(lab.api.requests).toHaveLength(0);
	});

	it.each(['maxCredits', 'maxCreditsPerRun'])(
		'%s without a value is no missing limit',
		async (option) => {
			const options = { [option]: '={{ $json.budget }}' };
			const run = await lab.run({ ...KLING, options });

			expect(run.error?.message).toMatch(/^Max Credits.*: must be a number .* nothing was given/);
			expect(lab.api.requests).toHaveLength(0);
		},
	);

	it('refuses a run whose cost is not known', async () => {
		const model = { __rl: true, mode: 'id', value: 'ltx-2.5' };
		const run = await lab.run({ ...limited(100_000), model });

		expect(run.error?.message).toContain('the cost of item 0 is not known');
		expect(lab.api.requests).toHaveLength(0);
	});

	it('does not count a video again that an earlier try has paid for', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
		const run = await lab.run(
			{ ...limited(240), waitForCompletion: true, ...NO_DOWNLOAD },
			{ items: same(1), ...retry },
		);

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
	});
});

describe('when an item fails and the workflow stops', () => {
	const said = ({ error }: EngineRun): string => `${error?.message} ${error?.description}`;

	it('nothing new is begun, and the projects of the others are named', async () => {
		lab.api.setFault('poll', { status: 403, body: { message: 'No' } }, 1);
		const parameters = { ...NO_DOWNLOAD, options: { concurrentProjects: 3 } };
		const run = await lab.run(parameters, { items: same(9) });

		const ids = lab.api.projects.map(({ id }) => id);
		expect(ids.length).toBeLessThan(9);
		expect(run.error?.message).toMatch(/\[item \d\]$/);
		for (const id of ids) expect(said(run)).toContain(id);
	});

	it('the project is named whose request was answered after the failure', async () => {
		// Bytes per second: the answer takes longer than the other item's first look.
		lab.api.setFault('create', { drip: 60 }, 1);
		lab.api.setFault('poll', { status: 403, body: { message: 'No' } });
		const run = await lab.run(NO_DOWNLOAD, { items: same(2) });

		const [late, failing] = lab.api.projects.map(({ id }) => id);
		expect(run.error?.message).toContain(failing);
		expect(run.error?.description).toContain(`Other videos of this run exist at Magic Hour`);
		expect(run.error?.description).toContain(late);
	});

	it('requests of which nobody knows what became of them are named', async () => {
		lab.api.setFault('create', { hang: 'after' });
		const run = await lab.run(NO_DOWNLOAD, { items: same(3) });

		const names = lab.creates().map(({ name }) => String(name));
		expect(names).toHaveLength(3);
		expect(run.error?.description).toContain('Nobody knows whether these were created');
		for (const name of names) expect(said(run)).toContain(`"${name}"`);
	});
});
