import type { INodeParameters, INodePropertyOptions, INodeType } from 'n8n-workflow';

import { MagicHourVideoApi } from '../../credentials/MagicHourVideoApi.credentials.ts';
import { NEWER_MODEL } from '../../local-api/models.mts';
import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import {
	durationsOf,
	MODELS,
	resolveModel,
	resolutionsOf,
} from '../../nodes/shared/models/catalogue.ts';
import { creditsFor, factsOf } from '../support/model-facts.mts';
import { loneWorkflow, NODE } from '../../tools/engine/harness-workflow.mts';
import { openLab, type Lab } from '../support/engine/lab.mts';

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
	new Map(options.map(({ name, value }) => [String(value), name]));

describe('the list of models', () => {
	it('holds the default and every model of the catalogue', async () => {
		const { results } = await lab.engine.listSearch('searchModels');

		expect(values(results)).toEqual(['default', ...MODELS.map(({ id }) => id)]);
	});

	it.each([
		['veo', ['veo3.1-lite', 'veo3.1']],
		['KLING 3.0 · ', ['kling-3.0']],
		['sora-2', ['sora-2']],
		['lip-sync', ['ltx-2.3']],
	])('is searched for "%s"', async (filter, found) => {
		const { results } = await lab.engine.listSearch('searchModels', {}, filter);

		expect(values(results)).toEqual(expect.arrayContaining(found));
		expect(values(results)).not.toContain('wan-2.2');
	});

	it('is empty where nothing has the name', async () => {
		const { results } = await lab.engine.listSearch('searchModels', {}, 'nothing has this name');

		expect(results).toEqual([]);
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

	it('both menus say what the first of them costs, with sound if it makes any', async () => {
		const [resolution = ''] = row.resolutions;
		const [duration = NaN] = row.durations;
		const audio = row.audio !== 'none';
		const chosen = { ...model(id), resolution, duration, audio };
		const credits = creditsFor(factsOf(id), duration, resolution, audio);
		const price = credits === null ? 'price unknown' : `${credits} credits`;

		expect(names(await durations(chosen)).get(String(duration))).toBe(`${duration} s · ${price}`);
		expect(names(await resolutions(chosen)).get(resolution)).toBe(`${resolution} · ${price}`);
	});
});

describe('with the default of the plan', () => {
	it('what either of its models makes is there', async () => {
		const { models } = resolveModel('default');

		expect(values(await resolutions(model('default'))).sort()).toEqual(
			resolutionsOf(models).sort(),
		);
		expect(values(await durations({ ...model('default'), resolution: '720p' }))).toEqual(
			durationsOf(models),
		);
	});

	it('what only one of them makes is marked', async () => {
		const byResolution = names(await resolutions(model('default')));
		const bySeconds = names(await durations({ ...model('default'), resolution: '720p' }));

		expect(byResolution.get('4k')).toMatch(/paid/i);
		expect(byResolution.get('480p')).not.toMatch(/paid|free plan/i);
		expect(byResolution.get('720p')).not.toMatch(/paid|free plan/i);
		expect(bySeconds.get('2')).toMatch(/free/i);
		expect(bySeconds.get('16')).toMatch(/free/i);
		expect(bySeconds.get('30')).not.toMatch(/paid|free plan/i);
		expect(bySeconds.get('5')).not.toMatch(/paid|free plan/i);
	});
});

describe('with an end image', () => {
	const endImage = { endImageSource: 'url', endImageUrl: 'https://example.com/end.png' };

	it('there are fewer resolutions or durations where the model is so limited', async () => {
		expect(values(await resolutions({ ...model('kling-2.6'), ...endImage }))).toEqual(['1080p']);
		expect(values(await durations({ ...model('veo3.1'), ...endImage }))).toEqual([4, 6, 8]);
	});

	it('one that was chosen before counts for Generate only', async () => {
		const estimate = { ...model('veo3.1'), ...endImage, operation: 'estimateCredits' };

		expect(values(await durations(estimate))).toContain(56);
	});
});

describe.each([
	['an id that the catalogue does not know', NEWER_MODEL],
	['no model', ''],
	['an expression', '={{ $json.model }}'],
	['an expression that has no value yet', null],
])('with %s', (_, value) => {
	it('the lists have something to choose', async () => {
		const parameters = { model: { __rl: true, mode: 'id', value } };

		expect(values(await durations(parameters)).length).toBeGreaterThan(0);
		expect(values(await resolutions(parameters)).length).toBeGreaterThan(0);
	});
});

describe('the fields that decide what a menu says', () => {
	const MENUS = { duration: 'getDurations', resolution: 'getResolutions' } as const;
	const { description, methods } = new ImageToVideo();

	/** Names of the parameters that a menu reads: "model" for "model.value". */
	async function readBy(method: 'getDurations' | 'getResolutions'): Promise<Set<string>> {
		const read = new Set<string>();
		const getCurrentNodeParameter = (name: string) => {
			read.add(name.replace(/\..*/, ''));
			return name === 'operation' ? 'generate' : undefined;
		};
		await methods.loadOptions[method].call({ getCurrentNodeParameter } as never);
		return read;
	}

	it.each(Object.entries(MENUS))('%s: n8n reads it anew for each of them', async (name, method) => {
		const field = description.properties.find((property) => property.name === name);
		const named = (field?.typeOptions?.loadOptionsDependsOn ?? []).map((each) =>
			each.replace(/^&|\..*/g, ''),
		);

		expect(new Set([...named, name])).toEqual(await readBy(method));
	});

	it.each(Object.keys(MENUS))('%s: an expression without a value does not end the menu', (name) => {
		const field = description.properties.find((property) => property.name === name);
		const parameters = description.properties.map((property) => property.name);

		// n8n's editor gives up when a field that is named just so can't be resolved.
		for (const each of field?.typeOptions?.loadOptionsDependsOn ?? []) {
			expect(parameters).not.toContain(each);
		}
	});
});

describe('the warnings before a run', () => {
	const END_IMAGE = { endImageSource: 'url', endImageUrl: 'https://example.com/end.png' };

	/** Those that n8n shows for these parameters. */
	function warnings(parameters: INodeParameters, node: INodeType = new ImageToVideo()): string[] {
		const subject = { nodeName: 'test.video', node, credential: new MagicHourVideoApi() };
		const { expression } = loneWorkflow(subject, parameters);
		return (node.description.hints ?? [])
			.filter(({ displayCondition = '' }) => {
				const shows = expression.getParameterValue(
					displayCondition,
					null,
					0,
					0,
					NODE,
					[],
					'manual',
					{},
				);
				expect(typeof shows).toBe('boolean');
				return shows;
			})
			.map(({ message }) => message);
	}

	it('are none for what the models make', () => {
		expect(warnings({})).toEqual([]);
		for (const { id } of MODELS) expect(warnings(model(id))).toEqual([]);
		expect(warnings({ ...model('kling-2.6'), resolution: '1080p', ...END_IMAGE })).toEqual([]);
		expect(warnings({ ...model('veo3.1'), duration: 8, ...END_IMAGE })).toEqual([]);
		expect(warnings({ ...model('veo3.1'), duration: 16 })).toEqual([]);
	});

	it('are none for what is to be sent anyway', () => {
		const options = { durationNotSupported: 'send' };
		const kling = { ...model('kling-2.6'), resolution: '720p', ...END_IMAGE };
		expect(warnings({ ...kling, options })).toEqual([]);
		expect(warnings({ ...kling, options: { durationNotSupported: 'error' } })).toHaveLength(1);
		const square = { ...model('veo3.1'), prompt: 'A fox', aspectRatio: '1:1' };
		expect(warnings({ ...square, options }, new TextToVideo())).toEqual([]);
	});

	it.each(['generate', 'estimateCredits'])('%s: say that a model is not known', (operation) => {
		expect(warnings({ ...model(NEWER_MODEL), operation })).toEqual([
			expect.stringContaining('does not know this model'),
		]);
	});

	it('know a model by its name, as the run does', () => {
		for (const { name } of MODELS) expect(warnings(model(name))).toEqual([]);
		expect(warnings(model('Kling 2.5 (Legacy)'))).toEqual([]);
		expect(warnings({ ...model('Kling 2.6'), resolution: '720p', ...END_IMAGE })).toEqual([
			expect.stringContaining('Kling 2.6 makes 1080p only'),
		]);
	});

	it.each<[INodeParameters, string[]]>([
		[{ prompt: 'A fox' }, []],
		[{ prompt: 'me@example.com' }, []],
		[{ prompt: '@fox', operation: 'estimateCredits' }, []],
		[{ prompt: '@fox', referenceImages: { reference: [{ name: 'fox' }] } }, []],
		[{ prompt: '@fox' }, ['there is no reference image']],
		[{ prompt: 'A (@fox)', referenceImages: { reference: [] } }, ['there is no reference image']],
		[{ ...model('veo3.1'), prompt: 'A fox', aspectRatio: '1:1' }, ['does not make videos of 1:1']],
	])('of Text To Video with %j: %j', (parameters, expected) => {
		expect(warnings(parameters, new TextToVideo())).toEqual(
			expected.map((each) => expect.stringContaining(each) as string),
		);
	});

	it('say nothing of a model where there is none', () => {
		expect(warnings({ ...model(NEWER_MODEL), operation: 'get' })).toEqual([]);
	});

	it.each([
		['kling-2.6', { resolution: '720p' }, 'Kling 2.6 makes 1080p only'],
		['kling-2.5-audio', { resolution: '720p' }, 'Kling 2.5 makes 1080p only'],
		['veo3.1', { duration: 16 }, 'Veo 3.1 makes videos of 8 seconds or less'],
		['veo3.1-lite', { duration: 16 }, 'Veo 3.1 Lite makes videos of 8 seconds or less'],
		['veo3.1-audio', { duration: '16' }, 'Veo 3.1 makes videos of 8 seconds or less'],
	])('say what %s does not make with an end image', (id, chosen, message) => {
		expect(warnings({ ...model(id), ...chosen, ...END_IMAGE })).toEqual([
			expect.stringContaining(message),
		]);
	});
});
