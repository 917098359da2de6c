/**
 * What saved workflows and credentials name must go on meaning the same. `test/fixtures/saved-names-0.1.json` has all that
 * version 0.1 knew: parameters by operation, their types, defaults (which n8n does not save), values and the labels that
 * expressions may give for them, webhook paths and the fields of credentials. Once that version is released, the file is
 * **never changed**: `npm run saved-names` writes the one of the version in package.json.
 *
 * Models are the exception: any ID can be used before the catalogue knows it, so a model that is added is in the file of the
 * next version only. Once there, it must stay known.
 *
 * A label that changes stays known, in `FORMER_LABELS`. If a name, a default or a value has to go, that is a new `version`
 * of the node: see `test/engine/saved-workflow.test.mts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { vocabulary, type Vocabulary } from '../../tools/docs/vocabulary.mts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures');
const fixtures = readdirSync(FOLDER)
	.filter((name) => name.startsWith('saved-names-'))
	.map((name): [string, Vocabulary] => [
		name,
		JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Vocabulary,
	]);
const today = vocabulary();

/** Every statement of a vocabulary as a line of its own: "nodes imageToVideo parameters get.options.timeout default 1800". */
function statements(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.map((each) => `${path} ${JSON.stringify(each)}`);
	if (typeof value === 'object' && value !== null && !path.endsWith(' default')) {
		return Object.entries(value).flatMap(([key, each]) => statements(each, `${path} ${key}`));
	}
	return [`${path} ${JSON.stringify(value)}`];
}

test('there are names to look at', () => {
	expect(fixtures.map(([name]) => name)).toContain('saved-names-0.1.json');
	expect(statements(today).length).toBeGreaterThan(150);
});

test.each(fixtures)('all that %s names is there, and means the same', (_, saved) => {
	const known = new Set(statements(today));
	expect(statements(saved).filter((statement) => !known.has(statement))).toEqual([]);
});

test('a fixture has all that there is today', () => {
	const saved = new Set(fixtures.flatMap(([, each]) => statements(each)));
	const isModel = (statement: string) => /\.model values /.test(statement);
	const unsaved = statements(today).filter((statement) => !saved.has(statement));
	expect(unsaved.filter((statement) => !isModel(statement))).toEqual([]);
});
