import { HELD, holdVideos } from '../support/engine/held-videos.mts';
import { imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab(holdVideos().options);
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const items = (count: number) => Array.from({ length: count }, () => imageItem());
const messages = ({ hints }: { hints: readonly { message: string }[] }) =>
	hints.map(({ message }) => message);

describe('the note after a run', () => {
	it('says what was charged against the estimate, and how long it took', async () => {
		const run = await lab.run({});

		expect(messages(run)).toEqual([
			expect.stringMatching(
				/^1 video in (\d+ min )?\d+ s: 240 credits charged \(estimated 240\)\.$/,
			),
		]);
		expect(run.hints[0]?.location).toBe('outputPane');
	});

	it('is one for many videos', async () => {
		const run = await lab.run({}, { items: items(3) });

		expect(messages(run)).toEqual([
			expect.stringMatching(/^3 videos in .* s: 720 credits charged \(estimated 720\)\.$/),
		]);
	});

	it('counts the videos that were made, not the items that failed', async () => {
		const good = imageItem();
		const bad = { json: {} };
		const run = await lab.run({}, { items: [good, bad, good], onError: 'continueErrorOutput' });

		expect(run.output[1]).toHaveLength(1);
		expect(messages(run)).toEqual([
			expect.stringMatching(/^2 videos in .* s: 480 credits charged /),
		]);
	});

	it('is not there when no item could begin', async () => {
		const run = await lab.run({}, { items: [{ json: {} }], onError: 'continueRegularOutput' });

		expect(messages(run)).toEqual([]);
	});

	it('is not in the output', async () => {
		const run = await lab.run({});

		expect(JSON.stringify(run.output[0]?.[0]?.json)).not.toMatch(/credits charged|estimated /);
	});

	it('says which video is still rendering when nobody waited', async () => {
		const run = await lab.run({ waitForCompletion: false });

		expect(messages(run)).toEqual([
			`1 video begun: 240 credits charged (estimated 240). Still rendering: project ${textOf(run, 'id')}. ` +
				'Use the Get operation with this project ID to get the video.',
		]);
	});

	it('lists a few of many videos that are still rendering', async () => {
		const run = await lab.run({ waitForCompletion: false }, { items: items(7) });

		expect(messages(run)).toHaveLength(1);
		expect(messages(run)[0]).toMatch(
			/^7 videos begun: 1680 credits charged .* Still rendering: projects (\w+, ){4}\w+ and 2 more\./,
		);
	});
});

describe('Get', () => {
	it('says which video is still rendering when nobody waits', async () => {
		const begun = await lab.run({ waitForCompletion: false, prompt: HELD });
		const projectId = textOf(begun, 'id');
		const run = await lab.run({ operation: 'get', projectId, waitForCompletion: false });

		expect(messages(run)).toEqual([
			expect.stringContaining(`Still rendering: project ${projectId}.`),
		]);
	});

	it('has nothing to say of a finished video', async () => {
		const projectId = textOf(await lab.run({ waitForCompletion: false }), 'id');
		const run = await lab.run({ operation: 'get', projectId });

		expect(messages(run)).toEqual([]);
	});
});
