// `npm run saved-names`: writes what this version's saved workflows name, for `test/tools/saved-names.test.mts`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import manifest from '../package.json';
import { PROJECT_DIRECTORY } from '../tools/pack.mts';
import { vocabulary } from '../tools/docs/vocabulary.mts';

const [major = '', minor = ''] = manifest.version.split('.');
const path = join(PROJECT_DIRECTORY, 'test', 'fixtures', `saved-names-${major}.${minor}.json`);
const options = { ...(await resolveConfig(path)), filepath: path };
await writeFile(path, await format(JSON.stringify(vocabulary()), options));
console.log(`Written: ${path}`);
