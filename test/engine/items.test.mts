import type { INodeExecutionData } from 'n8n-workflow';

import type { EngineRun } from '../../tools/engine/engine.mts';
import { GIF } from '../../tools/engine/images.mts';
import { IMAGE, imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { KEEPS_FIRST_TRY } from '../../tools/engine/old-core.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const NO_WAIT = { waitForCompletion: false };
/** n8n's own wait between tries, in ms. */
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

const numbered = (count: number, image: (index: number) => Buffer = () => IMAGE) =>
	Array.from({ length: count }, (_, n) => imageItem(image(n), { n, name: `Film ${n}` }));

const pairs = (items: readonly INodeExecutionData[] | undefined) =>
	items?.map(({ pairedItem }) =>
		typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : pairedItem,
	);

const failed = (items: readonly INodeExecutionData[] | undefined) =>
	items?.map(({ json }) => typeof json.error === 'string');

const text = (item: INodeExecutionData | undefined): string => JSON.stringify(item?.json);

const sourceNumbers = ({ sources }: EngineRun) => sources.map((items) => items.map(({ n }) => n));

describe('several items', () => {
	it('come out in the order in which they went in, each with its own video', async () => {
		const parameters = {
			projectName: '={{ $json.name }}',
			duration: '={{ $json.n + 3 }}',
			model: { __rl: true, mode: 'list', value: 'ltx-2.3' },
			resolution: '480p',
		};
		const run = await lab.run(parameters, { items: numbered(3) });

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.map(({ json }) => [json.name, json.seconds])).toEqual([
			['Film 0', 3],
			['Film 1', 4],
			['Film 2', 5],
		]);
		expect(pairs(run.output[0])).toEqual([0, 1, 2]);
		expect(sourceNumbers(run)).toEqual([[0, 1, 2], []]);
		const videos = await Promise.all([0, 1, 2].map((item) => run.binary(item, 'data')));
		expect(new Set(videos.map((video) => video.toString('base64'))).size).toBe(3);
	});

	it('each have a project of their own, also when they are all the same', async () => {
		const run = await lab.run(NO_WAIT, { items: [imageItem(), imageItem(), imageItem()] });

		const ids = run.output[0]?.map(({ json }) => json.id);
		expect(new Set(ids).size).toBe(3);
		expect(lab.creates()).toHaveLength(3);
	});

	it('can be named apart in the library without a project name', async () => {
		await lab.run(NO_WAIT, { items: numbered(3) });

		expect(new Set(lab.creates().map(({ name }) => name)).size).toBe(3);
	});
});

describe('Continue', () => {
	const oneBad = numbered(3, (n) => (n === 1 ? GIF : IMAGE));

	it('puts the error in the place of the item', async () => {
		const run = await lab.run(NO_WAIT, { items: oneBad, onError: 'continueRegularOutput' });

		expect(run.status).toBe('success');
		expect(failed(run.output[0])).toEqual([false, true, false]);
		expect(text(run.output[0]?.[1])).toMatch(/GIF/);
		expect(pairs(run.output[0])).toEqual([0, 1, 2]);
		expect(sourceNumbers(run)).toEqual([[0, 1, 2], []]);
	});

	it('using error output sends the item there', async () => {
		const run = await lab.run(NO_WAIT, { items: oneBad, onError: 'continueErrorOutput' });

		expect(run.status).toBe('success');
		expect(failed(run.output[0])).toEqual([false, false]);
		expect(run.output[1]).toHaveLength(1);
		expect(text(run.output[1]?.[0])).toMatch(/GIF/);
		expect(pairs(run.output[1])).toEqual([1]);
		expect(sourceNumbers(run)).toEqual([[0, 2], [1]]);
	});

	it("says the API's error and the project's id there too", async () => {
		lab.api.setOutcome({ status: 'error', code: 'invalid_file_format', message: 'Not an image' });
		const run = await lab.run({}, { onError: 'continueErrorOutput' });

		const projectId = lab.api.projects[0]?.id ?? 'none';
		expect(run.output[1]?.[0]?.json).toEqual({
			error: `Project ${projectId} failed: Not an image (invalid_file_format)`,
			message: expect.stringContaining('refunded') as string,
		});
	});

	it('using error output sends the item there, also if there is little to say', async () => {
		const items = [{ ...imageItem(), json: { row: 7 } }];
		const run = await lab.run({ duration: 'long' }, { items, onError: 'continueErrorOutput' });

		expect(run.output.map((outputs) => outputs.length)).toEqual([0, 1]);
		expect(run.output[1]?.[0]?.json).toEqual({
			row: 7,
			error: expect.stringContaining('long was given') as string,
			message: expect.stringMatching(/./) as string,
		});
	});

	it('hands on the fields of the input beside the error', async () => {
		const items = [{ ...imageItem(), json: { row: 7 } }];
		const run = await lab.run(
			{ prompt: 'x', duration: 7, model: { __rl: true, mode: 'id', value: 'kling-2.6' } },
			{ items, onError: 'continueErrorOutput' },
		);

		expect(run.output[1]?.[0]?.json).toEqual({
			row: 7,
			error: expect.stringContaining('5 or 10 seconds') as string,
			message: expect.stringContaining('If Not Supported') as string,
		});
	});

	it('an item that the API refuses does not stop the others', async () => {
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		const run = await lab.run(NO_WAIT, { items: numbered(3), onError: 'continueErrorOutput' });

		expect(run.output.map((items) => items.length)).toEqual([2, 1]);
		expect(text(run.output[1]?.[0])).toMatch(/402/);
	});

	it('in the other operations keeps the pairing as well', async () => {
		const created = await lab.run(NO_WAIT);
		const items = [
			{ json: { id: 'cmnothere' } },
			{ json: { id: created.output[0]?.[0]?.json.id } },
		];
		for (const operation of ['get', 'delete']) {
			const run = await lab.run(
				{ operation, projectId: '={{ $json.id }}', ...NO_WAIT },
				{ items, onError: 'continueErrorOutput' },
			);
			expect(pairs(run.output[0])).toEqual([1]);
			expect(pairs(run.output[1])).toEqual([0]);
		}
	});
});

describe('Retry On Fail', () => {
	it('goes on with the project when the failure came after it was created', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const run = await lab.run({}, RETRY);

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
		expect(run.output[0]?.[0]?.json.id).toBe(lab.api.projects[0]?.id);
		expect((await run.binary(0, 'data')).toString('latin1', 4, 8)).toBe('ftyp');
	});

	it('makes no second project of an item whose neighbour failed', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const run = await lab.run({}, { ...RETRY, items: numbered(2) });

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(2);
		expect(new Set(run.output[0]?.map(({ json }) => json.id)).size).toBe(2);
	});

	it('tries a create request again that was refused', async () => {
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } }, 1);
		const run = await lab.run(NO_WAIT, RETRY);

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(2);
		expect(lab.api.projects).toHaveLength(1);
	});

	it('with Continue, tries the first item again and pays for none twice', async () => {
		// n8n tries again only when the first item has failed: this one alone waits, and so fails.
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const run = await lab.run(
			{ waitForCompletion: '={{ $json.n === 0 }}' },
			{ ...RETRY, items: numbered(3), onError: 'continueRegularOutput' },
		);

		expect(failed(run.output[0])).toEqual([KEEPS_FIRST_TRY, false, false]);
		expect(lab.kinds().filter((kind) => kind === 'poll').length).toBeGreaterThan(1);
		expect(lab.creates()).toHaveLength(3);
	});

	it.each([
		['the connection is lost after it', { reset: 'after' as const }],
		['the server stumbles', { status: 500, body: { message: 'Oops' }, after: true }],
	])('never sends a create request again whose fate is not known: %s', async (_, fault) => {
		lab.api.setFault('create', fault, 1);
		const run = await lab.run(NO_WAIT, RETRY);

		expect(run.error?.message).toMatch(/may have been created/);
		expect(lab.api.projects).toHaveLength(1);
	});

	it('goes on with the project when an expression says something else in the next try', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not yet' } }, 1);
		const run = await lab.run({ prompt: '={{ $now.toMillis() }}' }, RETRY);

		expect(run.error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
	});

	it('makes a new project when the first came to nothing', async () => {
		lab.api.setOutcome({ status: 'error', code: 'unknown_error', message: 'Something went wrong' });
		const run = await lab.run({}, { ...RETRY, maxTries: 2 });

		expect(run.error?.message).toContain('unknown_error');
		expect(lab.creates()).toHaveLength(2);
	});
});
