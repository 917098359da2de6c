import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTables } from '../tools/docs/readme-tables.mts';

/** `npm run docs`: writes the README's tables anew. `-- --check`: fails when they are not current instead. */
const README = join(import.meta.dirname, '..', 'README.md');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const current = readFileSync(README, 'utf8');
const wanted = withTables(current);

if (current === wanted) {
	console.log('README.md: the tables are current');
} else if (values.check) {
	console.error('README.md: the tables are not current; run "npm run docs"');
	process.exitCode = 1;
} else {
	writeFileSync(README, wanted);
	console.log('README.md: the tables were written anew');
}
