import { readFileSync } from 'node:fs';

import { INPUTS_FILE, inputsDocument } from '../../tools/docs/inputs-document.mts';

test('docs/inputs.md is current (npm run docs writes it)', async () => {
	expect(readFileSync(INPUTS_FILE, 'utf8')).toBe(await inputsDocument());
});
