import {
	MODELS,
	PLAN_DEFAULT,
	RESOLUTIONS,
	type Model,
	type Resolution,
} from '../../nodes/shared/models/catalogue.ts';
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

const itemsOf = (combinations: readonly Combination[]) =>
	combinations.map((combination) => imageItem(undefined, { ...combination }));

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

const defaultAs = (id: string): Combination[] => {
	const model = MODELS.find((each) => each.id === id);
	return model === undefined ? [] : everyCombination(model, PLAN_DEFAULT.id);
};

describe('every combination of the catalogue', () => {
	it.each(MODELS.map(({ id }) => id))(
		'of %s is accepted by the node and by the API',
		async (id) => {
			const combinations = MODELS.filter((model) => model.id === id).flatMap((model) =>
				everyCombination(model),
			);
			await expectAccepted(combinations);
		},
	);

	it('of the default, as it is on paid plans, is accepted by the node and by the API', async () => {
		await expectAccepted(defaultAs(PLAN_DEFAULT.paid));
	});

	it('of the default, as it is on the free plan, is accepted by the node', async () => {
		const combinations = defaultAs(PLAN_DEFAULT.free);
		const run = await lab.run(
			{ ...FROM_THE_ITEM, operation: 'estimateCredits' },
			{ items: itemsOf(combinations) },
		);

		expect(combinations.length).toBeGreaterThan(0);
		expect(run.output[0]).toHaveLength(combinations.length);
	});

	it("of the default, at the free plan's resolution, is accepted by the API with a free key", async () => {
		const combinations = defaultAs(PLAN_DEFAULT.free).filter(
			({ resolution }) => resolution === '480p',
		);
		expect(combinations.length).toBeGreaterThan(0);
		for (const combination of combinations) {
			// One at a time: the plan has few places for jobs.
			lab.api.reset();
			await expectAccepted([combination], lab.api.keys.free);
		}
	});
});

/** Makes all of them in one run, and checks that nothing was changed or lost on the way. */
async function expectAccepted(
	combinations: readonly Combination[],
	apiKey?: string,
): Promise<void> {
	const run = await lab.run(
		{ ...FROM_THE_ITEM, waitForCompletion: false },
		{ items: itemsOf(combinations), ...(apiKey === undefined ? {} : { apiKey }) },
	);

	expect(combinations.length).toBeGreaterThan(0);
	expect(run.error).toBeUndefined();
	expect(run.output[0]).toHaveLength(combinations.length);
	expect(sent()).toEqual(inOrder(combinations));
	expect(lab.api.projects).toHaveLength(combinations.length);
}

/** Three combinations that a model does not make: a length, a length of another model, a resolution. */
function outside({ id, durations, resolutions, defaultDuration }: Model): Combination[] {
	const seconds = Array.from({ length: 60 }, (_, index) => index + 1);
	const foreign = seconds.filter((each) => !durations.includes(each));
	const resolution = resolutions[0] as Resolution;
	const otherResolution = RESOLUTIONS.find((each) => !resolutions.includes(each)) as Resolution;
	return [
		{ model: id, duration: foreign[0] as number, resolution },
		{ model: id, duration: foreign.at(-1) as number, resolution },
		{ model: id, duration: defaultDuration, resolution: otherResolution },
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
