import { MODELS as RULES } from '../../../../local-api/models.mts';
import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import { MODELS, type AspectRatio } from '../../../../nodes/shared/models/catalogue.ts';
import {
	checkReferences,
	checkReferenceName,
	resolveTextSpec,
} from '../../../../nodes/shared/models/textToVideo.ts';
import { resolveVideoSpec, type VideoSpec } from '../../../../nodes/shared/models/videoSpec.ts';
import { failureOf } from '../../../support/failure-of.mts';

const refusal = (work: () => void): string => failureOf(InvalidInputError, work).message;

describe('the names that a prompt calls references by', () => {
	it.each([
		['@bottle on a table', ['bottle']],
		['The bottle (@bottle) and "@cup".', ['bottle', 'cup']],
		["@bottle's label, then @bottle.", ['bottle']],
		['@bottle-2 beside @bottle', ['bottle', 'bottle-2']],
		['@Bottle_A—close up', ['Bottle_A']],
		['@bottle- and no more', ['bottle']],
		['@a/@b', ['a', 'b']],
		['@bottle, as on https://medium.com/@somebody', ['bottle']],
		['@bottle with the address me@example.com on it', ['bottle']],
		['@bottle, name.surname+tag@example.com', ['bottle']],
		['@bottle, shot at @24fps with an é@accent', ['bottle']],
	])('"%s" goes with %j', (prompt, names) => {
		expect(checkReferences(prompt, names)).toEqual([]);
	});

	it.each<[string, string | null]>([
		['@anything goes', 'anything'],
		['on a table: (@bottle-)', 'bottle'],
		['mail me@example.com', null],
		['https://medium.com/@somebody', null],
		['shot at @24fps', null],
		['😀@x', null],
		['@', null],
		['@@x', null],
	])('without references "%s" is plain text; told is %j', (prompt, name) => {
		expect(checkReferences(prompt, [])).toEqual(
			name === null
				? []
				: [`There is no reference image, so "@${name}" in the prompt was sent as text.`],
		);
	});

	it.each([
		['@cup and @bottle', ['bottle'], 'Prompt: @cup is no reference image; there is @bottle'],
		['@bottle-shaped, @bottle', ['bottle'], 'Prompt: @bottle-shaped is no reference image'],
		['@Bottle', ['bottle'], 'Prompt: @Bottle is no reference image; there is @bottle'],
		['@bottleé', ['bottle'], 'Prompt: @bottleé is no reference image'],
		['a bottle', ['bottle'], 'Reference Images: the prompt does not use @bottle'],
		['bottle@bottle', ['bottle'], 'Reference Images: the prompt does not use @bottle'],
		['@bottle2', ['bottle', 'bottle2'], 'Reference Images: the prompt does not use @bottle'],
		['@a', ['a', 'a'], 'Reference Images: two are named a; give each a name of its own'],
	])('"%s" does not go with %j', (prompt, names, message) => {
		expect(
			refusal(() => {
				checkReferences(prompt, names);
			}),
		).toContain(message);
	});

	it('shows a word of any length in one short line', () => {
		const prompt = `@${'a'.repeat(9_000)}`;
		expect(checkReferences(prompt, []).join().length).toBeLessThan(200);
		expect(refusal(() => checkReferences(prompt, ['a'])).length).toBeLessThan(200);
	});

	it('says that capitals count', () => {
		const failure = failureOf(InvalidInputError, () => {
			checkReferences('@Bottle', ['bottle']);
		});
		expect(failure.hint).toBe('Capitals count: write @bottle.');
	});

	it('is quick, whatever the prompt', () => {
		const begun = performance.now();
		checkReferences(`@a ${'x@'.repeat(9_000)}${'@a-'.repeat(500)}`, ['a']);
		expect(performance.now() - begun).toBeLessThan(2_000);
	});
});

describe('the name of a reference', () => {
	it.each([
		['bottle', 'bottle'],
		['@bottle', 'bottle'],
		['A', 'A'],
		['a-b_C9-', 'a-b_C9-'],
	])('%s is %s', (given, name) => {
		expect(checkReferenceName(given, 'Name')).toBe(name);
	});

	it.each(['', '@', '@@a', '1a', '_a', 'my bottle', 'flasche-ß', 'a.b', 'a\n'])(
		'%j is none',
		(given) => {
			expect(refusal(() => checkReferenceName(given, 'Name'))).toMatch(/^Name: .* was given; give/);
		},
	);
});

const RATIOS: readonly AspectRatio[] = ['16:9', '9:16', '1:1'];

describe('what a model makes from text', () => {
	const specOf = (model: string, resolution = '720p', duration = 8): VideoSpec =>
		resolveVideoSpec({
			...{ model, resolution, duration, audio: false, endImage: false },
			ifNotSupported: 'nearest',
		});

	// By the local API's table, which is typed from docs/magic-hour-api.md as well, not taken from the catalogue.
	it.each(MODELS.map(({ id }) => id))('%s makes its shapes, and takes references or not', (id) => {
		const { notFromText = [], references } = RULES[id] ?? {};
		const made = RATIOS.filter((each) => !notFromText.includes(each));
		for (const ratio of RATIOS) {
			const work = () => resolveTextSpec(specOf(id), ratio, false, 'nearest');
			if (made.includes(ratio)) {
				expect(work().candidateModels.map((each) => each.id)).toEqual([id]);
			} else {
				expect(refusal(work)).toBe(
					`Aspect Ratio: ${id} makes ${made.join(' or ')}; ${ratio} was given`,
				);
			}
		}
		const withReferences = () => resolveTextSpec(specOf(id), made[0] ?? '16:9', true, 'default');
		if (references) expect(withReferences().selection.id).toBe(id);
		else expect(refusal(withReferences)).toContain(`Reference Images: ${id} takes none`);
	});

	it('with references, the default is the models of it that take them', () => {
		const { candidateModels } = resolveTextSpec(
			specOf('default', '720p', 5),
			'16:9',
			true,
			'error',
		);
		expect(candidateModels.map(({ id }) => id)).toEqual(['kling-3.0']);
	});

	it('a model that is not known makes anything', () => {
		const spec = specOf('new-model-9');
		expect(resolveTextSpec(spec, '1:1', true, 'error')).toBe(spec);
	});

	it('Send Anyway sends what a model is not known to make, and tells all of it', () => {
		const spec = specOf('veo3.1');
		const { notes, ...sent } = resolveTextSpec(spec, '1:1', true, 'send');
		expect(sent).toEqual({ ...sent, candidateModels: spec.candidateModels });
		expect(notes).toEqual([
			'Aspect Ratio: veo3.1 makes 16:9 or 9:16; 1:1 was given. It was sent anyway, as set under "If Not Supported".',
			expect.stringMatching(/^Reference Images: veo3\.1 takes none .* sent anyway/),
		]);
	});

	it('Send Anyway tells nothing of what a model makes', () => {
		const spec = resolveTextSpec(specOf('kling-3.0'), '1:1', true, 'send');
		expect(spec).toMatchObject({ notes: [], candidateModels: [{ id: 'kling-3.0' }] });
	});
});
