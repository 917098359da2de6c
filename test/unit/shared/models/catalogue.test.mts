import {
	ASPECT_RATIOS,
	defaultDurationOf,
	durationsOf,
	findModel,
	LEGACY_VALUES,
	MODELS,
	modelsWithout,
	resolveModel,
	planLimit,
	RESOLUTIONS,
	resolutionsOf,
	type Model,
	type Plan,
	type Resolution,
} from '../../../../nodes/shared/models/catalogue.ts';
import { NEWER_MODEL } from '../../../../local-api/models.mts';
import { LEGACY_IDS, MODEL_FACTS } from '../../../support/model-facts.mts';

function rowOf(id: string): Model {
	const model = findModel(id);
	if (!model) throw new Error(`The catalogue has no row for ${id}`);
	return model;
}

/** A row's end image rule in the words of the facts. */
function endImageOf(model: Model) {
	if (model.endImage === undefined) return 'none';
	const { resolutions = model.resolutions, maxSeconds } = model.endImage;
	return { resolutions, ...(maxSeconds === undefined ? {} : { upTo: maxSeconds }) };
}

/** A row's rates in the words of the facts. */
function creditsOf({ rate = {}, audioRate, audio }: Model) {
	return Object.fromEntries(
		RESOLUTIONS.flatMap((resolution) => {
			const base = rate[resolution];
			if (base === undefined) return [];
			const withSound = base + (audioRate?.[resolution] ?? 0);
			return [[resolution, audio === 'none' ? [base] : [base, withSound]]];
		}),
	);
}

test('has the models of the local API, and no others', () => {
	const [here, there] = [MODELS, MODEL_FACTS].map((table) => table.map(({ id }) => id));
	const missingIn = (table: string, ids: string[] = [], others: string[] = []) =>
		others.filter((id) => !ids.includes(id)).map((id) => `${table} has no row for ${id}`);

	expect(missingIn('local-api/models.mts', there, here)).toEqual([]);
	expect(missingIn('nodes/shared/models/catalogue.ts', here, there)).toEqual([]);
});

test('has the documented legacy values, outside the menu', () => {
	expect(LEGACY_VALUES.map(({ id }) => id).sort()).toEqual([...LEGACY_IDS].sort());
});

describe.each(MODEL_FACTS)('$id', (facts) => {
	const model = () => rowOf(facts.id);

	test('durations', () => {
		expect(model().durations).toEqual(facts.durations);
	});
	test('resolutions', () => {
		expect(model().resolutions).toEqual(facts.resolutions);
	});
	test('audio', () => {
		expect(model().audio).toBe(facts.audio);
	});
	test('end image', () => {
		expect(endImageOf(model())).toEqual(facts.endImage);
	});
	test('credits', () => {
		expect(creditsOf(model())).toEqual(facts.credits);
	});
	test('image shapes', () => {
		const shapes = model().imageShapes?.map(([width, height]) => `${width}:${height}`);
		expect(shapes).toEqual(facts.aspects);
	});
	test('aspect ratios of videos from text', () => {
		expect(model().aspectRatios ?? ASPECT_RATIOS).toEqual(facts.aspectRatios);
	});
	test('references', () => {
		expect(model().references ?? []).toEqual(facts.references);
	});
	test('falls back on a duration that it makes', () => {
		expect(facts.durations).toContain(model().defaultDuration);
	});
	test('charges extra for sound at every resolution, or at none', () => {
		const { audio, audioRate, rate } = model();
		expect(Object.keys(audioRate ?? {})).toEqual(audio === 'extra' ? Object.keys(rate ?? {}) : []);
	});
	test('can be told from the others in the menu', () => {
		const { name, bestFor } = model();
		expect(name).not.toBe('');
		expect(bestFor).not.toBe('');
		expect(MODELS.filter((each) => each.name === name)).toHaveLength(1);
	});
});

test.each([
	['kling-2.5', true],
	['seedance', true],
	['ltx-2.3', true],
	['sora-2', true],
	['ltx-2.5', undefined],
	['kling-2.6', undefined],
	['seedance-2.5', undefined],
])('%s: legacy is %s', (id, legacy) => {
	expect(rowOf(id).legacy).toBe(legacy);
});

describe('the default of the plan', () => {
	const offer = resolveModel('default');

	const on = (plan: Plan) => resolveModel('default', plan).models;
	const makers = (plan: Plan, seconds: number, resolution: Resolution) =>
		on(plan)
			.filter((model) => model.durations.includes(seconds))
			.filter((model) => model.resolutions.includes(resolution))
			.map(({ id }) => id);

	test.each<[Plan, number, Resolution, string[]]>([
		['paid', 5, '720p', ['kling-3.0']],
		['paid', 15, '4k', ['kling-3.0']],
		['paid', 5, '480p', ['seedance-1.5']],
		['paid', 13, '480p', []],
		['paid', 20, '480p', ['ltx-2.3']],
		['paid', 20, '1080p', ['ltx-2.3']],
		['paid', 16, '720p', []],
		['paid', 2, '720p', []],
		['free', 5, '480p', ['ltx-2.5']],
		['free', 60, '1080p', ['ltx-2.5']],
		['free', 5, '4k', []],
	])('on a %s plan, %i s at %s: runs as %j', (plan, seconds, resolution, ids) => {
		expect(makers(plan, seconds, resolution)).toEqual(ids);
	});
	test('is what either plan has, where the plan is not known', () => {
		expect(offer).toEqual({
			id: 'default',
			models: [...on('paid'), ...on('free')],
			impliesAudio: false,
		});
		expect(on('paid').map(({ plan }) => plan)).toEqual(['paid', 'paid', 'paid']);
		expect(durationsOf(offer.models)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
		expect(resolutionsOf(offer.models)).toEqual(['480p', '720p', '1080p', '4k']);
	});
	test('falls back on a duration that both plans make', () => {
		const seconds = defaultDurationOf(offer) as number;
		expect(makers('paid', seconds, '720p')).not.toEqual([]);
		expect(makers('free', seconds, '720p')).not.toEqual([]);
	});

	test.each([
		[1, 'free'],
		[2, 'free'],
		[3, undefined],
		[15, undefined],
		[16, 'free'],
		[20, undefined],
		[30, undefined],
		[60, 'free'],
	])('marks %i s as %s', (seconds, limit) => {
		expect(planLimit(offer, ({ durations }) => durations.includes(seconds))).toBe(limit);
	});
	test.each([
		['360p', undefined],
		['480p', undefined],
		['720p', undefined],
		['4k', 'paid'],
	] as const)('marks %s as %s', (resolution, limit) => {
		expect(planLimit(offer, ({ resolutions }) => resolutions.includes(resolution))).toBe(limit);
	});
	test('marks nothing where the plan is known', () => {
		expect(planLimit(resolveModel('default', 'paid'), () => true)).toBeUndefined();
	});
	test('is the only one that depends on the plan', () => {
		expect(planLimit(resolveModel('sora-2'), () => true)).toBeUndefined();
		expect(planLimit(resolveModel('sora-2'), () => false)).toBeUndefined();
		expect(planLimit(offer, () => false)).toBeUndefined();
	});
});

describe('what an id stands for', () => {
	test.each(MODEL_FACTS)('$id: its own row', ({ id, durations, resolutions }) => {
		const offer = resolveModel(id);
		expect(offer).toEqual({ id, models: [rowOf(id)], impliesAudio: false });
		expect(durationsOf(offer.models)).toEqual(durations);
		expect(resolutionsOf(offer.models)).toEqual(resolutions);
		expect(defaultDurationOf(offer)).toBe(rowOf(id).defaultDuration);
	});
	test.each([
		['kling-2.5-audio', 'kling-2.5'],
		['veo3.1-audio', 'veo3.1'],
	])('%s: %s with sound', (id, base) => {
		expect(resolveModel(id)).toEqual({ id, models: [rowOf(base)], impliesAudio: true });
	});
	test.each(['ltx-2', 'kling-1.6', NEWER_MODEL, '', 'KLING-3.0', '__proto__'])(
		'%j: nothing known',
		(id) => {
			const offer = resolveModel(id);
			expect(offer).toEqual({ id, models: [], impliesAudio: false });
			expect(durationsOf(offer.models)).toEqual([]);
			expect(resolutionsOf(offer.models)).toEqual([]);
			expect(defaultDurationOf(offer)).toBeUndefined();
		},
	);
});

test('lists models that certainly lack a thing', () => {
	const without = (able: (model: Model) => boolean) => modelsWithout(able).sort();
	const lacking = (thing: 'audio' | 'endImage') =>
		MODEL_FACTS.flatMap((facts) => (facts[thing] === 'none' ? [facts.id] : [])).sort();

	expect(without(({ audio }) => audio !== 'none')).toEqual(lacking('audio'));
	expect(without(({ endImage }) => endImage !== undefined)).toEqual(lacking('endImage'));
});
