import {
	resolveModel,
	type Plan,
	type Resolution,
} from '../../../../nodes/shared/models/catalogue.ts';
import { resolveVideoSpec } from '../../../../nodes/shared/models/videoSpec.ts';
import { estimateCredits } from '../../../../nodes/shared/models/credits.ts';
import { NEWER_MODEL } from '../../../../local-api/models.mts';
import { creditsFor, LEGACY_IDS, MODEL_FACTS } from '../../../support/model-facts.mts';

function estimate(model: string, duration: number, resolution: string, audio = false) {
	return estimateCredits(
		resolveVideoSpec({
			model,
			duration,
			resolution,
			audio,
			endImage: false,
			ifNotSupported: 'error',
		}),
	);
}

test.each([
	// model, seconds, resolution, audio, credits
	['kling-3.0', 10, '4k', true, 2880],
	['kling-3.0', 10, '4k', false, 2400],
	['kling-3.0', 3, '720p', true, 216],
	['kling-2.6', 10, '1080p', false, 720],
	['seedance-1.5', 8, '720p', false, 480],
	['seedance-1.5', 8, '720p', true, 960],
	['ltx-2.3', 30, '1080p', true, 2160],
	['veo3.1', 56, '1080p', true, 8064],
	['veo3.1-lite', 4, '720p', false, 192],
	['sora-2', 60, '720p', true, 7200],
	['wan-2.2', 15, '480p', false, 360],
	['seedance-2.5', 30, '720p', true, 17_280],
	['minimax-h3', 30, '1080p', true, 2160],
])('%s, %i s, %s, audio %s: %i credits', (model, duration, resolution, audio, credits) => {
	expect(estimate(model, duration, resolution, audio).credits).toBe(credits);
});

test('seedance-1.5 costs twice as much with sound', () => {
	for (const resolution of ['480p', '720p', '1080p']) {
		const silent = estimate('seedance-1.5', 4, resolution).credits ?? NaN;
		expect(estimate('seedance-1.5', 4, resolution, true).credits).toBe(2 * silent);
	}
});

describe.each(MODEL_FACTS)('$id', (facts) => {
	const { id, durations, resolutions, audio } = facts;
	const sounds = audio === 'none' ? [false] : [false, true];

	test('every duration and resolution, with and without sound', () => {
		for (const resolution of resolutions) {
			for (const duration of durations) {
				for (const sound of sounds) {
					expect(estimate(id, duration, resolution, sound).credits).toBe(
						creditsFor(facts, duration, resolution, sound),
					);
				}
			}
		}
	});
});

const UNPRICED = MODEL_FACTS.flatMap(({ id, durations, resolutions, credits }) =>
	resolutions
		.filter((resolution) => credits[resolution] === undefined)
		.map((resolution) => ({ id, resolution, seconds: durations[0] ?? NaN })),
);

test.each(UNPRICED)(
	'$id, $resolution: says that the rate is unknown',
	({ id, resolution, seconds }) => {
		const { note } = estimate(id, seconds, resolution);
		expect(note).toMatch(/^Unknown: .*rate/);
		expect(note).toContain(id);
	},
);

test.each([...LEGACY_IDS, NEWER_MODEL])('%s: unknown, never a guess', (id) => {
	const { credits, note } = estimate(id, id === 'veo3.1-audio' ? 8 : 5, '720p');
	expect(credits).toBeNull();
	expect(note).toMatch(/unknown/i);
});

test('shows the sum', () => {
	expect(estimate('kling-3.0', 10, '4k', true).note).toBe(
		'10 s × 288 credits per second (kling-3.0, 4k with sound).',
	);
	expect(estimate('sora-2', 8, '720p').note).toBe('8 s × 120 credits per second (sora-2, 720p).');
});

describe('the default of the plan', () => {
	/** As it is where the account's plan is known. */
	const on = (plan: Plan, duration: number, resolution: Resolution, audio = false) =>
		estimateCredits({
			selection: resolveModel('default', plan),
			candidateModels: resolveModel('default', plan).models.filter(
				(model) => model.durations.includes(duration) && model.resolutions.includes(resolution),
			),
			seconds: duration,
			resolution,
			audio,
			notes: [],
		});

	test('is unknown where one of the models that it may run as has no rate: all are told', () => {
		expect(estimate('default', 5, '720p', true)).toEqual({
			credits: null,
			dependsOnPlan: false,
			note: 'Unknown: it depends on what default runs as: 360 with kling-3.0 (paid plans), unknown with ltx-2.5 (free plan).',
		});
	});
	test('is known where only one plan makes it', () => {
		expect(estimate('default', 5, '4k')).toMatchObject({ credits: 1200, dependsOnPlan: false });
	});
	test.each<[Plan, number, Resolution, boolean, number | null, string]>([
		['paid', 5, '720p', false, 240, 'kling-3.0'],
		['paid', 5, '720p', true, 360, 'kling-3.0'],
		['paid', 5, '480p', true, 300, 'seedance-1.5'],
		['paid', 20, '720p', false, 960, 'ltx-2.3'],
		['free', 5, '720p', false, null, 'ltx-2.5'],
	])(
		'on a %s plan, %i s at %s, sound %s: %p (%s)',
		(plan, seconds, resolution, audio, ...expected) => {
			const { credits, note } = on(plan, seconds, resolution, audio);
			expect(credits).toBe(expected[0]);
			expect(note).toContain(expected[1]);
		},
	);
	test('of several with a rate the dearest counts', () => {
		const { credits, dependsOnPlan, note } = estimateCredits({
			selection: resolveModel('default'),
			candidateModels: resolveModel('default', 'paid').models,
			seconds: 16,
			resolution: '720p',
			audio: false,
			notes: [],
		});
		expect({ credits, dependsOnPlan }).toEqual({ credits: 960, dependsOnPlan: true });
		expect(note).toBe(
			'At most: it depends on what default runs as: 768 with kling-3.0 (paid plans), 960 with seedance-1.5 (paid plans), 768 with ltx-2.3 (paid plans).',
		);
	});
});
