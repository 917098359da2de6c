import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	compareCatalogue,
	staleNotes,
	tableOf,
	type Difference,
	type Table,
} from '../../tools/catalogue/compare-catalogue.mts';
import {
	readApiCatalogue,
	UnreadableDescription,
} from '../../tools/catalogue/openapi-catalogue.mts';
import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import { NEWER_MODEL } from '../../local-api/models.mts';
import {
	DESCRIBED,
	describeApi,
	fieldsOf,
	textFieldsOf,
	type ApiDescription,
	type DescribedFields,
	type DescribedTextFields,
	type Style,
} from '../support/api-description.mts';
import { failureOf } from '../support/failure-of.mts';

const PROJECT = join(import.meta.dirname, '../..');
const published = (month: string): ApiDescription =>
	JSON.parse(
		readFileSync(join(PROJECT, `test/fixtures/openapi-2026-${month}.json`), 'utf8'),
	) as ApiDescription;

const DESCRIPTIONS: readonly (readonly [string, () => ApiDescription])[] = [
	['a description made from the facts', () => describeApi()],
	['the description of August 2026', () => published('08')],
	['the description of October 2026', () => published('10')],
];

const differencesFrom = (description: unknown, table?: Table) =>
	compareCatalogue(readApiCatalogue(description), table);
const openIn = (differences: readonly Difference[]) =>
	differences.filter(({ note }) => note === undefined);

/** Replaces text that is there once. */
function change(field: { description: string }, from: string | RegExp, to: string): void {
	const changed = field.description.replace(from, to);
	if (changed === field.description) throw new Error(`There is no ${String(from)} to replace`);
	field.description = changed;
}

const endImageOf = (fields: DescribedFields) => fields.assets.properties.end_image_file_path;

type OpenDifference = Omit<Difference, 'note'>;

/** Changes to a description that agrees with the table, and the one difference that is to be found then. */
const DOCTORED: readonly (readonly [string, (fields: DescribedFields) => void, OpenDifference])[] =
	[
		[
			'a duration removed',
			({ end_seconds }) => {
				change(end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5');
			},
			{ subject: 'kling-2.6', field: 'durations', table: '5 or 10', api: '5' },
		],
		[
			'a duration added',
			({ end_seconds }) => {
				change(end_seconds, '`veo3.1`**: 4, 6, 8', '`veo3.1`**: 4, 6, 7, 8');
			},
			{
				subject: 'veo3.1',
				field: 'durations',
				table: '4, 6, 8, 16, 24, 32, 40, 48 or 56',
				api: '4, 6, 7, 8, 16, 24, 32, 40, 48 or 56',
			},
		],
		[
			'a model without durations any more',
			({ end_seconds }) => {
				change(end_seconds, /.*wan-2\.2.*/, '');
			},
			{
				subject: 'wan-2.2',
				field: 'durations',
				table: '3 to 10 or 15',
				api: 'no rule',
			},
		],
		[
			'a resolution added',
			({ resolution }) => {
				change(resolution, /(`minimax-h3`\*\*: Supports )480p/, '$1360p, 480p');
			},
			{
				subject: 'minimax-h3',
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
			{ subject: 'kling-3.0', field: 'resolutions', table: '720p, 1080p, 4k', api: '720p, 1080p' },
		],
		[
			'audio that costs extra now',
			({ audio }) => {
				change(
					audio,
					/(`minimax-h3`\*\*): .*/,
					'$1: Toggle-able: audio adds extra credits when enabled',
				);
			},
			{ subject: 'minimax-h3', field: 'audio', table: 'included', api: 'extra' },
		],
		[
			'no audio any more',
			({ audio }) => {
				change(audio, /(`veo3\.1`\*\*): .*/, '$1: Not supported');
			},
			{ subject: 'veo3.1', field: 'audio', table: 'extra', api: 'none' },
		],
		[
			'an end image where there was none',
			(fields) => {
				change(endImageOf(fields), /(`wan-2\.2`\*\*): .*/, '$1: Supports 480p, 720p.');
			},
			{ subject: 'wan-2.2', field: 'endImage', table: 'none', api: 'at 480p, 720p' },
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
			{ subject: 'kling-2.6', field: 'endImage', table: 'at 1080p', api: 'at 720p, 1080p' },
		],
		[
			'an end image for longer videos',
			(fields) => {
				change(endImageOf(fields), /(`veo3\.1`\*\*.*) 8 seconds/, '$1 16 seconds');
			},
			{
				subject: 'veo3.1',
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
				subject: NEWER_MODEL,
				field: 'model',
				table: 'not in the table',
				api: 'durations: 5 or 10; resolutions: no rule; audio: no rule; endImage: no rule',
			},
		],
		[
			'a model that has rules, and is no value of the field (yet)',
			({ audio }) => {
				change(audio, /$/, `\n* **\`${NEWER_MODEL}\`**: Not supported`);
			},
			{
				subject: NEWER_MODEL,
				field: 'model',
				table: 'not in the table',
				api: 'durations: no rule; resolutions: no rule; audio: none; endImage: no rule',
			},
		],
		[
			'a legacy value that has rules now',
			({ audio }) => {
				change(audio, /$/, '\n* **`kling-1.6`**: Not supported');
			},
			{
				subject: 'kling-1.6',
				field: 'model',
				table: 'without rules',
				api: 'with rules',
			},
		],
		[
			'a legacy value that is taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('ltx-2'), 1);
			},
			{
				subject: 'ltx-2',
				field: 'model',
				table: 'without rules',
				api: 'not in the API',
			},
		],
		[
			'a model of the seed that is taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('seedance'), 1);
			},
			{ subject: 'seedance', field: 'model', table: 'with rules', api: 'not in the API' },
		],
		[
			'default taken no more',
			({ model }) => {
				model.enum.splice(model.enum.indexOf('default'), 1);
			},
			{ subject: 'default', field: 'model', table: 'in the table', api: 'not in the API' },
		],
		[
			'default that is another model on the free plan',
			({ model }) => {
				change(model, /(free tiers, it defaults to) `[\w.-]+`/, '$1 `wan-2.2`');
			},
			{
				subject: 'default',
				field: 'model',
				table: 'ltx-2.5 (free plan)',
				api: 'wan-2.2 (free plan)',
			},
		],
	];

/** The same of text-to-video. */
const DOCTORED_TEXT: readonly (readonly [
	string,
	(fields: DescribedTextFields) => void,
	OpenDifference,
])[] = [
	[
		'a duration removed',
		({ end_seconds }) => {
			change(end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5');
		},
		{ subject: 'kling-2.6', field: 'durations', table: '5 or 10', api: '5' },
	],
	[
		'squares from a model that made none',
		({ aspect_ratio }) => {
			change(aspect_ratio, /(`veo3\.1`\*\*): .*/, '$1: Supports 1:1, 9:16, 16:9.');
		},
		{
			subject: 'veo3.1',
			field: 'aspectRatios',
			table: '9:16, 16:9',
			api: '9:16, 1:1, 16:9',
		},
	],
	[
		'references of another kind',
		({ references }) => {
			change(references, /(`kling-3\.0`\*\*): .*/, '$1: Supports images, videos, audio.');
		},
		{
			subject: 'kling-3.0',
			field: 'references',
			table: 'image, video',
			api: 'image, video, audio',
		},
	],
	[
		'references where there were none',
		({ references }) => {
			change(references, /$/, '\n* **`wan-2.2`**: Supports images.');
		},
		{ subject: 'wan-2.2', field: 'references', table: 'none', api: 'image' },
	],
	[
		'no references any more',
		({ references }) => {
			change(references, /.*wan-3\.0.*/, '');
		},
		{ subject: 'wan-3.0', field: 'references', table: 'image, video, audio', api: 'none' },
	],
	[
		'a model that is taken no more',
		({ model }) => {
			model.enum.splice(model.enum.indexOf('sora-2'), 1);
		},
		{ subject: 'sora-2', field: 'model', table: 'with rules', api: 'not in the API' },
	],
];

const typeOf = (description: ApiDescription) =>
	description.paths['/v1/video-projects/{id}'].get.responses[200].content['application/json'].schema
		.properties.type;

describe.each(DESCRIPTIONS)('%s', (_, description) => {
	test('differs from the table as noted, and in nothing else', () => {
		const differences = differencesFrom(description());
		expect(openIn(differences)).toEqual([]);
		expect(differences).toContainEqual(
			expect.objectContaining({ subject: 'seedance', field: 'model', api: 'without rules' }),
		);
	});

	test.each(DOCTORED)('%s', (_name, doctor, expected) => {
		const doctored = description();
		doctor(fieldsOf(doctored));
		expect(openIn(differencesFrom(doctored))).toEqual([expect.objectContaining(expected)]);
	});

	test('a new type of project', () => {
		const doctored = description();
		change(typeOf(doctored), /$/, ', VIDEO_DREAMER');
		expect(openIn(differencesFrom(doctored))).toEqual([
			{
				subject: 'VIDEO_DREAMER',
				field: 'projectType',
				table: 'not in the table',
				api: 'in the API',
			},
		]);
	});

	test('a type of project that is gone', () => {
		const doctored = description();
		change(typeOf(doctored), 'LIP_SYNC, ', '');
		expect(openIn(differencesFrom(doctored))).toEqual([
			expect.objectContaining({ subject: 'LIP_SYNC', api: 'not in the API' }),
		]);
	});
});

describe.each(DESCRIPTIONS.filter(([, make]) => '/v1/text-to-video' in make().paths))(
	'text-to-video of %s',
	(_, description) => {
		test.each(DOCTORED_TEXT)('%s', (_name, doctor, expected) => {
			const doctored = description();
			doctor(textFieldsOf(doctored));
			expect(openIn(differencesFrom(doctored))).toEqual([
				{ ...expected, request: 'text-to-video' },
			]);
		});

		test('what differs in both requests is told once', () => {
			const doctored = description();
			for (const { audio } of [fieldsOf(doctored), textFieldsOf(doctored)]) {
				change(audio, /(`wan-2\.2`\*\*): .*/, '$1: Toggle-able: no additional credits for audio');
			}
			expect(openIn(differencesFrom(doctored))).toEqual([
				{ subject: 'wan-2.2', field: 'audio', table: 'none', api: 'included' },
			]);
		});
	},
);

test('text-to-video is compared in two of the descriptions', () => {
	const withText = DESCRIPTIONS.filter(
		([, make]) => readApiCatalogue(make()).textToVideo !== undefined,
	);
	expect(withText).toHaveLength(2);
});

describe('notes in the table', () => {
	const withNote = (field: 'audio' | 'durations', api: string): Table =>
		tableOf(
			MODELS.map((model) =>
				model.id === 'kling-3.0'
					? { ...model, differsFromApi: [{ field, api, why: 'on purpose' }] }
					: model,
			),
		);

	test('each is needed by a published description', () => {
		const differences = ['08', '10'].flatMap((month) => differencesFrom(published(month)));
		expect(staleNotes(differences)).toEqual([]);
	});

	test('one that no difference needs is found', () => {
		const table = withNote('audio', 'none');
		const differences = ['08', '10'].flatMap((month) => differencesFrom(published(month), table));
		expect(staleNotes(differences, table)).toEqual([
			{ subject: 'kling-3.0', field: 'audio', api: 'none', why: 'on purpose' },
		]);
	});

	test('one that a difference needs excuses that difference alone', () => {
		const description = describeApi();
		const { end_seconds, audio } = fieldsOf(description);
		change(end_seconds, /(`kling-3\.0`.*), \d+$/m, '$1');
		const table = withNote('durations', '3 to 14');
		expect(openIn(differencesFrom(description, table))).toEqual([]);
		expect(openIn(differencesFrom(description, withNote('durations', '3 to 13')))).toHaveLength(1);
		change(audio, /(`kling-3\.0`\*\*): .*/, '$1: Not supported');
		const open = openIn(differencesFrom(description, table));
		expect(open.map(({ subject, field }) => [subject, field])).toEqual([['kling-3.0', 'audio']]);
	});
});

describe('reading a description', () => {
	test.each<Style>(['asterisks', 'dots'])('in the style of %s', (style) => {
		const { imageToVideo, textToVideo } = readApiCatalogue(describeApi(DESCRIBED, style));
		const { ids, models, planDefault } = imageToVideo;
		expect(planDefault).toEqual({ paid: 'kling-3.0', free: 'ltx-2.5' });
		expect(textToVideo?.models.get('kling-3.0')).toMatchObject({
			aspectRatios: ['1:1', '9:16', '16:9'],
			references: ['image', 'video'],
		});
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
			'a range that ends before it begins',
			({ end_seconds }) => {
				change(end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: any integer from 10 to 5');
			},
			'"any integer from 10 to 5" (kling-2.6)',
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
				change(resolution, /(`veo3\.1`\*\*): .*/, '$1: Supports HD.');
			},
			'"Supports HD." (veo3.1)',
		],
		[
			'a resolution with a condition',
			({ resolution }) => {
				change(resolution, /(`wan-2\.2`\*\*: .*)/, '$1 Pro only.');
			},
			'"Supports 480p, 720p, 1080p. Pro only." (wan-2.2)',
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

	test.each<[string, (description: ApiDescription) => void, string]>([
		[
			'a new kind of reference',
			(description) => {
				change(textFieldsOf(description).references, 'videos', 'moods');
			},
			'references: can\'t make sense of "Supports images, moods." (kling-3.0)',
		],
		[
			'an aspect ratio that is none',
			(description) => {
				change(textFieldsOf(description).aspect_ratio, '9:16', 'square');
			},
			"aspect_ratio: can't make sense of",
		],
		[
			'no list of project types',
			(description) => {
				typeOf(description).description = 'The type of the project.';
			},
			'type: its description does not list the types of projects',
		],
	])('%s: an error, too', (_, doctor, says) => {
		const description = describeApi();
		doctor(description);
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
		const { code, stdout, stderr } = await run();
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toMatch(/openapi-2026-08\.json: \d+ noted, 0 not noted/);
		expect(stdout).toMatch(/openapi-2026-10\.json: \d+ noted, 0 not noted/);
		expect(stdout).toMatch(
			/kling-2\.5, model: with rules \(table\); without rules \(API\): legacy/,
		);
		expect(stdout).toContain('Notes that no difference needs any more: 0');
	});

	test('a path is relative to where npm was called', async () => {
		write('relative.json', describeApi());
		const { code, stdout } = await run('relative.json');
		expect(code).toBe(0);
		expect(stdout).toMatch(/relative\.json: \d+ noted, 0 not noted/);
	});

	test('a difference: 1, and it is named', async () => {
		const description = describeApi();
		change(fieldsOf(description).end_seconds, '`kling-2.6`**: 5, 10', '`kling-2.6`**: 5');
		const { code, stdout } = await run(
			write('same.json', describeApi()),
			write('different.json', description),
		);
		expect(code).toBe(1);
		expect(stdout).toMatch(/same\.json: \d+ noted, 0 not noted/);
		expect(stdout).toMatch(/different\.json: \d+ noted, 1 not noted/);
		expect(stdout).toContain(
			'kling-2.6, durations (image-to-video): 5 or 10 (table); 5 (API): NOT NOTED',
		);
	});

	test.each<[string, () => string[], RegExp]>([
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
