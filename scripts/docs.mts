import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { INPUTS_FILE, inputsDocument } from '../tools/docs/inputs-document.mts';
import { withTables } from '../tools/docs/readme-tables.mts';

/** `npm run docs`: writes the README's tables and docs/inputs.md anew. `-- --check`: fails when they are not current instead. */
const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

function bring(path: string, wanted: string): void {
	const name = relative(ROOT, path);
	if (readFileSync(path, 'utf8') === wanted) {
		console.log(`${name}: current`);
	} else if (values.check) {
		console.error(`${name}: not current; run "npm run docs"`);
		process.exitCode = 1;
	} else {
		writeFileSync(path, wanted);
		console.log(`${name}: written anew`);
	}
}

bring(README, withTables(readFileSync(README, 'utf8')));
bring(INPUTS_FILE, await inputsDocument());
