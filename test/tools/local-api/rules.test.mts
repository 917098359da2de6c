import { ApiError } from '../../../local-api/api-error.mts';
import {
	checkAspect,
	checkCreate,
	type ImageToVideoBody,
	MODEL_IDS,
	videoSize,
} from '../../../local-api/create-rules.mts';
import {
	creditsFor,
	MODELS,
	type Resolution,
	UNCHECKED_MODELS,
	UNPUBLISHED_RATE,
} from '../../../local-api/models.mts';
import { PLANS } from '../../../local-api/plans.mts';
import october from '../../fixtures/openapi-2026-10.json';

type Fields = Partial<ImageToVideoBody> & { endImage?: boolean };

const body = ({ endImage, ...fields }: Fields): ImageToVideoBody => ({
	end_seconds: 5,
	assets: { image_file_path: 'a.png', ...(endImage && { end_image_file_path: 'b.png' }) },
	...fields,
});

/** The status and message that a request is refused with; undefined if it is accepted. */
function refusal(
	fields: Fields,
	plan = PLANS.business,
): { status: number; code?: string; text: string } | undefined {
	try {
		checkCreate(body(fields), plan);
		return undefined;
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		return { status: error.statusCode, code: error.code, text: error.message };
	}
}

describe('rules of the models', () => {
	test.each(Object.entries(MODELS))('%s takes every combination of its row', (model, rules) => {
		for (const end_seconds of rules.seconds) {
			for (const resolution of rules.resolutions) {
				const request = { model, end_seconds, resolution, audio: rules.audio !== 'none' };
				expect({ request, refusal: refusal(request) }).toEqual({ request, refusal: undefined });
			}
		}
	});

	test.each<[Fields, RegExp]>([
		[{ model: 'ltx-2.3', end_seconds: 11 }, /^end_seconds: ltx-2\.3 .* 10, 15, 20, 25, 30$/],
		[{ model: 'ltx-2.3', end_seconds: 1.5 }, /^end_seconds: /],
		[{ model: 'wan-2.2', end_seconds: 2 }, /^end_seconds: /],
		[{ model: 'sora-2', end_seconds: 5 }, /^end_seconds: sora-2 .* 4, 8, 12, 24, 36, 48, 60$/],
		[{ model: 'seedance', end_seconds: 13 }, /^end_seconds: /],
		[{ model: 'kling-2.6', resolution: '480p' }, /^resolution: kling-2\.6 .* 720p, 1080p$/],
		[{ model: 'seedance-2.0-mini', resolution: '1080p' }, /^resolution: /],
		[{ model: 'wan-2.2', audio: true }, /^audio: wan-2\.2 /],
		[{ model: 'kling-2.6', audio: true }, /^audio: /],
		[{ model: 'wan-2.2', endImage: true }, /^assets\.end_image_file_path: wan-2\.2 /],
		[{ model: 'kling-2.6', endImage: true }, /^assets\.end_image_file_path: .* 1080p only$/],
		[{ model: 'kling-2.5', endImage: true }, /^assets\.end_image_file_path: .* 1080p only$/],
		[
			{ model: 'veo3.1', end_seconds: 16, endImage: true },
			/^assets\.end_image_file_path: .* up to 8 seconds only$/,
		],
		[
			{ model: 'veo3.1-lite', end_seconds: 24, endImage: true },
			/^assets\.end_image_file_path: .* up to 8 seconds only$/,
		],
	])('%j is a 422 that names the field', (fields, text) => {
		expect(refusal(fields)).toEqual({
			status: 422,
			code: 'unprocessable_entity',
			text: expect.stringMatching(text) as string,
		});
	});

	test.each<Fields>([
		{ model: 'kling-2.6', resolution: '1080p', endImage: true },
		{ model: 'veo3.1', end_seconds: 8, endImage: true },
		{ model: 'kling-3.0', resolution: '4k', endImage: true },
		{ model: 'kling-2.5', audio: true },
		{ model: 'seedance', end_seconds: 2, endImage: true },
		{ model: 'veo3.1-lite', end_seconds: 4 },
		...UNCHECKED_MODELS.map((model) => ({ model, end_seconds: 33, resolution: '360p' }) as const),
	])('%j is accepted', (fields) => {
		expect(refusal(fields)).toBeUndefined();
	});

	test('the legacy spelling with -audio is the model with audio', () => {
		expect(checkCreate(body({ model: 'kling-2.5-audio' }), PLANS.pro)).toMatchObject({
			model: 'kling-2.5',
			audio: true,
		});
		const veo = body({ model: 'veo3.1-audio', end_seconds: 8, audio: false });
		expect(checkCreate(veo, PLANS.pro)).toMatchObject({ model: 'veo3.1', audio: true });
	});

	test('every id of the OpenAPI description is known', () => {
		const described = october.paths['/v1/image-to-video'].post.requestBody;
		const published = described.content['application/json'].schema.properties.model.enum;
		expect(published.length).toBeGreaterThan(20);
		expect(MODEL_IDS).toEqual(expect.arrayContaining(published));
	});
});

describe('rules of the plans', () => {
	test('default is kling-3.0 at 720p on paid plans, ltx-2.5 at 480p on the free one', () => {
		const request = body({ end_seconds: 3 });
		expect(checkCreate(request, PLANS.creator)).toEqual({
			...{ model: 'kling-3.0', seconds: 3, resolution: '720p', audio: false },
		});
		expect(checkCreate(request, PLANS.free)).toEqual({
			...{ model: 'ltx-2.5', seconds: 3, resolution: '480p', audio: false },
		});
	});

	test.each([
		[{ end_seconds: 5, resolution: '480p' }, 'seedance-1.5'],
		[{ end_seconds: 20, resolution: '480p' }, 'ltx-2.3'],
		[{ end_seconds: 20, resolution: '720p' }, 'ltx-2.3'],
		[{ end_seconds: 15, resolution: '720p' }, 'kling-3.0'],
	] as const)("on paid plans the vendor's guide has more: %j is %s", (fields, model) => {
		expect(checkCreate(body(fields), PLANS.business).model).toBe(model);
	});

	test('default follows the rules of the model that it stands for', () => {
		expect(refusal({ end_seconds: 1 })).toMatchObject({ status: 422 });
		expect(refusal({ end_seconds: 1 }, PLANS.free)).toBeUndefined();
	});

	test.each([
		[PLANS.free, { model: 'ltx-2.3', resolution: '720p' }, /Free plan .* resolution 720p/],
		[PLANS.free, { model: 'sora-2', end_seconds: 4, resolution: '720p' }, /Free plan .* sora-2/],
		[PLANS.creator, { model: 'kling-3.0', resolution: '4k' }, /Creator plan .* 4k/],
	] as const)(
		'what a plan does not include is a 402 of its own code (%#)',
		(plan, fields, text) => {
			expect(refusal(fields, plan)).toEqual({
				status: 402,
				code: 'plan_upgrade_required',
				text: expect.stringMatching(text) as string,
			});
		},
	);
});

describe('credits', () => {
	test.each<[string, Resolution, boolean, number, number]>([
		['ltx-2.3', '480p', true, 5, 120],
		['wan-2.2', '1080p', false, 3, 216],
		['kling-2.6', '720p', false, 10, 360],
		['kling-3.0', '720p', false, 5, 240],
		['kling-3.0', '1080p', true, 5, 480],
		['kling-3.0', '4k', true, 10, 2880],
		['veo3.1-lite', '720p', true, 8, 576],
		['veo3.1', '1080p', true, 8, 1152],
		['seedance-1.5', '480p', true, 4, 240],
		['seedance-2.0-mini', '720p', true, 4, 768],
		['seedance-2.0', '480p', false, 4, 576],
		['seedance-2.5', '720p', true, 30, 17_280],
		['sora-2', '720p', true, 60, 7200],
	])('%s at %s, audio %s, %i s: %i', (model, resolution, audio, seconds, credits) => {
		expect(creditsFor(model, resolution, audio, seconds)).toBe(credits);
	});

	test.each(['ltx-2.5', 'kling-2.5', 'seedance', ...UNCHECKED_MODELS])(
		'%s has no published rate and costs the made-up one',
		(model) => {
			expect(creditsFor(model, '720p', true, 10)).toBe(10 * UNPUBLISHED_RATE);
		},
	);
});

describe('pictures', () => {
	test.each<[Resolution, number, number, number, number]>([
		['720p', 1280, 720, 1280, 720],
		['720p', 720, 1280, 720, 1280],
		['480p', 1920, 1080, 854, 480],
		['4k', 1600, 900, 3840, 2160],
		['1080p', 1000, 1000, 1080, 1080],
		['360p', 4000, 500, 1080, 360],
	])('%s from %ix%i is %ix%i', (resolution, width, height, wide, high) => {
		expect(videoSize(resolution, { width, height })).toEqual({ width: wide, height: high });
	});

	test('sora-2 takes 16:9 and 9:16, give or take a little, and nothing else', () => {
		const check = (width: number, height: number) => () => {
			checkAspect('sora-2', { width, height });
		};
		expect(check(1280, 720)).not.toThrow();
		expect(check(1080, 1920)).not.toThrow();
		expect(check(1280, 718)).not.toThrow();
		expect(check(1024, 768)).toThrow('assets.image_file_path: sora-2 only supports');
		expect(check(1280, 680)).toThrow('1280x680');
	});
});
