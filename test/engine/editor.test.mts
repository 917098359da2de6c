import type { INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { durationsOf, MODELS, offerOf, resolutionsOf } from '../../nodes/shared/catalogue.ts';
import { openLab, type Lab } from './lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterAll(async () => {
	expect(lab.api.requests).toHaveLength(0);
	await lab.close();
});

const model = (value: string): INodeParameters => ({ model: { __rl: true, mode: 'list', value } });

const durations = async (parameters: INodeParameters) =>
	await lab.engine.loadOptions('getDurations', parameters);
const resolutions = async (parameters: INodeParameters) =>
	await lab.engine.loadOptions('getResolutions', parameters);
const values = (options: readonly { readonly value: unknown }[]) =>
	options.map(({ value }) => value);

/** What is shown of each value. */
const names = (options: readonly INodePropertyOptions[]) =>
	new Map(
		options.map(({ name, value, description = '' }) => [String(value), `${name} ${description}`]),
	);

describe('the list of models', () => {
	it('holds the default and every model of the catalogue', async () => {
		const { results } = await lab.engine.listSearch('searchModels');

		expect(values(results)).toEqual(['default', ...MODELS.map(({ id }) => id)]);
	});

	it.each([
		['veo', ['veo3.1-lite', 'veo3.1']],
		['KLING 3', ['kling-3.0']],
		['sora-2', ['sora-2']],
		['nothing has this name', []],
	])('is searched for "%s"', async (filter, found) => {
		const { results } = await lab.engine.listSearch('searchModels', {}, filter);

		expect(values(results)).toEqual(found.length === 0 ? [] : expect.arrayContaining(found));
	});
});

describe.each(MODELS.map((each) => [each.id, each] as const))('with %s chosen', (id, row) => {
	it('the durations are those that it makes', async () => {
		for (const resolution of row.resolutions) {
			expect(values(await durations({ ...model(id), resolution }))).toEqual(row.durations);
		}
	});

	it('the resolutions are those that it makes', async () => {
		expect(values(await resolutions(model(id)))).toEqual(row.resolutions);
	});
});

describe('with the default of the plan', () => {
	it('what either of its models makes is there', async () => {
		const offer = offerOf('default');

		expect(values(await resolutions(model('default'))).sort()).toEqual(resolutionsOf(offer).sort());
		expect(values(await durations({ ...model('default'), resolution: '720p' }))).toEqual(
			durationsOf(offer),
		);
	});

	it('what only one of them makes is marked', async () => {
		const byResolution = names(await resolutions(model('default')));
		const bySeconds = names(await durations({ ...model('default'), resolution: '720p' }));

		expect(byResolution.get('4k')).toMatch(/paid/i);
		expect(byResolution.get('480p')).toMatch(/free/i);
		expect(byResolution.get('720p')).not.toMatch(/paid|free plan/i);
		expect(bySeconds.get('12')).toMatch(/paid/i);
		expect(bySeconds.get('30')).toMatch(/free/i);
		expect(bySeconds.get('5')).not.toMatch(/paid|free plan/i);
	});
});

describe.each([
	['an id that the catalogue does not know', 'ltx-2.5'],
	['no model', ''],
	['an expression that has no value yet', '={{ $json.model }}'],
])('with %s', (_, value) => {
	it('the lists have something to choose', async () => {
		const parameters = { model: { __rl: true, mode: 'id', value } };

		expect(values(await durations(parameters)).length).toBeGreaterThan(0);
		expect(values(await resolutions(parameters)).length).toBeGreaterThan(0);
	});
});
