import {
	durationEntries,
	modelEntries,
	resolutionEntries,
	type Form,
} from '../../../../nodes/shared/models/menuEntries.ts';
import { NEWER_MODEL } from '../../../../local-api/models.mts';
import { creditsFor, MODEL_FACTS } from '../../../support/model-facts.mts';

const form = (wishes: Partial<Form>): Form => ({
	model: 'default',
	duration: 5,
	resolution: '720p',
	audio: false,
	endImage: false,
	...wishes,
});

const durations = (wishes: Partial<Form>) => durationEntries(form(wishes));
const resolutions = (wishes: Partial<Form>) => resolutionEntries(form(wishes));
const values = (entries: ReadonlyArray<{ value: unknown }>) => entries.map(({ value }) => value);
const names = (entries: ReadonlyArray<{ name: string }>) => entries.map(({ name }) => name);

/** " · 384 credits", from the facts. */
function price(...video: Parameters<typeof creditsFor>) {
	const credits = creditsFor(...video);
	return credits === null ? ' · price unknown' : ` · ${credits} credits`;
}

describe.each(MODEL_FACTS)('$id', (facts) => {
	const model = facts.id;
	const sounds = facts.audio === 'none' ? [false] : [false, true];

	test('each duration says what it costs, at each resolution, with and without sound', () => {
		for (const resolution of facts.resolutions) {
			for (const audio of sounds) {
				expect(durations({ model, resolution, audio })).toEqual(
					facts.durations.map((seconds) => ({
						name: `${seconds} s${price(facts, seconds, resolution, audio)}`,
						value: seconds,
					})),
				);
			}
		}
	});

	test('each resolution says what it costs, at each duration, with and without sound', () => {
		for (const duration of facts.durations) {
			for (const audio of sounds) {
				expect(resolutions({ model, duration, audio })).toEqual(
					facts.resolutions.map((resolution) => ({
						name: `${resolution}${price(facts, duration, resolution, audio)}`,
						value: resolution,
					})),
				);
			}
		}
	});

	test('with a duration that it does not make, the resolutions say the price of a second', () => {
		const [entry] = resolutions({ model, duration: 61 });
		const [resolution = ''] = facts.resolutions;
		expect(entry?.name).toBe(
			`${resolution}${price(facts, 1, resolution, false)}`.replace(
				/credits$/,
				'credits per second',
			),
		);
	});

	test('with a resolution that it does not make, the durations are there without a price', () => {
		expect(names(durations({ model, resolution: '8k' }))).toEqual(
			facts.durations.map((seconds) => `${seconds} s`),
		);
	});

	test('with an end image there is what it makes with one', () => {
		const { endImage } = facts;
		const wishes = { model, resolution: '1080p', endImage: true };
		if (endImage === 'none') {
			// The field is hidden; what was chosen in it before does nothing.
			expect(durations(wishes)).toEqual(durations({ ...wishes, endImage: false }));
			expect(resolutions(wishes)).toEqual(resolutions({ ...wishes, endImage: false }));
			return;
		}
		expect(values(resolutions(wishes))).toEqual(endImage.resolutions);
		const { upTo = Infinity } = endImage;
		expect(values(durations(wishes))).toEqual(facts.durations.filter((each) => each <= upTo));
	});
});

describe('the default of the plan', () => {
	test('says no price where one plan has a model without a rate', () => {
		expect(names(durations({}))).toContain('5 s · price unknown');
		expect(names(resolutions({}))).toContain('1080p · price unknown');
	});
	test("marks what only one plan makes, with that plan's price", () => {
		expect(names(durations({}))).toEqual(
			expect.arrayContaining([
				'16 s (Free Plan Only) · price unknown',
				'20 s · price unknown',
				'60 s (Free Plan Only) · price unknown',
			]),
		);
		expect(names(durations({ resolution: '4k', audio: true }))).toContain(
			'12 s (Paid Plans Only) · 3456 credits',
		);
		expect(names(resolutions({}))).toEqual([
			'480p · price unknown',
			'720p · price unknown',
			'1080p · price unknown',
			'4k (Paid Plans Only) · 1200 credits',
		]);
	});
	test('has the durations of the plan that makes the resolution', () => {
		expect(values(durations({ resolution: '4k' }))).toEqual([
			3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		]);
	});
});

describe('a model that is not known', () => {
	test.each([undefined, null, '', NEWER_MODEL, '={{ $json.model }}', { __rl: true }])(
		'%j: everything is there, without a price',
		(model) => {
			expect(names(resolutions({ model }))).toEqual(['360p', '480p', '720p', '1080p', '4k']);
			expect(names(durations({ model }))).toEqual(expect.arrayContaining(['1 s', '7 s', '60 s']));
			expect(values(durations({ model, endImage: true }))).toEqual(values(durations({ model })));
			expect(values(durations({ model, resolution: '4k' }))).toEqual(values(durations({ model })));
		},
	);
	test('an id that stands for a model with sound has its values', () => {
		expect(names(durations({ model: 'veo3.1-audio' }))[0]).toBe('4 s · price unknown');
	});
});

test.each([undefined, null, '', '={{ $json.seconds }}', Symbol('x')])(
	'a duration or resolution of %p leaves both menus as they are',
	(open) => {
		expect(values(durations({ resolution: open }))).toEqual(values(durations({})));
		expect(values(resolutions({ duration: open }))).toEqual(values(resolutions({})));
	},
);

test('values of expressions are read as the node reads them', () => {
	const model = 'kling-3.0';
	expect(resolutions({ model, duration: '8 s' })).toEqual(resolutions({ model, duration: 8 }));
	expect(durations({ model, resolution: 1080 })).toEqual(durations({ model, resolution: '1080p' }));
});

test.each([
	['Kling 3.0', 'kling-3.0'],
	['Veo 3.1 Lite', 'veo3.1-lite'],
])('a model by its name, %s, has the menus that it has by its ID', (name, id) => {
	expect(durations({ model: name })).toEqual(durations({ model: id }));
	expect(resolutions({ model: name })).toEqual(resolutions({ model: id }));
});

describe('the list of models', () => {
	/** As many letters as the dropdown shows beside each other in a panel of the usual width. */
	const WIDTH = 60;

	test('has the default and every model', () => {
		expect(values(modelEntries()).sort()).toEqual(
			['default', ...MODEL_FACTS.map(({ id }) => id)].sort(),
		);
	});
	test.each(modelEntries())('$name fits, and says what it is best for', ({ name }) => {
		expect(name.length).toBeLessThanOrEqual(WIDTH);
		expect(name).toMatch(/^.+ · \S.*/);
	});
	test.each([
		['kling-2.5', /^Kling 2\.5 \(Legacy\) · /],
		['seedance', /^Seedance \(Legacy\) · /],
		['sora-2', /^Sora 2 \(Legacy\) · /],
		['kling-2.6', /^Kling 2\.6 · /],
	])('%s is marked if it is legacy', (id, name) => {
		expect(modelEntries().find(({ value }) => value === id)?.name).toMatch(name);
	});
});
