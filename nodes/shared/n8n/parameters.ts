import {
	ExpressionParser,
	type IExecuteFunctions,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { InvalidInputError } from '../lib/errors';
import { formatValue, joinOr, MAX_API_MESSAGE_LENGTH, meantText, singleLine } from '../lib/text';

/**
 * What a person gave, field by field. An expression can give a field anything: here it becomes what the field's own
 * description says, or is refused by the name of the field and the value. Nothing is guessed.
 */

/** A number field, whose range is part of its description. */
export type NumberField = INodeProperties & {
	readonly typeOptions: { readonly minValue: number; readonly maxValue: number };
};

/** Fields that have been given values. */
export class Parameters {
	/** @param read the value of a field; what it is when the field is hidden, or an option that was not added, is up to the caller */
	constructor(readonly value: (field: INodeProperties) => unknown) {}

	/** @returns without spaces around it; `undefined` where there is no value. @throws {InvalidInputError} */
	text(field: INodeProperties): string | undefined {
		return parseText(this.value(field), labelOf(field));
	}

	/** No value stands for the default. @throws {InvalidInputError} */
	flag(field: INodeProperties): boolean {
		return parseFlag(this.value(field), field);
	}

	/** The value of one of the field's options. @throws {InvalidInputError} also when there is no value */
	option(field: INodeProperties): string {
		return parseOption(this.value(field), field);
	}

	/** The values of some of the field's options; no value stands for the default. @throws {InvalidInputError} */
	options(field: INodeProperties): string[] {
		const value = this.value(field);
		if (isNothing(value)) return [...(field.default as string[])];
		return [value].flat().map((each) => parseOption(each, field));
	}

	/** No value stands for the default. @throws {InvalidInputError} */
	wholeNumber(field: NumberField): number {
		const value = this.value(field);
		return isNothing(value) ? (field.default as number) : parseWholeNumber(value, field);
	}
}

/** The parameters of one item; one that n8n hides has its default. */
export function parametersOf(n8n: IExecuteFunctions, itemIndex: number): Parameters {
	return new Parameters((field) => {
		const options = field.type === 'resourceLocator' ? { extractValue: true } : undefined;
		try {
			return n8n.getNodeParameter(field.name, itemIndex, field.default, options);
		} catch (error) {
			throw unreadable(field, error as Error & { description?: string | null });
		}
	});
}

/** n8n's errors of expressions name no field. */
function unreadable(
	field: INodeProperties,
	{ message, description }: { message: string; description?: string | null },
): Error {
	const what = singleLine(String(message), MAX_API_MESSAGE_LENGTH).replace(/\.$/, '');
	return new InvalidInputError(
		`${labelOf(field)}: n8n could not work out its value (${what})`,
		description ?? 'Check the expression in this field.',
	);
}

/**
 * The parts of a text with expressions in it that have no value: n8n puts nothing in their place, without a word.
 * @returns as they stand in the field
 */
export function partsLeftOut(
	n8n: IExecuteFunctions,
	field: INodeProperties,
	itemIndex: number,
): string[] {
	const given = n8n.getNodeParameter(field.name, itemIndex, '', { rawExpressions: true });
	if (typeof given !== 'string' || !given.startsWith('=')) return [];
	const parts = ExpressionParser.splitExpression(given.slice(1)).filter(({ text }) => text !== '');
	// One that is all there is has no text around it: the value of the field says it.
	if (parts.length < 2) return [];
	return parts.flatMap((part) => {
		if (part.type === 'text') return [];
		const expression = ExpressionParser.joinExpression([part]);
		const value: unknown = n8n.evaluateExpression(expression, itemIndex);
		return value === undefined || value === null || Number.isNaN(value) ? [expression] : [];
	});
}

/** The options that were added in a collection. */
export class AddedOptions extends Parameters {
	constructor(private readonly added: ReadonlyMap<string, unknown>) {
		super((field) => (added.has(field.name) ? added.get(field.name) : field.default));
	}

	has({ name }: INodeProperties): boolean {
		return this.added.has(name);
	}

	/**
	 * A limit: `undefined` where the option was not added. One whose expression has no value is refused, since a limit
	 * must not go missing.
	 * @throws {InvalidInputError}
	 */
	limit(field: NumberField): number | undefined {
		return this.has(field) ? parseWholeNumber(this.value(field), field) : undefined;
	}
}

/** The options of a collection. n8n leaves out those that the collection does not have. @throws {InvalidInputError} */
export function addedOptions(parameters: Parameters, collection: INodeProperties): AddedOptions {
	const value = parameters.value(collection);
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return new AddedOptions(new Map(Object.entries(value)));
	}
	throw new InvalidInputError(
		`${labelOf(collection)}: they must be an object, such as {"timeout": 1800}; ${formatValue(value)} was given`,
	);
}

/** The label without what n8n's rules add to that of a menu that code fills. */
export function labelOf({ displayName }: Pick<INodeProperties, 'displayName'>): string {
	return displayName.replace(/ Names? or IDs?$/, '');
}

/** What text becomes that was made from no value, or from an object or a function, instead of from text. */
const LEFTOVERS = ['undefined', 'null', 'NaN', 'Invalid Date', 'Invalid DateTime'];
const LEFTOVER = /\[object [A-Z]\w*\]|\{ \[native code\] \}/;

/**
 * Takes text, numbers and dates. Halves of characters, control characters and what is invisible around it are left out.
 * @returns `undefined` where there is no value
 * @throws {InvalidInputError} for anything else, and for text that was made from something else by mistake
 */
export function parseText(value: unknown, label: string): string | undefined {
	if (value === undefined || value === null) return undefined;
	const given = textOf(value);
	if (given === undefined) {
		throw new InvalidInputError(
			`${label}: it must be text; ${formatValue(value)} was given`,
			typeof value === 'object'
				? 'Give the one value in it that is meant, with an expression such as {{ $json.name.text }}.'
				: undefined,
		);
	}
	const text = meantText(given);
	if (LEFTOVERS.includes(text) || LEFTOVER.test(text)) {
		throw new InvalidInputError(
			`${label}: ${formatValue(text)} was given, which is what no value, an object or a function becomes as text`,
			'Check the expression in this field, and the node that the value comes from.',
		);
	}
	return text;
}

function textOf(value: unknown): string | undefined {
	if (typeof value === 'string') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
	if (typeof value === 'bigint') return String(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
	// What {{ $now }} is.
	const { toISO } = Object(value) as { toISO?: () => unknown };
	const time: unknown = typeof toISO === 'function' ? toISO.call(value) : undefined;
	return typeof time === 'string' ? time : undefined;
}

/** Values and words that can only mean one thing. */
const FLAG_WORDS = new Map([
	...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
	...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/** Takes true and false, and what else can only mean one of them; no value stands for the default. @throws {InvalidInputError} */
export function parseFlag(value: unknown, field: INodeProperties): boolean {
	if (isNothing(value)) return field.default as boolean;
	const word = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
	const flag = FLAG_WORDS.get(meantText(word).toLowerCase());
	if (flag !== undefined) return flag;
	throw new InvalidInputError(
		`${labelOf(field)}: it must be true or false; ${formatValue(value)} was given`,
	);
}

/** Takes the values of the field's options, and their labels for them. @throws {InvalidInputError} that lists them */
export function parseOption(value: unknown, field: INodeProperties): string {
	const choice = choiceOf(value, field);
	if (choice !== undefined) return choice;
	const names = choicesOf(field).map((each) =>
		isSpelled(each.name, each.value) ? String(each.value) : `${each.value} (${each.name})`,
	);
	throw new InvalidInputError(
		`${labelOf(field)}: it must be ${joinOr(names)}; ${formatValue(value)} was given`,
	);
}

/** The value of the field's option that is given by its value or its label. `undefined`: there is none */
export function choiceOf(value: unknown, field: INodeProperties): string | undefined {
	const choices = choicesOf(field);
	const found =
		choices.find((each) => each.value === value)?.value ??
		choices.find((each) => isSpelled(String(each.value), value))?.value ??
		labelsOf(field).find(([label]) => isSpelled(label, value))?.[1];
	return found === undefined ? undefined : String(found);
}

/** Labels that choices had once, by field: expressions of saved workflows may give them. */
const FORMER_LABELS: Readonly<Record<string, ReadonlyArray<readonly [string, string]>>> = {
	durationNotSupported: [['Use the Nearest Duration', 'nearest']],
};

/** What an expression may call the field's options, with their values. */
export function labelsOf(
	field: INodeProperties,
): ReadonlyArray<readonly [label: string, value: INodePropertyOptions['value']]> {
	const labels = choicesOf(field).map(({ name, value }) => [name, value] as const);
	return [...labels, ...(FORMER_LABELS[field.name] ?? [])];
}

/** The options of a field of options. */
export function choicesOf({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options.filter((option): option is INodePropertyOptions => 'value' in option);
}

/** Whether a value is that name, as far as people keep to it: capitals, spaces, hyphens and underscores don't count. */
function isSpelled(name: string, value: unknown): boolean {
	return typeof value === 'string' && spelling(name) === spelling(value);
}

function spelling(text: string): string {
	return meantText(text)
		.toLowerCase()
		.replace(/[\s_-]+/g, '');
}

/** A number as text. What is behind a full stop must be zeros, and not three of them: "1.800" may be 1800. */
const WHOLE_NUMBER = /^\d+(\.0{1,2})?$/;

/** @throws {InvalidInputError} for what is no whole number in the field's range */
function parseWholeNumber(value: unknown, field: NumberField): number {
	const text = typeof value === 'string' ? meantText(value) : '';
	const number = WHOLE_NUMBER.test(text) ? Number(text) : value;
	const { minValue, maxValue } = field.typeOptions;
	if (
		typeof number === 'number' &&
		Number.isInteger(number) &&
		number >= minValue &&
		number <= maxValue
	) {
		return number;
	}
	throw new InvalidInputError(
		`${labelOf(field)}: must be a number from ${minValue} to ${maxValue}; ${formatValue(value)} was given`,
		'Give a whole number in digits alone, such as 300.',
	);
}

/** Whether there is no value: spaces are none, either. */
function isNothing(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && meantText(value) === '')
	);
}
