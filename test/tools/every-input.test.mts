/**
 * Every field of every operation, with values of every kind: what the node goes on with is what a careful reader of the
 * form would expect of that value, or it is refused by the names of the field and the value. What is expected is written
 * here anew, from the description alone; a new field fails here until it is said where its value goes.
 */
import type { INodeProperties } from 'n8n-workflow';

import { OPERATIONS } from '../../nodes/ImageToVideo/operations/index.ts';
import { formatValue } from '../../nodes/shared/lib/text.ts';
import { OPERATIONS as TEXT_OPERATIONS } from '../../nodes/TextToVideo/operations/index.ts';
import { choicesOf, labelOf } from '../../nodes/shared/n8n/parameters.ts';
import { samplesOf } from '../../tools/docs/inputs-document.mts';
import {
	FIELDS,
	TEXT_FIELDS,
	TRIGGER_FIELDS,
	tryInput,
	type Field,
} from '../../tools/docs/try-input.mts';
import { seededRandom } from '../support/seeded-random.mts';

/** What the operation goes on with, as far as these fields decide it. */
interface Input {
	readonly spec?: {
		selection: { id: string };
		seconds: number;
		resolution?: string;
		audio: boolean;
	};
	readonly output?: {
		wait: boolean;
		download: boolean;
		field: string;
		timeout: number;
		simplify: boolean;
	};
	readonly image?: { kind: string; path?: string };
	readonly endImage?: { kind: string; path?: string };
	readonly prompt?: string;
	readonly aspectRatio?: string;
	readonly references?: ReadonlyArray<{ name: string; image: { kind: string; path?: string } }>;
	readonly name?: string;
	readonly maxCreditsPerRun?: number;
	readonly keepInReserve?: number;
	readonly maxVideosPerDay?: number;
	readonly concurrentProjects?: number | string;
	readonly id?: string;
	readonly file?: object;
}

/** What the trigger goes on with. */
interface TriggerInput {
	readonly choice: { types: readonly string[]; projectTypes: readonly string[] };
	readonly verify: boolean;
	readonly toleranceSeconds: number;
	readonly download: boolean;
	readonly field: string;
	readonly simplify: boolean;
}

/** Where the value of a field of the trigger goes; lists as JSON. */
const TRIGGER_GOES_TO: Readonly<Record<string, (input: TriggerInput) => unknown>> = {
	events: ({ choice }) => JSON.stringify(choice.types),
	projectTypes: ({ choice }) => JSON.stringify(choice.projectTypes),
	verifySignature: ({ verify }) => verify,
	downloadVideo: ({ download }) => download,
	outputBinaryField: ({ field }) => field,
	simplify: ({ simplify }) => simplify,
	timestampTolerance: ({ toleranceSeconds }) => toleranceSeconds,
};

/** The start image, or that of a reference. */
const imageOf = ({ image, references }: Input) => image ?? references?.[0]?.image;

/** Where the value of a field goes, for those whose value can be seen there as it is. */
const GOES_TO: Readonly<Record<string, (input: Input) => unknown>> = {
	audio: ({ spec }) => spec?.audio,
	waitForCompletion: ({ output }) => output?.wait,
	downloadVideo: ({ output }) => output?.download,
	simplify: ({ output }) => output?.simplify,
	outputBinaryField: ({ output }) => output?.field,
	timeout: ({ output }) => (output?.timeout ?? NaN) / 1_000,
	concurrentProjects: (input) => input.concurrentProjects,
	maxCreditsPerRun: (input) => input.maxCreditsPerRun,
	prompt: ({ prompt }) => prompt,
	projectName: ({ name }) => name,
	projectId: ({ id }) => id,
	duration: ({ spec }) => spec?.seconds,
	resolution: ({ spec }) => spec?.resolution,
	model: ({ spec }) => spec?.selection.id,
	imageSource: (input) =>
		({
			'https://example.com/start.png': 'url',
			'api-assets/start.png': 'filePath',
			'saved-items/start.png': 'savedItem',
		})[imageOf(input)?.path ?? ''] ?? 'binary',
	endImageSource: ({ endImage }) =>
		endImage === undefined
			? 'none'
			: ({
					'https://example.com/end.png': 'url',
					'api-assets/end.png': 'filePath',
					'saved-items/end.png': 'savedItem',
				}[endImage.path ?? ''] ?? 'binary'),
	imageUrl: (input) => imageOf(input)?.path,
	imageFilePath: (input) => imageOf(input)?.path,
	imageSavedItem: (input) => imageOf(input)?.path,
	endImageUrl: ({ endImage }) => endImage?.path,
	endImageFilePath: ({ endImage }) => endImage?.path,
	endImageSavedItem: ({ endImage }) => endImage?.path,
	binaryPropertyName: (input) => input.file !== undefined || imageOf(input)?.kind === 'file',
	endImageBinaryPropertyName: ({ endImage }) => endImage?.kind === 'file',
	keepInReserve: (input) => input.keepInReserve,
	maxVideosPerDay: (input) => input.maxVideosPerDay,
	aspectRatio: ({ aspectRatio }) => aspectRatio,
	name: ({ references }) => references?.[0]?.name,
	// What they are set to can't be seen afterwards, only that they were taken.
	maxCredits: () => undefined,
	durationNotSupported: () => undefined,
};

const REFUSED = Symbol('refused');
const spelled = (value: unknown): string =>
	typeof value === 'string'
		? value
				.trim()
				.toLowerCase()
				.replace(/[\s_-]+/g, '')
		: '';
/** Without halves of characters and what shows nothing, as a careful reader has it. */
const visible = (text: string): string =>
	text
		.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
		.replaceAll('\0', '')
		.trim();
const isNothing = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && visible(value) === '');
const LIMITS = ['maxCredits', 'maxCreditsPerRun', 'maxVideosPerDay', 'keepInReserve'];
const isWhole = (value: unknown, min: number, max: number): value is number =>
	Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const isScalar = (value: unknown): boolean =>
	['string', 'number', 'boolean'].includes(typeof value);

/** Text as a careful reader has it; `undefined`: none. */
function asText(value: unknown): string | typeof REFUSED | undefined {
	if (value === undefined || value === null) return undefined;
	if (value instanceof Date) return value.toISOString();
	if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value)))
		return REFUSED;
	const text = visible(String(value));
	return ['undefined', 'null', 'NaN'].includes(text) || text.includes('[object Object]')
		? REFUSED
		: text;
}

const SENT_URLS = new Map([
	['https://example.com/my photo.png', 'https://example.com/my%20photo.png'],
	['https://www.dropbox.com/s/x/a.png?dl=0', 'https://www.dropbox.com/s/x/a.png?dl=1'],
]);

/** What the field has to become of a value. */
function expected({ field, operations, read }: Field, value: unknown): unknown {
	const text = asText(value);
	const plain = typeof text === 'string' ? text : '';
	const { name, type } = field;
	if (type === 'multiOptions') return expectedList(field, value);
	// n8n shows other fields of the trigger by it, as it is saved.
	if (read !== undefined && ['verifySignature', 'downloadVideo'].includes(name))
		return typeof value === 'boolean' ? value : REFUSED;
	if (type === 'boolean') {
		if (isNothing(value)) return field.default;
		const word = isScalar(value) ? String(value).trim().toLowerCase() : '';
		if (['true', 'yes', 'on', '1'].includes(word)) return true;
		return ['false', 'no', 'off', '0'].includes(word) ? false : REFUSED;
	}
	if (type === 'number') {
		// A limit must not go missing.
		if (isNothing(value)) return LIMITS.includes(name) ? REFUSED : field.default;
		const number =
			typeof value === 'string' && /^\s*\d+(\.0{1,2})?\s*$/.test(value) ? Number(value) : value;
		const { minValue = 0, maxValue = 0 } = field.typeOptions ?? {};
		return isWhole(number, minValue, maxValue) ? number : REFUSED;
	}
	if (name === 'concurrentProjects') {
		if (['auto', 'automatic'].includes(plain.toLowerCase())) return 'auto';
		const given =
			typeof value === 'string' && /^\d+(\.0{1,2})?$/.test(plain) ? Number(plain) : value;
		// The list has some of those, an expression may give any.
		return isWhole(given, 1, 50) ? given : REFUSED;
	}
	if (choicesOf(field).length > 0) {
		const choice = choicesOf(field).find((each) =>
			[each.value, each.name].some((one) => spelled(one) === spelled(value)),
		);
		return typeof value === 'string' && choice ? choice.value : REFUSED;
	}
	switch (name) {
		case 'prompt':
			// Without an image, there is nothing else to go by.
			return text === undefined || (text === '' && operations === TEXT_OPERATIONS) ? REFUSED : text;
		case 'name':
			return /^@?[A-Za-z][\w-]*$/.test(plain) ? plain.replace(/^@/, '') : REFUSED;
		case 'projectName':
			return text ?? '';
		case 'projectId':
			return typeof text === 'string' && /^[\w-]{1,100}$/.test(text) ? text : REFUSED;
		case 'outputBinaryField':
			return typeof text === 'string' && text !== '' && text !== '__proto__' ? text : REFUSED;
		case 'duration': {
			const seconds = Number(/^(\d{1,2})(\.0{1,2})?( ?s)?$/.exec(plain)?.[1]);
			const makes = [
				...Array.from({ length: 10 }, (_, index) => index + 1),
				11,
				12,
				13,
				14,
				15,
				20,
				25,
				30,
			];
			// 720p of the plan's default.
			return ['string', 'number'].includes(typeof value) && makes.includes(seconds)
				? seconds
				: REFUSED;
		}
		case 'resolution': {
			const makes = ['480p', '720p', '1080p', '4k'];
			const given = ['string', 'number'].includes(typeof value)
				? String(value).trim().toLowerCase()
				: '';
			const spelledOut =
				({ '720': '720p', '1280x720': '720p' } as Record<string, string>)[given] ?? given;
			return makes.includes(spelledOut) ? spelledOut : REFUSED;
		}
		case 'model': {
			const id = typeof value === 'string' ? visible(value) : '';
			if (spelled(id) === 'kling3.0') return 'kling-3.0';
			return /^[a-z0-9][\w.:/-]{0,99}$/i.test(id) && /[a-z]/i.test(id) && text !== REFUSED
				? id
				: REFUSED;
		}
		case 'imageUrl':
		case 'endImageUrl':
			return SENT_URLS.get(plain) ?? REFUSED;
		case 'imageFilePath':
		case 'endImageFilePath':
			return ['api-assets/ab12/photo.png', 'https://magichour.ai/my-library?imageId=1'].includes(
				String(text),
			)
				? text
				: REFUSED;
		case 'imageSavedItem':
		case 'endImageSavedItem':
			return text === 'saved-items/ab12/1.png' ? text : REFUSED;
		default: {
			const named = typeof value === 'string' && ['data', 'endImage'].includes(value.trim());
			return named ? true : REFUSED;
		}
	}
}

function expectedList(field: INodeProperties, value: unknown): unknown {
	const choices = choicesOf(field);
	if (field.name === 'events') {
		const isRight =
			Array.isArray(value) &&
			value.length > 0 &&
			value.every((each) => choices.some((choice) => choice.value === each));
		return isRight ? JSON.stringify(value) : REFUSED;
	}
	if (isNothing(value)) return JSON.stringify(field.default);
	const list = [value]
		.flat()
		.map((each: unknown) =>
			choices.find((choice) =>
				[choice.value, choice.name].some((one) => spelled(one) === spelled(each)),
			),
		);
	return list.includes(undefined) ? REFUSED : JSON.stringify(list.map((each) => each?.value));
}

/** Values of every JSON type, and of the types that expressions have beside. */
const VALUES: readonly unknown[] = [
	...[undefined, null, true, false, 0, -0, 1, -1, 2, 3.7, 1e21, -1e-7, NaN, Infinity, -Infinity],
	...[
		'',
		' ',
		'\n',
		'true',
		' TRUE ',
		'False',
		'yes',
		'No',
		'on',
		'OFF',
		'0',
		'1',
		'2',
		'-1',
		'+1',
		'1e1',
		'0x10',
	],
	...[
		'1.800',
		'1,800',
		"1'800",
		'1.8',
		'1,8',
		'5.0',
		'5.00',
		'5.000',
		'１',
		'١',
		'½',
		'maybe',
		'null',
		'undefined',
		'NaN',
	],
	...[
		'[object Object]',
		'A [object Object] B',
		'__proto__',
		'constructor',
		'toString',
		'A cat',
		'cat \ud83d',
		'\ude00',
		'a\0b',
	],
	...[
		{},
		{ a: 1 },
		{ value: 'url' },
		{ text: 'A cat' },
		[],
		['A cat'],
		[true],
		[1],
		[null],
		[[]],
		{ toString: 'x' },
	],
	...[
		new Date(0),
		Object.create(null) as object,
		Buffer.from('A cat').toJSON(),
		{ mimeType: 'image/png' },
		{ __rl: true, mode: 'id', value: {} },
	],
];

/** What somebody may write for one of these values. */
function nearMisses(words: readonly string[]): string[] {
	const random = seededRandom(11);
	return words.flatMap((word) => {
		const at = Math.floor(random() * word.length);
		return [
			word.toUpperCase(),
			` ${word} `,
			`${word}s`,
			word.slice(0, -1),
			word.slice(0, at) + word.slice(at + 1),
			`${word.slice(0, at)}x${word.slice(at)}`,
			`"${word}"`,
			`={{ ${word} }}`,
		];
	});
}

function valuesFor(field: INodeProperties): unknown[] {
	const words = choicesOf(field).flatMap(({ value, name }) => [String(value), name]);
	return [
		...samplesOf(field),
		...VALUES,
		...nearMisses([...words, formatValue(field.default || 'word')]),
	];
}

/** As n8n shows it: what no text and no value is has other words. */
function names(message: string, { field, group }: Field, value: unknown): boolean {
	const label = labelOf(field);
	const starts =
		group === undefined
			? [label]
			: ['1', '@bottle'].flatMap((each) => [
					`Reference Image ${each}`,
					`Reference Image ${each}, ${label}`,
				]);
	const image = label.startsWith('End Image')
		? 'End Image'
		: label.startsWith('Max Credits')
			? label
			: 'Image';
	const text = formatValue(asText(value)?.toString());
	const located = formatValue((value as { value?: unknown } | null | undefined)?.value);
	const shown = [
		text,
		formatValue(value),
		...[value].flat().map((each: unknown) => formatValue(each)),
		'none is chosen',
		located,
		'a data URL',
		'file that the expression gave',
		'nothing',
		'no value',
		'URLs were given',
		'name or password',
		'no public host name',
		'credits are',
		'this video is',
		'no content',
		'without its content',
		'it has data',
	];
	return (
		[...starts, image].some((each) => message.startsWith(`${each}: `)) &&
		shown.some((each) => message.includes(each.slice(0, 60)))
	);
}

test('there is a field of each kind, and each is looked at', () => {
	expect(FIELDS.length).toBeGreaterThan(30);
	const all = OPERATIONS.properties
		.filter(({ name }) => name !== 'operation')
		.map(({ name, type, options }) =>
			type === 'collection' ? (options as INodeProperties[]).map((each) => each.name) : [name],
		);
	const ofText = TEXT_FIELDS.map(({ field }) => field.name);
	expect(new Set([...all.flat(), ...ofText])).toEqual(new Set(Object.keys(GOES_TO)));
	expect(TRIGGER_FIELDS.map(({ field }) => field.name).sort()).toEqual(
		Object.keys(TRIGGER_GOES_TO).sort(),
	);
});

test('no field that others hide is required: n8n shows it beside an expression, and would not start the node', () => {
	const withOptions = (field: INodeProperties): INodeProperties[] =>
		field.type === 'collection' ? [field, ...(field.options as INodeProperties[])] : [field];
	const all = [
		...[OPERATIONS, TEXT_OPERATIONS].flatMap(({ properties }) => properties.flatMap(withOptions)),
		...[...TEXT_FIELDS, ...TRIGGER_FIELDS].map(({ field }) => field),
	];
	expect(all.length).toBeGreaterThan(60);
	expect(all.filter(({ required, displayOptions }) => required && displayOptions)).toEqual([]);
});

const PLACES = [
	...FIELDS.map((each) => [`${each.operation}: ${labelOf(each.field)}`, each] as const),
	...TEXT_FIELDS.map((each) => [`from text: ${labelOf(each.field)}`, each] as const),
	...TRIGGER_FIELDS.map((each) => [`trigger: ${labelOf(each.field)}`, each] as const),
];

describe.each(PLACES)('%s', (_, each) => {
	test('becomes what is meant, or is refused by name and value', async () => {
		const wrong: string[] = [];
		for (const value of valuesFor(each.field)) {
			const wanted = expected(each, value);
			const outcome = await tryInput(each, value);
			const what = `${typeof value} ${formatValue(value)}`;
			if ('refused' in outcome) {
				if (wanted !== REFUSED) wrong.push(`${what} is refused: ${outcome.refused}`);
				else if (!names(outcome.refused, each, value))
					wrong.push(`${what} is refused in other words: ${outcome.refused}`);
				continue;
			}
			const became =
				each.read === undefined
					? GOES_TO[each.field.name]?.(outcome.input as Input)
					: TRIGGER_GOES_TO[each.field.name]?.(outcome.input as TriggerInput);
			if (wanted === REFUSED) wrong.push(`${what} is taken, and becomes ${formatValue(became)}`);
			else if (became !== undefined && !Object.is(became, wanted) && became !== wanted)
				wrong.push(`${what} becomes ${formatValue(became)}, not ${formatValue(wanted)}`);
		}
		expect(wrong).toEqual([]);
	});
});
