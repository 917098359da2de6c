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
			durationNotSupported: 'error',
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
	test('costs the same on both plans', () => {
		expect(estimate('default', 5, '720p').credits).toBe(240);
	});
	test('with sound it depends on the plan: the higher figure counts, both are told', () => {
		const { credits, note } = estimate('default', 5, '720p', true);
		expect(credits).toBe(360);
		expect(note).toContain('360 on paid plans (kling-3.0)');
		expect(note).toContain('240 on the free plan (ltx-2.3)');
	});
	test.each([
		[20, '720p', 960, 'ltx-2.3'],
		[5, '480p', 120, 'ltx-2.3'],
		[5, '4k', 1200, 'kling-3.0'],
		[11, '1080p', 792, 'kling-3.0'],
	])('%i s at %s is made by one of the models only', (duration, resolution, credits, maker) => {
		const estimated = estimate('default', duration, resolution);
		expect(estimated.credits).toBe(credits);
		expect(estimated.note).toContain(maker);
	});
});
