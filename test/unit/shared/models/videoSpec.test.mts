import {
	resolveVideoSpec,
	assertShape,
	type VideoParams,
	type VideoSpec,
} from '../../../../nodes/shared/models/videoSpec.ts';
import { estimateCredits } from '../../../../nodes/shared/models/credits.ts';
import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import { failureOf } from '../../../support/failure-of.mts';
import { NEWER_MODEL } from '../../../../local-api/models.mts';
import { LEGACY_IDS, MODEL_FACTS } from '../../../support/model-facts.mts';

const WISH: VideoParams = {
	model: 'kling-3.0',
	duration: 5,
	resolution: '720p',
	audio: false,
	endImage: false,
	ifNotSupported: 'error',
};

const chosen = (wish: Partial<VideoParams>) => resolveVideoSpec({ ...WISH, ...wish });

function refusal(wish: Partial<VideoParams>): InvalidInputError {
	return failureOf(InvalidInputError, () => chosen(wish));
}

describe('what a model makes', () => {
	const combinations = MODEL_FACTS.flatMap(({ id, durations, resolutions }) =>
		durations.flatMap((duration) =>
			resolutions.map((resolution) => ({ id, duration, resolution })),
		),
	);

	test.each(combinations)(
		'$id makes $duration s at $resolution',
		({ id, duration, resolution }) => {
			const choice = chosen({ model: id, duration, resolution });
			expect(choice).toMatchObject({ seconds: duration, resolution, audio: false, notes: [] });
			expect(choice.candidateModels.map((model) => model.id)).toEqual([id]);
		},
	);

	test.each(MODEL_FACTS)(
		'$id makes nothing between its durations',
		({ id, durations, resolutions }) => {
			for (let duration = 0; duration <= 61; duration += 0.5) {
				if (durations.includes(duration)) continue;
				const { message } = refusal({ model: id, duration, resolution: resolutions[0] });
				expect(message).toMatch(new RegExp(`^Duration: ${id} makes .*; ${duration} was given`));
			}
		},
	);

	test.each(MODEL_FACTS)('$id makes no other resolution', ({ id, durations, resolutions }) => {
		const others = ['360p', '480p', '720p', '1080p', '4k', '8k'].filter(
			(resolution) => !resolutions.includes(resolution),
		);
		for (const resolution of others) {
			const { message } = refusal({ model: id, duration: durations[0], resolution });
			expect(message).toMatch(new RegExp(`^Resolution: ${id} makes .*; ${resolution} was given$`));
		}
	});

	test.each(MODEL_FACTS)('$id: audio is $audio', ({ id, durations, resolutions, audio }) => {
		const wish = { model: id, duration: durations[0], resolution: resolutions[0], audio: true };
		if (audio === 'none') {
			expect(refusal(wish).message).toMatch(/^Audio: .* without sound only/);
		} else {
			expect(chosen(wish).audio).toBe(true);
		}
	});

	test.each(MODEL_FACTS)('$id: end image', ({ id, durations, resolutions, endImage }) => {
		for (const resolution of resolutions) {
			for (const duration of durations) {
				const wish = { model: id, duration, resolution, endImage: true };
				const taken =
					endImage !== 'none' &&
					endImage.resolutions.includes(resolution) &&
					duration <= (endImage.upTo ?? 60);
				if (taken) expect(chosen(wish).seconds).toBe(duration);
				else expect(refusal(wish).message).toMatch(new RegExp(`^(End Image|Duration): ${id} `));
			}
		}
	});
});

describe('messages', () => {
	test.each<[string, Partial<VideoParams>, string]>([
		[
			'a list of durations',
			{ model: 'sora-2', duration: 5 },
			'Duration: sora-2 makes 4, 8, 12, 24, 36, 48 or 60 seconds; 5 was given; the nearest is 4',
		],
		[
			'a range of durations',
			{ model: 'kling-3.0', duration: 16 },
			'Duration: kling-3.0 makes 3 to 15 seconds; 16 was given; the nearest is 15',
		],
		[
			'ranges and single durations',
			{ model: 'ltx-2.3', duration: 12 },
			'Duration: ltx-2.3 makes 1 to 10, 15, 20, 25 or 30 seconds; 12 was given; the nearest is 10',
		],
		[
			'two durations equally near: the shorter, which costs less',
			{ model: 'veo3.1', duration: 12 },
			'Duration: veo3.1 makes 4, 6, 8, 16, 24, 32, 40, 48 or 56 seconds; 12 was given; the nearest is 8',
		],
		[
			'the value as it was given',
			{ model: 'kling-2.6', duration: '7 s' },
			'Duration: kling-2.6 makes 5 or 10 seconds; 7 s was given; the nearest is 5',
		],
		[
			'a negative duration',
			{ model: 'kling-2.6', duration: -5 },
			'Duration: kling-2.6 makes 5 or 10 seconds; -5 was given; the nearest is 5',
		],
		[
			'the default at a resolution of one plan',
			{ model: 'default', duration: 20, resolution: '4k' },
			'Duration: default makes 3 to 15 seconds at 4k; 20 was given; the nearest is 15',
		],
		[
			'a resolution',
			{ model: 'seedance-2.0-mini', resolution: '1080p' },
			'Resolution: seedance-2.0-mini makes 480p or 720p; 1080p was given',
		],
		[
			'a model with one resolution',
			{ model: 'sora-2', duration: 4, resolution: '1080p' },
			'Resolution: sora-2 makes 720p; 1080p was given',
		],
		[
			'no resolution',
			{ resolution: '' },
			'Resolution: kling-3.0 makes 720p, 1080p or 4k; nothing was given',
		],
		[
			'an end image at the wrong resolution',
			{ model: 'kling-2.6', endImage: true },
			'End Image: kling-2.6 takes an end image at 1080p only; Resolution is 720p',
		],
		[
			'a model without end image',
			{ model: 'wan-2.2', endImage: true },
			'End Image: wan-2.2 takes no end image; set End Image From to None or choose another model',
		],
	])('%s', (_, wish, message) => {
		expect(refusal(wish).message).toBe(message);
	});

	test.each([
		undefined,
		null,
		'',
		'  ',
		'five',
		'5,5',
		'5 minutes',
		'5 x 5',
		'5 ss',
		{},
		[],
		true,
		NaN,
		Infinity,
	])('a duration that is no number of seconds: %p', (duration) => {
		expect(refusal({ duration }).message).toMatch(
			/^Duration: .* was given; it must be a number of seconds, such as 5$/,
		);
	});

	test.each([undefined, null, '', '   ', 5, {}, []])('no model: %p', (model) => {
		expect(refusal({ model }).message).toMatch(/^Model: .* was given; choose one from the list/);
	});

	test('a model that is neither name nor id: the hint lists the ids', () => {
		const { message, hint } = refusal({ model: 'Runway Gen 4' });
		expect(message).toMatch(/^Model: Runway Gen 4 was given; choose one from the list/);
		for (const { id } of MODEL_FACTS) expect(hint).toContain(` ${id}`);
	});

	test('name the models that can, where one can not', () => {
		const having = (thing: 'audio' | 'endImage') =>
			MODEL_FACTS.flatMap((facts) => (facts[thing] === 'none' ? [] : [facts.id])).sort();
		/** The ids in "Models with …: a, b or c." */
		const named = ({ hint = '' }: InvalidInputError, beginning: string) => {
			const [, list = ''] = new RegExp(`^${beginning}: (.+?)\\. Should`).exec(hint) ?? [];
			return list.split(/, | or /).sort();
		};

		const silent = refusal({ model: 'wan-2.2', audio: true });
		expect(named(silent, 'Models with sound')).toEqual(having('audio'));
		const withoutEnd = refusal({ model: 'sora-2', duration: 4, endImage: true });
		expect(named(withoutEnd, 'Models with an end image')).toEqual(having('endImage'));
	});
});

describe('forms of input', () => {
	test.each([
		...[5, '5', ' 5 ', '5s', '5 s', '5S', '5.0'],
		...['5 sec', '5 secs.', '5 seconds', '5 Second', '5-second'],
	])('duration %j is 5 seconds', (duration) => {
		expect(chosen({ duration }).seconds).toBe(5);
	});

	test.each([
		['720p', '720p'],
		[' 720P ', '720p'],
		['720', '720p'],
		[720, '720p'],
		['1080P', '1080p'],
		['4K', '4k'],
		['2160p', '4k'],
		[2160, '4k'],
		['1280x720', '720p'],
		['720 x 1280', '720p'],
		['1920×1080', '1080p'],
		['3840X2160', '4k'],
	])('resolution %j is %s', (given, resolution) => {
		expect(chosen({ resolution: given }).resolution).toBe(resolution);
	});

	test('model ids may have spaces around them', () => {
		expect(chosen({ model: ' kling-3.0\n' }).selection.id).toBe('kling-3.0');
	});

	test('models may be given by their names', () => {
		expect(chosen({ model: 'Kling 3.0' })).toEqual(chosen({ model: 'kling-3.0' }));
	});
});

describe('a duration that is not supported', () => {
	test.each<[string, unknown, VideoParams['ifNotSupported'], number]>([
		['sora-2', 5, 'nearest', 4],
		['sora-2', 59, 'nearest', 60],
		['sora-2', 30, 'nearest', 24],
		['sora-2', '13 s', 'nearest', 12],
		['sora-2', 100, 'nearest', 60],
		['sora-2', 1e300, 'nearest', 60],
		['sora-2', -1e300, 'nearest', 4],
		['kling-3.0', 0, 'nearest', 3],
		['sora-2', 59, 'default', 4],
		['veo3.1', 5, 'default', 8],
		['kling-3.0', 60, 'default', 5],
		['default', 61, 'default', 5],
		['default', 61, 'nearest', 60],
		['wan-3.0', 18, 'nearest', 20],
		['wan-3.0', 17, 'nearest', 15],
		['kling-2.6', 12, 'default', 5],
	])('%s, %p, %s: %i', (model, duration, ifNotSupported, seconds) => {
		const choice = chosen({ model, duration, ifNotSupported });
		expect(choice.seconds).toBe(seconds);
		expect(choice.notes).toHaveLength(1);
		expect(choice.notes[0]).toContain(`${model} does not make`);
		expect(choice.notes[0]).toContain(`${seconds} were used`);
	});

	test('is still refused when it is no number', () => {
		expect(refusal({ duration: 'long', ifNotSupported: 'nearest' }).message).toMatch(/^Duration:/);
	});

	test('leaves supported ones alone', () => {
		expect(chosen({ duration: 15, ifNotSupported: 'default' })).toMatchObject({
			seconds: 15,
			notes: [],
		});
	});
});

describe('what else is not supported', () => {
	const AS_SET = 'as set under "If Not Supported".';

	test.each<[string, Partial<VideoParams>, Partial<VideoSpec>, string[]]>([
		[
			'nearest: a higher resolution',
			{ model: 'wan-2.2', resolution: '4k', ifNotSupported: 'nearest' },
			{ resolution: '1080p', seconds: 5 },
			[`wan-2.2 does not make 4k: 1080p was used, ${AS_SET}`],
		],
		[
			'nearest: a lower one, and one that nobody makes',
			{ model: 'kling-3.0', resolution: '540p', ifNotSupported: 'nearest' },
			{ resolution: '720p' },
			[`kling-3.0 does not make 540p: 720p was used, ${AS_SET}`],
		],
		[
			'nearest: of two equally near the smaller',
			{ model: 'ltx-2.5', resolution: '600p', ifNotSupported: 'nearest' },
			{ resolution: '480p' },
			[`ltx-2.5 does not make 600p: 480p was used, ${AS_SET}`],
		],
		[
			'default: 720p',
			{ model: 'seedance-2.0-mini', resolution: '4k', ifNotSupported: 'default' },
			{ resolution: '720p' },
			[`seedance-2.0-mini does not make 4k: 720p was used, ${AS_SET}`],
		],
		[
			'no sound',
			{ model: 'wan-2.2', audio: true, ifNotSupported: 'nearest' },
			{ audio: false },
			[`wan-2.2 makes no sound: the video is without, ${AS_SET}`],
		],
		[
			'an end image is kept: another resolution is used',
			{ model: 'kling-2.6', endImage: true, ifNotSupported: 'default' },
			{ resolution: '1080p' },
			[`kling-2.6 does not make 720p with an end image: 1080p was used, ${AS_SET}`],
		],
		[
			'all at once',
			{
				model: 'kling-2.6',
				endImage: true,
				audio: true,
				duration: 8,
				resolution: '4k',
				ifNotSupported: 'nearest',
			},
			{ resolution: '1080p', audio: false, seconds: 10 },
			[
				`kling-2.6 makes no sound: the video is without, ${AS_SET}`,
				`kling-2.6 does not make 4k with an end image: 1080p was used, ${AS_SET}`,
				`kling-2.6 does not make 8 seconds: 10 were used, ${AS_SET}`,
			],
		],
	])('%s', (_, wish, expected, notes) => {
		expect(chosen(wish)).toMatchObject({ ...expected, notes });
	});

	test.each(['nearest', 'default'] as const)(
		'%s: an end image that the model does not take is refused, not left out',
		(ifNotSupported) => {
			const wish = { model: 'wan-2.2', endImage: true, resolution: '4k', ifNotSupported };
			expect(refusal(wish).message).toMatch(/^End Image: wan-2\.2 takes no end image/);
		},
	);

	test.each(['nearest', 'default'] as const)(
		'%s: no resolution is near to a word',
		(ifNotSupported) => {
			expect(refusal({ resolution: 'best', ifNotSupported }).message).toMatch(/^Resolution: kling/);
			expect(refusal({ resolution: '', ifNotSupported }).message).toMatch(/nothing was given$/);
		},
	);
});

describe('Send Anyway', () => {
	test.each<[Partial<VideoParams>, Partial<VideoSpec>, string]>([
		[
			{ model: 'sora-2', duration: 5 },
			{ seconds: 5 },
			'Duration: sora-2 makes 4, 8, 12, 24, 36, 48 or 60 seconds; 5 was given; the nearest is 4',
		],
		[{ duration: 90 }, { seconds: 90 }, 'Duration: kling-3.0 makes 3 to 15 seconds; 90 was given'],
		[{ resolution: '8k' }, { resolution: '8k' }, 'Resolution: kling-3.0 makes 720p, 1080p or 4k'],
		[{ model: 'wan-2.2', audio: true }, { audio: true }, 'Audio: wan-2.2 makes videos without'],
		[{ model: 'wan-2.2', endImage: true }, {}, 'End Image: wan-2.2 takes no end image'],
		[
			{ model: 'veo3.1', duration: 16, endImage: true },
			{ seconds: 16 },
			'End Image: veo3.1 takes an end image for videos of 8 seconds or less',
		],
		[{ model: 'default', duration: 90 }, { seconds: 90 }, 'Duration: default makes 1 to 60'],
	])('%j goes out as it is, with a note', (wish, expected, told) => {
		const spec = chosen({ ...wish, ifNotSupported: 'send' });
		expect(spec).toMatchObject({ seconds: 5, resolution: '720p', ...expected });
		expect(spec.notes).toEqual([expect.stringContaining(told)]);
		expect(spec.notes[0]).toMatch(/\. It was sent anyway, as set under "If Not Supported"\.$/);
	});

	test('says nothing of what the model makes', () => {
		expect(chosen({ ifNotSupported: 'send' })).toEqual(chosen({}));
	});

	test('a model that is not known may be longer, too', () => {
		const wish = { model: NEWER_MODEL, duration: 90 };
		expect(chosen({ ...wish, ifNotSupported: 'send' })).toMatchObject({ seconds: 90, notes: [] });
		expect(refusal(wish).message).toContain('1 to 60 seconds');
	});

	test.each<Partial<VideoParams>>([
		{ duration: 0 },
		{ duration: -5 },
		{ duration: 'long' },
		{ resolution: '' },
		{ resolution: 'best there is' },
		{ model: '' },
	])('%j is none of the kind, and refused', (wish) => {
		expect(refusal({ ...wish, ifNotSupported: 'send' }).message).toMatch(
			/^(Duration|Resolution|Model): /,
		);
	});

	test.each<[Partial<VideoParams>, number | null, RegExp]>([
		[{ duration: 17 }, 816, /^17 s × 48 credits per second/],
		[{ model: 'wan-2.2', endImage: true }, 240, /^5 s × 48/],
		[{ resolution: '8k' }, null, /no rate for kling-3\.0 at 8k/],
		[{ model: 'wan-2.2', audio: true }, null, /no rate for wan-2\.2 at 720p with sound/],
		[{ model: 'default', duration: 90 }, null, /unknown with ltx-2\.5/],
	])('%j: the estimate is what the published rates say, or unknown', (wish, credits, note) => {
		const estimate = estimateCredits(chosen({ ...wish, ifNotSupported: 'send' }));
		expect(estimate.credits).toBe(credits);
		expect(estimate.note).toMatch(note);
	});

	test('the shape of the image is looked at all the same', () => {
		const spec = chosen({ model: 'sora-2', duration: 5, ifNotSupported: 'send' });
		expect(() => {
			assertShape(spec, { width: 400, height: 300 }, 'Image');
		}).toThrow(/16:9 or 9:16/);
	});
});

describe('veo with an end image makes 8 seconds at most', () => {
	test.each(['veo3.1', 'veo3.1-lite'])('%s: a longer one is refused', (model) => {
		const { message } = refusal({ model, duration: 16, endImage: true });
		expect(message).toContain('8 seconds or less');
		expect(message).toContain('16');
		expect(message).toContain('4, 6 or 8');
	});

	test.each([9, 13, 17, 60])('%i s: what is named as nearest can be made', (duration) => {
		const { message } = refusal({ model: 'veo3.1', duration, endImage: true });
		expect(message).toContain(String(duration));
		expect(message).toMatch(/8/);
		expect(message).not.toMatch(/nearest is (16|24|56)/);
	});

	test.each(['nearest', 'default'] as const)('%s: comes to what can be made', (ifNotSupported) => {
		for (const duration of [9, 13, 16, 60]) {
			const wish = { model: 'veo3.1', duration, endImage: true, ifNotSupported };
			expect(chosen(wish).seconds).toBe(8);
		}
	});
});

describe('the default of the plan', () => {
	test.each<[string, Partial<VideoParams>, string[]]>([
		['either plan', {}, ['kling-3.0', 'ltx-2.5']],
		['16 s: the free plan', { duration: 16 }, ['ltx-2.5']],
		['20 s: over 15 s paid plans have another', { duration: 20 }, ['ltx-2.3', 'ltx-2.5']],
		['480p: paid plans have another', { resolution: '480p' }, ['ltx-2.5', 'seedance-1.5']],
		['4k: paid plans', { resolution: '4k' }, ['kling-3.0']],
		['sound: either', { audio: true }, ['kling-3.0', 'ltx-2.5']],
		['an end image: either', { endImage: true }, ['kling-3.0', 'ltx-2.5']],
	])('%s', (_, wish, makers) => {
		const choice = chosen({ model: 'default', ...wish });
		expect(choice.candidateModels.map(({ id }) => id).sort()).toEqual(makers);
	});

	test.each<[string, Partial<VideoParams>]>([
		['20 s at 4k: no plan makes both', { duration: 20, resolution: '4k' }],
		['61 s', { duration: 61 }],
	])('refuses %s', (_, wish) => {
		expect(refusal({ model: 'default', ...wish }).message).toMatch(/^Duration: default makes/);
	});
});

describe('legacy values', () => {
	test.each(LEGACY_IDS)('%s is accepted', (model) => {
		expect(chosen({ model, duration: model === 'veo3.1-audio' ? 8 : 5 }).selection.id).toBe(model);
	});

	test.each([
		['kling-2.5-audio', 5],
		['veo3.1-audio', 8],
	])('%s means sound', (model, duration) => {
		expect(chosen({ model, duration, audio: false }).audio).toBe(true);
	});

	test('keep the rules of the model that they stand for', () => {
		expect(refusal({ model: 'kling-2.5-audio', duration: 7 }).message).toBe(
			'Duration: kling-2.5-audio makes 5 or 10 seconds; 7 was given; the nearest is 5',
		);
	});
});

describe('a model that the catalogue does not know', () => {
	test.each<[Partial<VideoParams>, { seconds: number; resolution?: string; audio: boolean }]>([
		[
			{ duration: 7.5, resolution: '360p' },
			{ seconds: 7.5, resolution: '360p', audio: false },
		],
		[
			{ duration: '60', resolution: 360, audio: true },
			{ seconds: 60, resolution: '360p', audio: true },
		],
		[
			{ duration: 1, resolution: '' },
			{ seconds: 1, resolution: undefined, audio: false },
		],
		[{ endImage: true }, { seconds: 5, resolution: '720p', audio: false }],
	])('passes unchecked: %j', (wish, expected) => {
		const choice = chosen({ model: NEWER_MODEL, ...wish });
		expect(choice).toMatchObject({ ...expected, notes: [], candidateModels: [] });
		expect(choice.selection.id).toBe(NEWER_MODEL);
	});

	test.each([0, 0.5, 61, -1])('is held to the limits of the API: %p s', (duration) => {
		expect(refusal({ model: NEWER_MODEL, duration }).message).toBe(
			`Duration: Magic Hour makes videos of 1 to 60 seconds; ${duration} was given`,
		);
	});
});

describe('the shape of the image', () => {
	const sora = chosen({ model: 'sora-2', duration: 4 });

	test.each([
		[1920, 1080],
		[1080, 1920],
		[16, 9],
		[854, 480],
		[480, 854],
		[1366, 768],
	])('sora-2 takes %i × %i', (width, height) => {
		expect(() => {
			assertShape(sora, { width, height }, 'Image');
		}).not.toThrow();
	});

	test.each([
		[1024, 1024],
		[1024, 768],
		[1920, 1200],
		[3000, 1000],
		[1000, 3000],
		[1, 1],
	])('sora-2 refuses %i × %i', (width, height) => {
		const failure = failureOf(InvalidInputError, () => {
			assertShape(sora, { width, height }, 'Image');
		});
		expect(failure.message).toBe(
			`Image: sora-2 takes images of 16:9 or 9:16 only; this one is ${width} × ${height} pixels`,
		);
		expect(failure.hint).toContain(width >= height ? '1280 × 720' : '720 × 1280');
	});

	const SHAPES = ['1:1', '4:3', '3:4', '16:9', '9:16'] as const;
	const sizeOf = (shape: string) => {
		const [width = NaN, height = NaN] = shape.split(':').map((side) => 100 * Number(side));
		return { width, height };
	};

	test.each(MODEL_FACTS)(
		'$id takes the shapes it is made for, and says how large one might be',
		({ id, durations, resolutions, aspects = SHAPES }) => {
			const spec = chosen({ model: id, duration: durations[0], resolution: resolutions[0] });
			const check = (size: { width: number; height: number }) => () => {
				assertShape(spec, size, 'Image');
			};
			for (const shape of aspects) expect(check(sizeOf(shape))).not.toThrow();
			for (const shape of SHAPES.filter((each) => !aspects.includes(each))) {
				const { hint = '' } = failureOf(InvalidInputError, check(sizeOf(shape)));
				const [, width, height] = /for example to (\d+) × (\d+),/.exec(hint) ?? [];
				expect(check({ width: Number(width), height: Number(height) })).not.toThrow();
			}
		},
	);

	test.each(['default', NEWER_MODEL])('%s takes every shape', (model) => {
		const spec = chosen({ model });
		for (const shape of SHAPES) {
			expect(() => {
				assertShape(spec, sizeOf(shape), 'Image');
			}).not.toThrow();
		}
	});
});
