import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import { withModelRules } from '../../tools/docs/agent-models.mts';
import { TABLES } from '../../tools/docs/readme-tables.mts';

describe("the README's tables", () => {
	const lines = (name: string) => TABLES[name]?.().split('\n') ?? [];

	test.each(MODELS)('have $id', ({ id, name }) => {
		expect(lines('models').filter((line) => line.includes(`| \`${id}\` |`))).toHaveLength(1);
		expect(lines('credits').filter((line) => line.startsWith(`| ${name} |`))).toHaveLength(1);
	});

	test.each([
		['models', '| Kling 2.6 | `kling-2.6` | 5 or 10 | 720p, 1080p | no | at 1080p only |'],
		['models', '| Seedance (legacy) | `seedance` | 2 to 12 | 480p, 720p, 1080p | no | yes |'],
		[
			'credits',
			'| Kling 3.0 | – | – | 48 (72 with sound) | 72 (96 with sound) | 240 (288 with sound) |',
		],
		['credits', '| Seedance 2.0 | – | 144 | 288 | unknown | unknown |'],
	])('%s: %s', (name, line) => {
		expect(lines(name)).toContainEqual(expect.stringContaining(line));
	});
});

describe("the agent's text", () => {
	const text = (rules: string) =>
		`{{ $fromAI('model', 'ID of the model. default: as the plan has it. ${rules}', 'string') }}`;
	const made = withModelRules(text('old: 1 s, 480p.'));

	test.each(MODELS)('has $id, unless it is legacy', ({ id, legacy }) => {
		expect(made.includes(` ${id}: `)).toBe(legacy !== true);
	});

	test('has the rules and nothing else anew', () => {
		expect(made).toContain(' kling-2.6: 5 or 10 s, 720p/1080p. ');
		expect(made).toContain(' kling-3.0: 3 to 15 s, 720p/1080p/4k, sound. ');
		expect(made).not.toContain('old');
		expect(made.replace(/(plan has it\. ).*(', 'string')/, '$1$2')).toBe(text(''));
	});

	test('needs a place', () => {
		expect(() => withModelRules('{}')).toThrow('ID of the model');
	});
});
