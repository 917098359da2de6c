import type { INodeParameters } from 'n8n-workflow';
import {
	findModel,
	MODELS,
	PLAN_DEFAULT,
	RESOLUTIONS,
	resolveModel,
	type Model,
	type Plan,
	type Resolution,
} from '../../nodes/shared/models/catalogue.ts';
import { MODELS as RULES, type ModelRules } from '../../local-api/models.mts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	// Jobs that do not end while the test runs: nothing has to be rendered.
	lab = await openLab({ jobSeconds: 1_000_000 });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

interface Combination {
	readonly model: string;
	readonly duration: number;
	readonly resolution: Resolution;
}

const everyCombination = (model: Model, id = model.id): Combination[] =>
	model.durations.flatMap((duration) =>
		model.resolutions.map((resolution) => ({ model: id, duration, resolution })),
	);

const FROM_THE_ITEM = {
	model: { __rl: true, mode: 'id', value: '={{ $json.model }}' },
	duration: '={{ $json.duration }}',
	resolution: '={{ $json.resolution }}',
};

const itemsOf = (combinations: readonly Combination[], image?: Buffer) =>
	combinations.map((combination) => imageItem(image, { ...combination }));

/** An image of a shape that the model takes. */
function imageFor({ imageShapes: [shape] = [] }: Model): Buffer | undefined {
	return shape && png(20 * shape[0], 20 * shape[1]);
}

/** What was created: items are worked on side by side, so in any order. */
const sent = () =>
	inOrder(
		lab.creates().map(({ model, end_seconds, resolution }) => ({
			model,
			duration: end_seconds,
			resolution,
		})),
	);

const inOrder = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).sort();

/** What the default makes on a plan. */
const defaultOn = (plan: Plan): Combination[] =>
	resolveModel(PLAN_DEFAULT.id, plan).models.flatMap((model) =>
		everyCombination(model, PLAN_DEFAULT.id),
	);

describe('every combination of the catalogue', () => {
	it.each(MODELS)('of $id is accepted by the node and by the API', async (model) => {
		await expectAccepted(everyCombination(model), { image: imageFor(model) });
	});

	it('of the default, as it is on paid plans, is accepted by the node and by the API', async () => {
		await expectAccepted(defaultOn('paid'));
	});

	it('of the default, as it is on the free plan, is accepted by the node', async () => {
		const combinations = defaultOn('free');
		const run = await lab.run(
			{ ...FROM_THE_ITEM, operation: 'estimateCredits' },
			{ items: itemsOf(combinations) },
		);

		expect(combinations.length).toBeGreaterThan(0);
		expect(run.output[0]).toHaveLength(combinations.length);
	});

	it("of the default, at the free plan's resolution, is accepted by the API with a free key", async () => {
		const combinations = defaultOn('free').filter(({ resolution }) => resolution === '480p');
		expect(combinations.length).toBeGreaterThan(0);
		for (const combination of combinations) {
			// One at a time: the plan has few places for jobs.
			lab.api.reset();
			await expectAccepted([combination], { apiKey: lab.api.keys.free });
		}
	});
});

/** Makes all of them in one run, and checks that nothing was changed or lost on the way. */
async function expectAccepted(
	combinations: readonly Combination[],
	{ image, ...options }: { image?: Buffer; apiKey?: string } = {},
): Promise<void> {
	const run = await lab.run(
		{ ...FROM_THE_ITEM, waitForCompletion: false },
		{ items: itemsOf(combinations, image), ...options },
	);

	expect(combinations.length).toBeGreaterThan(0);
	expect(run.error).toBeUndefined();
	expect(run.output[0]).toHaveLength(combinations.length);
	expect(sent()).toEqual(inOrder(combinations));
	expect(lab.api.projects).toHaveLength(combinations.length);
}

/** Combinations that a model does not make: two lengths and a resolution of other models, if it does not make all. */
function outside({ id, durations, resolutions, defaultDuration }: Model): Combination[] {
	const seconds = Array.from({ length: 60 }, (_, index) => index + 1);
	const foreign = seconds.filter((each) => !durations.includes(each));
	const lengths = [...new Set([...foreign.slice(0, 1), ...foreign.slice(-1)])];
	const others = RESOLUTIONS.filter((each) => !resolutions.includes(each)).slice(0, 1);
	return [
		...lengths.map((duration) => ({
			model: id,
			duration,
			resolution: resolutions[0] as Resolution,
		})),
		...others.map((resolution) => ({ model: id, duration: defaultDuration, resolution })),
	];
}

describe('a combination outside the catalogue', () => {
	it.each(MODELS.flatMap(outside))(
		'$model, $duration s, $resolution: is refused without a request',
		async ({ model: id, duration, resolution }) => {
			const run = await lab.run({
				model: { __rl: true, mode: 'list', value: id },
				duration,
				resolution,
				waitForCompletion: false,
			});

			const { durations, resolutions } = MODELS.find((model) => model.id === id) as Model;
			const message = run.error?.message ?? '';
			const named = resolutions.includes(resolution)
				? ['Duration', `${duration} was given`, durations[0], durations.at(-1)]
				: ['Resolution', `${resolution} was given`, ...resolutions];
			for (const part of [id, ...named]) expect(message).toContain(String(part));
			expect(lab.api.requests).toHaveLength(0);
		},
	);
});

describe('Send Anyway', () => {
	const options = { durationNotSupported: 'send' };
	/** Fields that a model can't have are hidden, unless the model is an expression. */
	const computed = (id: string) => ({
		model: { __rl: true, mode: 'id', value: `={{ '${id}' }}` },
	});

	it.each(MODELS.flatMap(outside))(
		'$model, $duration s, $resolution: goes out as it is, and the server has the last word',
		async ({ model: id, duration, resolution }) => {
			const run = await lab.run(
				{
					model: { __rl: true, mode: 'list', value: id },
					...{ duration, resolution, options, waitForCompletion: false },
				},
				{ items: [imageItem(imageFor(findModel(id) as Model), {})] },
			);

			expect(lab.creates()).toEqual([
				expect.objectContaining({ model: id, end_seconds: duration, resolution }),
			]);
			expect(run.error?.message).toContain(`${id} does not support`);
			expect(run.error?.description).toContain('MAGIC_HOUR_INVALID_REQUEST');
		},
	);

	/** What Magic Hour may have learned since the catalogue was written. */
	const LEARNED: ReadonlyArray<readonly [string, Partial<ModelRules>, INodeParameters]> = [
		['kling-3.0', { seconds: [20] }, { duration: 20 }],
		['seedance-2.0-mini', { resolutions: ['1080p'] }, { resolution: '1080p' }],
		['wan-2.2', { audio: 'included' }, { audio: true }],
		['minimax-h3', { endImage: ['720p'] }, { endImageSource: 'binary' }],
	];

	it.each(LEARNED)('%s: %j is made, and the panel tells', async (id, learned, wish) => {
		const rules = RULES as Record<string, ModelRules>;
		const before = rules[id] as ModelRules;
		rules[id] = { ...before, ...learned };
		const { json, binary: { data } = {} } = imageItem();
		if (data === undefined) throw new Error('The item has no image');
		const items = [{ json, binary: { data, endImage: data } }];
		const run = await lab
			.run({ ...computed(id), ...wish, options, waitForCompletion: false }, { items })
			.finally(() => (rules[id] = before));

		expect(run.error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(1);
		const { endImageSource, duration = 5, ...others } = wish;
		expect(lab.creates()).toEqual([
			expect.objectContaining({ model: id, end_seconds: duration, ...others }),
		]);
		expect('end_image_file_path' in (lab.creates()[0]?.assets ?? {})).toBe(
			endImageSource !== undefined,
		);
		expect(run.hints.map(({ message }) => message).join()).toContain('It was sent anyway');
	});

	it('keeps to Max Credits: what has no known price is refused', async () => {
		const run = await lab.run({
			...computed('kling-3.0'),
			resolution: '8k',
			options: { ...options, maxCredits: 100_000 },
		});

		expect(run.error?.message).toMatch(/^Max Credits: the cost of this video is not known/);
		expect(lab.api.requests).toHaveLength(0);
	});
});
