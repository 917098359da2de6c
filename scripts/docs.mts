import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withModelRules } from '../tools/docs/agent-models.mts';
import { withDeathsTable } from '../tools/docs/deaths-table.mts';
import { inputsDocument } from '../tools/docs/inputs-document.mts';
import { withTables } from '../tools/docs/readme-tables.mts';
import { PROJECT_DIRECTORY } from '../tools/pack.mts';

/**
 * `npm run docs`: writes anew what files say of the nodes and models. `-- --check`: fails when something is not current
 * instead.
 */
const MADE: Readonly<Record<string, (current: string) => string | Promise<string>>> = {
	'README.md': withTables,
	'workflows/chat-agent.json': withModelRules,
	'docs/inputs.md': inputsDocument,
	'docs/scaling.md': withDeathsTable,
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

for (const [file, make] of Object.entries(MADE)) {
	const path = join(PROJECT_DIRECTORY, file);
	const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
	const wanted = await make(current);
	if (current === wanted) {
		console.log(`${file} is current`);
	} else if (values.check) {
		console.error(`${file} is not current; run "npm run docs"`);
		process.exitCode = 1;
	} else {
		writeFileSync(path, wanted);
		console.log(`${file} was written anew`);
	}
}
