import { MODELS as RULES, type ModelRules } from '../../local-api/models.mts';
import { MODELS, type Model } from '../../nodes/shared/models/catalogue.ts';

/**
 * Jest's set-up of the suite `new-models`: models that there are not, put into the two tables before anything reads them.
 * Whatever lists the models by hand, in the nodes or in a test, fails there.
 */
interface NewModel {
	readonly model: Model;
	readonly rules: ModelRules;
}

const oneToSixty = Array.from({ length: 60 }, (_, index) => index + 1);
const all = ['360p', '480p', '720p', '1080p', '4k'] as const;

/** Makes everything; the rate is published for some of it. */
const everything: NewModel = {
	model: {
		id: 'everything-1.0',
		name: 'Everything 1.0',
		bestFor: 'Lip-sync as of Veo and Sora 2',
		durations: oneToSixty,
		defaultDuration: 5,
		resolutions: all,
		audio: 'included',
		endImage: {},
		references: ['image'],
		rate: { '480p': 11, '720p': 13 },
	},
	rules: {
		seconds: oneToSixty,
		resolutions: all,
		audio: 'included',
		endImage: all,
		references: ['image'],
		rates: { '480p': 11, '720p': 13 },
	},
};

/** Limited in every way there is, and makes nothing of the form's defaults. */
const limited: NewModel = {
	model: {
		id: 'limited',
		name: 'Limited',
		bestFor: 'Squares',
		durations: [3, 7, 11, 42],
		defaultDuration: 7,
		resolutions: ['480p', '4k'],
		audio: 'none',
		endImage: { resolutions: ['4k'], maxSeconds: 11 },
		imageShapes: [
			[1, 1],
			[4, 3],
		],
		aspectRatios: ['1:1'],
	},
	rules: {
		seconds: [3, 7, 11, 42],
		resolutions: ['480p', '4k'],
		audio: 'none',
		endImage: ['4k'],
		endImageMaxSeconds: 11,
		aspects: ['1:1', '4:3'],
		notFromText: ['16:9', '9:16'],
	},
};

/** Legacy, of one length and resolution, and with sound that costs extra. */
const legacy: NewModel = {
	model: {
		id: 'sora-2-old',
		name: 'Sora 2 Old',
		bestFor: 'Nothing any more',
		durations: [60],
		defaultDuration: 60,
		resolutions: ['1080p'],
		audio: 'extra',
		rate: { '1080p': 17 },
		audioRate: { '1080p': 2 },
		legacy: true,
		differsFromApi: [{ field: 'model', api: 'without rules', why: 'superseded' }],
	},
	rules: {
		seconds: [60],
		resolutions: ['1080p'],
		audio: 'extra',
		rates: { '1080p': 17 },
		audioRates: { '1080p': 2 },
	},
};

const models = MODELS as Model[];
models.unshift(everything.model);
models.splice(3, 0, limited.model);
models.push(legacy.model);
for (const { model, rules } of [everything, limited, legacy]) {
	(RULES as Record<string, ModelRules>)[model.id] = rules;
}
