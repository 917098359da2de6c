import { join } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';

import { choicesOf, labelOf } from '../../nodes/shared/n8n/parameters.ts';
import { PROJECT_DIRECTORY } from '../pack.mts';
import { cell, code, table } from './markdown-table.mts';
import { FIELDS, TEXT_FIELDS, TRIGGER_FIELDS, tryInput, type Field } from './try-input.mts';

export const INPUTS_FILE = join(PROJECT_DIRECTORY, 'docs', 'inputs.md');

/** What an expression may give any field. */
const SAMPLES: readonly unknown[] = [
	...[true, false, 'yes', 0, 1, 1.5, 5, '5', '1.800', '1,5', '5 s'],
	...['A cat', 'A cat \ud83d', 'undefined', 'A [object Object]', { text: 'A cat' }, ['A cat']],
];

/** What may be meant for a field in particular. */
const OF_FIELD: Readonly<Record<string, readonly unknown[]>> = {
	model: ['kling-3.0', 'Kling 3.0', 'new-model-9'],
	resolution: ['720p', '720', 720, '1280x720', '4K'],
	binaryPropertyName: ['data', ' data ', { mimeType: 'image/png' }],
	endImageBinaryPropertyName: ['endImage', ' endImage '],
	aspectRatio: ['16 : 9', '21:9'],
	name: ['bottle', '@bottle', 'my bottle'],
	projectId: ['clx7uu86w0a5qp55yxz315r6r', 'https://magichour.ai/x'],
	outputBinaryField: ['film', '__proto__'],
	events: [
		['video.completed'],
		['video.completed', 'video.errored'],
		[],
		'video.completed',
		['Video Completed'],
	],
	projectTypes: [['IMAGE_TO_VIDEO'], [], 'IMAGE_TO_VIDEO', ['Image To Video'], 'image-to-video'],
	...Object.fromEntries(
		['imageUrl', 'endImageUrl'].map((name) => [
			name,
			[
				'https://example.com/my photo.png',
				'https://www.dropbox.com/s/x/a.png?dl=0',
				'https://a.io/1.png, https://a.io/2.png',
				'https://user:pw@a.io/1.png',
				'https://localhost/1.png',
				'http://a.io/1.png',
				'data:image/png;base64,iVBORw0KGgo=',
				'C:\\photo.png',
			],
		]),
	),
	...Object.fromEntries(
		['imageFilePath', 'endImageFilePath'].map((name) => [
			name,
			[
				'api-assets/ab12/photo.png',
				'https://magichour.ai/my-library?imageId=1',
				'/home/me/photo.png',
			],
		]),
	),
	...Object.fromEntries(
		['imageSavedItem', 'endImageSavedItem'].map((name) => [
			name,
			['saved-items/ab12/1.png', 'https://magichour.ai/my-library?imageId=1', 'Ada'],
		]),
	),
};

/** The values that are tried for a field, each once. */
export function samplesOf(field: INodeProperties): unknown[] {
	const choices = field.type === 'options' ? choicesOf(field) : [];
	const { minValue, maxValue } = field.typeOptions ?? {};
	const range =
		minValue === undefined || maxValue === undefined
			? []
			: [minValue, maxValue, String(maxValue), minValue - 1, maxValue + 1];
	const all = [
		...choices.flatMap(({ value, name }) => [value, name]),
		...(OF_FIELD[field.name] ?? []),
		...range,
		...SAMPLES,
	];
	return all.filter((value, index) => all.indexOf(value) === index);
}

/** docs/inputs.md: each row is what the node did when it was given these values. */
export async function inputsDocument(): Promise<string> {
	const columns = ['Field', 'Takes', 'Refuses', 'Without a value'];
	return `# What each field takes, and what it refuses

Written by \`npm run docs\` (\`npm run docs:check\` keeps it current): each field of Magic Hour Image To Video was given
each of these values, as an expression would. What is refused is refused by the names of the field and the value,
before anything is uploaded or charged. What is invisible around text does not count; half an emoji (\`\\ud83d\`) and
control characters are left out.

${table(columns, await rowsOf(FIELDS))}

Magic Hour Text To Video takes the same, but for its own fields:

${table(columns, await rowsOf(TEXT_FIELDS))}

Magic Hour Trigger reads its fields as they are saved, when the workflow is published and before an event is taken. What
shows other fields must be the value itself, and only the output's fields take expressions:

${table(columns, await rowsOf(TRIGGER_FIELDS))}
`;
}

async function rowsOf(fields: readonly Field[]): Promise<string[][]> {
	const seen = new Set<string>();
	const rows: string[][] = [];
	for (const each of fields) {
		const key = `${each.collection ?? ''}.${each.field.name}`;
		if (seen.has(key)) continue;
		seen.add(key);
		rows.push(await row(each));
	}
	return rows;
}

async function row(each: Field): Promise<string[]> {
	const taken: string[] = [];
	const refused: string[] = [];
	for (const value of samplesOf(each.field)) {
		const outcome = await tryInput(each, value);
		('input' in outcome ? taken : refused).push(code(JSON.stringify(value)));
	}
	const withoutValue = await tryInput(each, undefined);
	return [
		`${collectionOf(each)}${labelOf(each.field)}`,
		taken.join(', '),
		refused.join(', '),
		'input' in withoutValue ? meaning(each.field) : 'refused',
	].map(cell);
}

function collectionOf({ collection, group }: Field): string {
	if (collection === undefined) return '';
	return group === undefined ? 'Options: ' : 'Reference Image: ';
}

/** What stands for no value. */
function meaning({ default: byDefault }: INodeProperties): string {
	return byDefault === ''
		? 'as if it were empty'
		: `the default, ${code(JSON.stringify(byDefault))}`;
}
