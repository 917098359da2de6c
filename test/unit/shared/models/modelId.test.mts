import { KNOWN_MODEL_IDS, modelIdOf } from '../../../../nodes/shared/models/modelId.ts';
import { NEWER_MODEL } from '../../../../local-api/models.mts';
import { LEGACY_IDS, MODEL_FACTS } from '../../../support/model-facts.mts';

describe('the id of a model', () => {
	test.each(['default', ...MODEL_FACTS.map(({ id }) => id), ...LEGACY_IDS])(
		'%s is itself',
		(id) => {
			expect(modelIdOf(id)).toBe(id);
			expect(modelIdOf(id.toUpperCase())).toBe(id);
			expect(KNOWN_MODEL_IDS).toContain(id);
		},
	);

	test.each([
		['Default', 'default'],
		['Kling 3.0', 'kling-3.0'],
		['KLING_3.0', 'kling-3.0'],
		['Kling 2.5 (Legacy)', 'kling-2.5'],
		['Veo 3.1 Lite', 'veo3.1-lite'],
		['Veo 3.1', 'veo3.1'],
		['Seedance 2.0 Mini', 'seedance-2.0-mini'],
		['Seedance', 'seedance'],
		['MiniMax H3', 'minimax-h3'],
		['sora2', 'sora-2'],
		['LTX 2.3', 'ltx-2.3'],
	])('%s is %s', (name, id) => {
		expect(modelIdOf(name)).toBe(id);
	});

	test.each([NEWER_MODEL, 'kling-3', 'kling-30', 'Kling-25', 'seedance-2'])(
		'%s is not known and stays as it is',
		(id) => {
			expect(modelIdOf(id)).toBe(id);
		},
	);

	test.each(['', ' ', 'Kling the Latest', 'the best one', 'kling-3.0, ltx-2.3'])(
		'%j is none',
		(text) => {
			expect(modelIdOf(text)).toBeUndefined();
		},
	);
});
