import type { INodeProperties } from 'n8n-workflow';
import { fieldsTable, operationsTable } from '../../tools/docs/field-tables.mts';

const text = (more: Partial<INodeProperties>): INodeProperties => ({
	displayName: 'Text',
	name: 'text',
	type: 'string',
	default: '',
	...more,
});

const operation = text({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	default: 'make',
	options: [
		{ name: 'Make', value: 'make', description: 'Makes a | thing' },
		{ name: 'Undo', value: 'undo', description: 'Undoes it' },
	],
});
const show = { operation: ['make'] };

/** The cells of each row but the head. */
const rows = (...properties: INodeProperties[]) =>
	fieldsTable({ properties: [operation, ...properties] }, 'make')
		.split('\n')
		.slice(2)
		.map((line) =>
			line
				.split('|')
				.slice(1, -1)
				.map((each) => each.trim()),
		);

test('the operations, with what they do', () => {
	expect(operationsTable({ properties: [operation] })).toBe(
		'| Operation | What it does |\n| --- | --- |\n| Make | Makes a \\| thing |\n| Undo | Undoes it |',
	);
});

test('a field of the operation, and none of another', () => {
	expect(
		rows(
			text({ description: 'What it says', displayOptions: { show } }),
			text({ name: 'other', displayOptions: { show: { operation: ['undo'] } } }),
		),
	).toEqual([['Text', 'What it says', '', '']]);
});

test("markup and the sentence of n8n's rules are left out", () => {
	const description =
		'In <b>seconds</b>. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';
	expect(
		rows(
			text({ displayName: 'Length Name or ID', description, default: 5, displayOptions: { show } }),
		),
	).toEqual([['Length', 'In seconds.', '`5`', '']]);
});

test('choices are explained, and named in what depends on them', () => {
	const source = text({
		displayName: 'From',
		name: 'from',
		type: 'options',
		default: 'a',
		description: 'Where from',
		options: [
			{ name: 'Field A', value: 'a', description: 'Near' },
			{ name: 'Field B', value: 'b', description: 'Far' },
		],
		displayOptions: { show },
	});
	const flag = text({
		displayName: 'Flag',
		name: 'flag',
		type: 'boolean',
		default: true,
		displayOptions: { show },
	});
	const dependent = text({
		displayOptions: { show: { ...show, from: ['b'], flag: [true] }, hide: { from: ['a'] } },
	});
	expect(rows(source, flag, dependent)).toEqual([
		['From', 'Where from. *Field A*: Near; *Field B*: Far', 'Field A', ''],
		['Flag', '', 'on', ''],
		['Text', '', '', 'From is Field B; Flag is on; From is not Field A'],
	]);
});

test('a field of several values includes the one that another depends on', () => {
	const events = text({
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		default: ['a'],
		options: [{ name: 'Event A', value: 'a' }],
		displayOptions: { show },
	});
	const dependent = text({ displayOptions: { show: { ...show, events: ['a'] } } });
	expect(rows(events, dependent).at(-1)).toEqual(['Text', '', '', 'Events includes Event A']);
});

test('the options of a collection, each in a row', () => {
	const collection = text({
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		options: [text({ displayName: 'Limit', type: 'number', default: 3 })],
		displayOptions: { show },
	});
	expect(rows(collection)).toEqual([['Options: Limit', '', '`3`', '']]);
});

test('a condition on a field that is not there is a mistake', () => {
	expect(() => rows(text({ displayOptions: { show: { ...show, gone: ['a'] } } }))).toThrow('gone');
});
