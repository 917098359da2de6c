import type { INodeProperties, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';
import { findModel } from '../../nodes/shared/models/catalogue.ts';
import { joinOr, formatValue } from '../../nodes/shared/lib/text.ts';
import { cell, code, table } from './markdown-table.mts';

/** Tables of a node's operations and fields, made from the description that n8n shows its form from. */

type Description = Pick<INodeTypeDescription, 'properties'>;
type Conditions = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** The operations, in the order of the menu. @throws {Error} when the node has none */
export function operationsOf({ properties }: Description): INodePropertyOptions[] {
	const operations = properties.find(({ name }) => name === 'operation');
	if (operations === undefined) throw new Error('The node has no operations');
	return choices(operations);
}

export function operationsTable(description: Description): string {
	return table(
		['Operation', 'What it does'],
		operationsOf(description).map(({ name, description: text = '' }) => [name, cell(text)]),
	);
}

/**
 * The fields of a node, options included, in the order of the form.
 * @param operation only the fields of this one (its value); all of them when the node has no operations
 * @param isWanted which of these
 */
export function fieldsTable(
	{ properties }: Description,
	operation?: string,
	isWanted: (field: INodeProperties) => boolean = () => true,
): string {
	const fields = properties.filter(
		(field) =>
			field.name !== 'operation' &&
			field.type !== 'notice' &&
			(operation === undefined || field.displayOptions?.show?.operation?.includes(operation)),
	);
	const rows = fields.filter(isWanted).flatMap((field) => {
		const parts = suboptions(field).map((option) => [
			`${label(field)}: ${label(option)}`,
			...columns(option, [...suboptions(field), ...fields]),
		]);
		return field.type === 'collection'
			? parts
			: [[label(field), ...columns(field, fields)], ...parts];
	});
	return table(['Field', 'Meaning', 'Default', 'Shown when'], rows);
}

function columns(field: INodeProperties, all: readonly INodeProperties[]): string[] {
	return [meaning(field), defaultOf(field), shownWhen(field, all)];
}

/** The label without what n8n's rules add to that of a menu that code fills. */
function label({ displayName }: INodeProperties): string {
	return displayName.replace(/ Names? or IDs?$/, '');
}

function choices({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options.filter((option): option is INodePropertyOptions => 'value' in option);
}

/** The options of a collection, or the fields in the groups of a fixed one. */
function suboptions({ options = [] }: INodeProperties): INodeProperties[] {
	const fields = options.flatMap((option) => ('values' in option ? option.values : [option]));
	return fields.filter(
		(option): option is INodeProperties => 'displayName' in option && 'type' in option,
	);
}

function meaning(field: INodeProperties): string {
	const text = plain(field.description ?? field.hint ?? '');
	const values = choices(field).map(({ name, description }) =>
		description === undefined ? `*${name}*` : `*${name}*: ${plain(description)}`,
	);
	if (values.length === 0) return cell(text);
	const described = choices(field).some(({ description }) => description !== undefined);
	return cell(`${text}${/[.!?]$/.test(text) ? '' : '.'} ${values.join(described ? '; ' : ', ')}`);
}

/** A description without its markup, and without the sentence that n8n's rules want of every menu that code fills. */
function plain(html: string): string {
	return html
		.replace(/ ?Choose from the list, or specify (an ID|IDs) using an <a .*?<\/a>\.?/, '')
		.replaceAll(/<[^>]*>/g, '');
}

function defaultOf(field: INodeProperties): string {
	const value: unknown = field.default;
	if (field.type === 'fixedCollection') return '';
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	// A resource locator's.
	if (typeof value === 'object' && value !== null && 'cachedResultName' in value) {
		return formatValue(value.cachedResultName);
	}
	const names = [value].flat().map((each) => {
		const choice = choices(field).find((option) => option.value === each);
		return choice?.name ?? (each === '' ? '' : code(formatValue(each)));
	});
	return cell(names.join(', '));
}

/** "Image From is URL; not for Wan 2.2 or Sora 2": all but the operation, which the table is about. */
function shownWhen(field: INodeProperties, all: readonly INodeProperties[]): string {
	const { show = {}, hide = {} } = field.displayOptions ?? {};
	return cell(
		[
			...conditions(show, all).map(([field, values]) => `${label(field)} ${has(field)} ${values}`),
			...conditions(hide, all).map(([field, values]) => `${label(field)} is not ${values}`),
		].join('; '),
	);
}

/** A field of several values is not one of them. */
function has({ type }: INodeProperties): string {
	return type === 'multiOptions' ? 'includes' : 'is';
}

function conditions(
	of: Conditions,
	all: readonly INodeProperties[],
): Array<[INodeProperties, string]> {
	return Object.entries(of)
		.filter(([name]) => name !== 'operation')
		.map(([path, values = []]) => {
			const governing = all.find(({ name }) => name === path.replace(/^\//, ''));
			if (governing === undefined) throw new Error(`No field "${path}" is in the table`);
			// A choice may be there twice, by its value and by its label.
			const names = new Set(values.map((value) => valueName(governing, value)));
			return [governing, joinOr([...names])];
		});
}

function valueName(governing: INodeProperties, value: unknown): string {
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	const choice = choices(governing).find(({ name, ...option }) =>
		[name, option.value].includes(value as string),
	);
	if (choice !== undefined) return choice.name;
	if (governing.name === 'model')
		return findModel(formatValue(value))?.name ?? code(formatValue(value));
	return code(formatValue(value));
}
