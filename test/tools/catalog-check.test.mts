import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	compareCatalogue,
	needsAttention,
	NODE_TABLE,
	type Difference,
	type Table,
} from '../../tools/catalogue/compare-catalogue.mts';
import {
	readApiCatalogue,
	UnreadableDescription,
} from '../../tools/catalogue/openapi-catalogue.mts';
import { NEWER_MODEL } from '../../local-api/models.mts';
import {
	DESCRIBED,
	describeApi,
	fieldsOf,
	type ApiDescription,
	type DescribedFields,
	type Style,
} from '../support/api-description.mts';
import { failureOf } from '../support/failure-of.mts';

const PROJECT = join(import.meta.dirname, '../..');
const PUBLISHED = join(PROJECT, 'test/fixtures/openapi-2026-08.json');

const published = (): ApiDescription =>
	JSON.parse(readFileSync(PUBLISHED, 'utf8')) as ApiDescription;

/** The table without the models that are newer than a published description. */
function asOf(description: unknown): Table {
	const { ids } = readApiCatalogue(description);
	return { ...NODE_TABLE, models: NODE_TABLE.models.filter(({ id }) => ids.includes(id)) };
}

const DESCRIPTIONS: readonly (readonly [string, () => ApiDescription, () => Table])[] = [
	['a description made from the facts', () => describeApi(), () => NODE_TABLE],
	['the description of August 2026', published, () => asOf(published())],
];

/** What the table notes itself: "kling-2.5 audio". */
const NOTES = NODE_TABLE.models.flatMap(({ id, differsFromApi = {} }) =>
	Object.keys(differsFromApi).map((field) => `${id} ${field}`),
);

const differencesFrom = (description: unknown, table?: Table) =>
	compareCatalogue(readApiCatalogue(description), table);
const openIn = (differences: readonly Difference[]) => differences.filter(needsAttention);

/** Replaces text that is there once. */
function change(field: { description: string }, from: string | RegExp, to: string): void {
	const changed = field.description.replace(from, to);
	if (changed === field.description) throw new Error(`There is no ${String(from)} to replace`);
	field.description = changed;
}

const endImageOf = (fields: DescribedFields) => fields.assets.properties.end_image_file_path;

type OpenDifference = Pick<Difference, 'model' | 'field' | 'table' | 'api'>;

/** Changes to a description that agrees with the table, and the one difference that is to be found then. */
const DOCTORED: readonly (readonly [string, (fields: DescribedFields) => void, OpenDifference])[] =
	[
		[
			'a duration removed',
			({ end_seconds }) => {
				change(end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5');
			},
			{ model: 'kling-2.6', field: 'durations', table: '5, 10', api: '5' },
		],
		[
			'a duration added',
			({ end_seconds }) => {
				change(end_seconds, '`sora-2`**: 4, 8', '`sora-2`**: 4, 6, 8');
			},
			{
				model: 'sora-2',
				field: 'durations',
				table: '4, 8, 12, 24, 36, 48, 60',
				api: '4, 6, 8, 12, 24, 36, 48, 60',
			},
		],
		[
			'a model without durations any more',
			({ end_seconds }) => {
				change(end_seconds, /.*wan-2\.2.*/, '');
			},
			{
				model: 'wan-2.2',
				field: 'durations',
				table: '3, 4, 5, 6, 7, 8, 9, 10, 15',
				api: 'no rule',
			},
		],
		[
			'a resolution added',
			({ resolution }) => {
				change(resolution, /(`minimax-h3`\*\*: Supports )480p/, '$1360p, 480p');
			},
			{
				model: 'minimax-h3',
				field: 'resolutions',
				table: '480p, 720p, 1080p',
				api: '360p, 480p, 720p, 1080p',
			},
		],
		[
			'a resolution removed',
			({ resolution }) => {
				change(resolution, /(`kling-3\.0`\*\*: .*), 4k/, '$1');
			},
			{ model: 'kling-3.0', field: 'resolutions', table: '720p, 1080p, 4k', api: '720p, 1080p' },
		],
		[
			'audio that costs extra now',
			({ audio }) => {
				change(
					audio,
					/(`ltx-2\.3`\*\*): .*/,
					'$1: Toggle-able: audio adds extra credits when enabled',
				);
			},
			{ model: 'ltx-2.3', field: 'audio', table: 'included', api: 'extra' },
		],
		[
			'no audio any more',
			({ audio }) => {
				change(audio, /(`sora-2`\*\*): .*/, '$1: Not supported');
			},
			{ model: 'sora-2', field: 'audio', table: 'included', api: 'none' },
		],
		[
			'an end image where there was none',
			(fields) => {
				change(endImageOf(fields), /(`wan-2\.2`\*\*): .*/, '$1: Supports 480p, 720p.');
			},
			{ model: 'wan-2.2', field: 'endImage', table: 'none', api: 'at 480p, 720p' },
		],
		[
			'an end image at more resolutions',
			(fields) => {
				change(
					endImageOf(fields),
					'`kling-2.6`**: Supports 1080p.',
					'`kling-2.6`**: Supports 720p, 1080p.',
				);
			},
			{ model: 'kling-2.6', field: 'endImage', table: 'at 1080p', api: 'at 720p, 1080p' },
		],
		[
			'an end image for longer videos',
			(fields) => {
				change(endImageOf(fields), /(`veo3\.1`\*\*.*) 8 seconds/, '$1 16 seconds');
			},
			{
				model: 'veo3.1',
				field: 'endImage',
				table: 'at 720p, 1080p, up to 8 s',
				api: 'at 720p, 1080p, up to 16 s',
			},
		],
		[
			'a new model',
			(fields) => {
				fields.model.enum.push(NEWER_MODEL);
				change(fields.end_seconds, /$/, `\n* **\`${NEWER_MODEL}\`**: 5, 10`);
			},
			{
				model: NEWER_MODEL,
				field: 'model',
				table: 'not in the table',
				api: 'durations: 5, 10; resolutions: no rule; audio: no rule; end image: no rule',
			},
		],
		[
			'a model that has rules, and is no value of the field (yet)',
			({ audio }) => {
				change(audio, /$/, `\n* **\`${NEWER_MODEL}\`**: Not supported`);
			},
			{
				model: NEWER_MODEL,
				field: 'model',
				table: 'not in the table',
				api: 'durations: no rule; resolutions: no rule; audio: none; end image: no rule',
			},
		],
		[
			'a legacy value that has rules now',
			({ audio }) => {
				change(audio, /$/, '\n* **`kling-1.6`**: Not supported');
			},
			{
				model: 'kling-1.6',
				field: 'model',
				table: 'a legacy value without rules',
				api: 'a model with rules',
			},
		],
		[
			'a legacy value that is taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('ltx-2'), 1);
			},
			{
				model: 'ltx-2',
				field: 'model',
				table: 'a legacy value without rules',
				api: 'not in the API',
			},
		],
		[
			'a model of the seed that is taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('seedance'), 1);
			},
			{ model: 'seedance', field: 'model', table: 'in the API', api: 'not in the API' },
		],
		[
			'default taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('default'), 1);
			},
			{ model: 'default', field: 'model', table: 'in the table', api: 'not in the API' },
		],
		[
			'default that is another model on the free plan',
			({ model }) => {
				change(model, '`ltx-2.3`. ', '`wan-2.2`. ');
			},
			{
				model: 'default',
				field: 'model',
				table: 'ltx-2.3 (free plan)',
				api: 'wan-2.2 (free plan)',
			},
		],
	];

describe.each(DESCRIPTIONS)('%s', (_, description, table) => {
	test('differs from the table as noted, and in nothing else', () => {
		const differences = differencesFrom(description(), table());
		const found = differences.map(({ model, field }) => `${model} ${field}`);
		expect(openIn(differences)).toEqual([]);
		expect(found).toEqual(expect.arrayContaining(['kling-2.5 audio', 'seedance endImage']));
		expect(NOTES).toEqual(expect.arrayContaining(found));
		for (const { api, note } of differences) {
			expect(api).toBe('no rule');
			expect(note).toMatch(/legacy/);
		}
	});

	test.each(DOCTORED)('%s', (_name, doctor, expected) => {
		const doctored = description();
		const fields = fieldsOf(doctored);
		// The end of the free tier's sentence is followed by a line break there.
		fields.model.description = fields.model.description.replaceAll('.\n', '. \n');
		doctor(fields);
		expect(openIn(differencesFrom(doctored, table()))).toEqual([expect.objectContaining(expected)]);
	});
});

describe('notes in the table', () => {
	const withNote = (field: 'audio' | 'durations') => ({
		...NODE_TABLE,
		models: NODE_TABLE.models.map((model) =>
			model.id === 'kling-3.0' ? { ...model, differsFromApi: { [field]: 'on purpose' } } : model,
		),
	});

	test('one that no difference needs is found', () => {
		const differences = compareCatalogue(readApiCatalogue(describeApi()), withNote('audio'));
		expect(openIn(differences)).toEqual([
			expect.objectContaining({
				model: 'kling-3.0',
				field: 'audio',
				note: 'on purpose',
				stale: true,
			}),
		]);
	});

	test('one that a difference needs excuses that difference alone', () => {
		const description = describeApi();
		const { end_seconds, audio } = fieldsOf(description);
		change(end_seconds, /(`kling-3\.0`.*), \d+$/m, '$1');
		const table = withNote('durations');
		expect(openIn(compareCatalogue(readApiCatalogue(description), table))).toEqual([]);
		change(audio, /(`kling-3\.0`\*\*): .*/, '$1: Not supported');
		const open = openIn(compareCatalogue(readApiCatalogue(description), table));
		expect(open.map(({ model, field }) => [model, field])).toEqual([['kling-3.0', 'audio']]);
	});
});

describe('reading a description', () => {
	test.each<Style>(['asterisks', 'dots'])('in the style of %s', (style) => {
		const { ids, models, planDefault } = readApiCatalogue(describeApi(DESCRIBED, style));
		expect(planDefault).toEqual({ paid: 'kling-3.0', free: 'ltx-2.3' });
		expect(ids).toContain('kling-1.6');
		expect([...models.keys()]).toEqual(DESCRIBED.map(({ id }) => id));
		for (const { id, durations, resolutions, audio, endImage } of DESCRIBED) {
			const rule = endImage === 'none' ? endImage : { resolutions: endImage.resolutions };
			const limit =
				endImage === 'none' || endImage.upTo === undefined ? {} : { maxSeconds: endImage.upTo };
			expect(models.get(id)).toEqual({
				durations,
				resolutions,
				audio,
				endImage: typeof rule === 'string' ? rule : { ...rule, ...limit },
			});
		}
	});

	test('Windows line ends and no back-ticks', () => {
		const description = describeApi();
		const fields = fieldsOf(description);
		for (const field of [fields.end_seconds, fields.audio, fields.model]) {
			field.description = field.description.replaceAll('`', '').replaceAll('\n', '\r\n');
		}
		expect(readApiCatalogue(description)).toEqual(readApiCatalogue(describeApi()));
	});

	test.each<[string, unknown, string]>([
		['nothing', null, 'no OpenAPI description of the Magic Hour API: paths is missing'],
		['a text', 'openapi', 'paths is missing'],
		['a list', [], 'paths is missing'],
		['package.json', { name: 'x', version: '1' }, 'paths is missing'],
		[
			"another API's",
			{ openapi: '3.0.0', paths: { '/pets': {} } },
			'paths > /v1/image-to-video is missing',
		],
		[
			'one without the operation',
			{ paths: { '/v1/image-to-video': { get: {} } } },
			'paths > /v1/image-to-video > post is missing',
		],
	])('%s is none', (_, description, says) => {
		const { message } = failureOf(UnreadableDescription, () => readApiCatalogue(description));
		expect(message).toContain(says);
	});

	test.each<[string, (fields: DescribedFields) => void, string]>([
		[
			'no lines for models',
			({ end_seconds }) => (end_seconds.description = 'In seconds.'),
			'end_seconds: ',
		],
		['no text', ({ audio }) => (audio.description = ''), 'audio: '],
		[
			'lines in another style',
			({ resolution }) => {
				change(resolution, /\* \*\*/g, '| ');
			},
			'resolution: ',
		],
		[
			'a rule in words',
			({ end_seconds }) => {
				change(end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5 or 10');
			},
			'"5 or 10" (kling-2.6)',
		],
		[
			'a new kind of audio',
			({ audio }) => {
				change(audio, /(`wan-2\.2`\*\*): .*/, '$1: Always on');
			},
			'"Always on" (wan-2.2)',
		],
		[
			'a resolution that is none',
			({ resolution }) => {
				change(resolution, /(`sora-2`\*\*): .*/, '$1: Supports HD.');
			},
			'"Supports HD." (sora-2)',
		],
		[
			'a resolution with a condition',
			({ resolution }) => {
				change(resolution, /(`sora-2`\*\*: .*)/, '$1 Pro only.');
			},
			'"Supports 720p. Pro only." (sora-2)',
		],
		[
			'an end image with a new condition',
			(fields) => {
				change(endImageOf(fields), '8 seconds or less', 'more than 8 seconds');
			},
			'Requires a duration of more than 8 seconds',
		],
		[
			'two lines for a model',
			({ audio }) => {
				change(audio, /$/, '\n* **`wan-2.2`**: Not supported');
			},
			'audio: has two lines for wan-2.2',
		],
		['no values of model', ({ model }) => (model.enum = []), 'model: '],
		['nothing said about default', ({ model }) => (model.description = ''), 'default'],
	])('%s: an error that names the place, not an empty table', (_, doctor, says) => {
		const description = describeApi();
		doctor(fieldsOf(description));
		const { message } = failureOf(UnreadableDescription, () => readApiCatalogue(description));
		expect(message).toContain(says);
	});

	test.each(['end_seconds', 'model', 'resolution', 'audio', 'assets'] as const)(
		'without the field %s',
		(name) => {
			const description = describeApi();
			const fields: Partial<DescribedFields> = fieldsOf(description);
			Reflect.deleteProperty(fields, name);
			const { message } = failureOf(UnreadableDescription, () => readApiCatalogue(description));
			expect(message).toContain(`no field ${name}`);
		},
	);
});

/** Starting a program takes a second, and more on a busy machine. */
jest.setTimeout(60_000);

describe('the command', () => {
	const directory = mkdtempSync(join(tmpdir(), 'catalog-check-'));
	afterAll(() => {
		rmSync(directory, { recursive: true });
	});

	function write(name: string, content: unknown): string {
		const path = join(directory, name);
		writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
		return path;
	}

	/** Runs it as npm does. */
	async function run(...args: string[]) {
		const script = join(PROJECT, 'scripts/catalog-check.mts');
		return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
			const options = { cwd: PROJECT, env: { ...process.env, INIT_CWD: directory } };
			const tsx = join(PROJECT, 'node_modules/.bin/tsx');
			execFile(tsx, [script, ...args], options, (error, stdout, stderr) => {
				resolve({ code: error?.code ?? 0, stdout, stderr });
			});
		});
	}

	test('no difference but the noted ones: 0, and those are listed', async () => {
		const { code, stdout, stderr } = await run(write('same.json', describeApi()));
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toMatch(/kling-2\.5, audio: included \(table\); no rule \(API\): legacy/);
		expect(stdout).toContain(`Not noted: 0; notes not needed: 0; noted: ${NOTES.length}`);
	});

	test('a path is relative to where npm was called', async () => {
		write('relative.json', describeApi());
		await expect(run('relative.json')).resolves.toMatchObject({ code: 0 });
	});

	test('a difference: 1, and it is named', async () => {
		const description = describeApi();
		change(fieldsOf(description).end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5');
		const { code, stdout } = await run(write('different.json', description));
		expect(code).toBe(1);
		expect(stdout).toContain('kling-2.6, durations: 5, 10 (table); 5 (API)');
		expect(stdout).toContain(`Not noted: 1; notes not needed: 0; noted: ${NOTES.length}`);
	});

	test.each<[string, () => string[], RegExp]>([
		['no file', () => [], /Usage: npm run catalog:check -- FILE/],
		['two files', () => ['a.json', 'b.json'], /Give one file/],
		['a file that is not there', () => ['missing.json'], /missing\.json can't be read: ENOENT/],
		['a folder', () => [directory], /can't be read: EISDIR/],
		['a file that is not JSON', () => [write('a.yaml', 'openapi: 3.0.0')], /a\.yaml is not JSON/],
		[
			'another JSON file',
			() => [write('b.json', { a: 1 })],
			/b\.json: This is no OpenAPI description/,
		],
	])('%s: 2, and help', async (_, args, says) => {
		const { code, stdout, stderr } = await run(...args());
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(stderr).toMatch(says);
		expect(stderr).not.toMatch(/\n\s+at /);
	});
});
