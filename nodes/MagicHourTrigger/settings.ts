import type {
	IExecuteFunctions,
	IHookFunctions,
	INodeProperties,
	IWebhookFunctions,
} from 'n8n-workflow';
import { InvalidInputError } from '../shared/lib/errors';
import { formatValue } from '../shared/lib/text';
import { OUTPUT_FIELD, SIMPLIFY } from '../shared/n8n/fields';
import { checkOutputField } from '../shared/n8n/outputField';
import {
	addedOptions,
	labelOf,
	Parameters,
	parametersOf,
	type AddedOptions,
} from '../shared/n8n/parameters';
import {
	DOWNLOAD,
	EVENT_TYPES,
	OPTIONS,
	PROJECT_TYPES,
	TIMESTAMP_TOLERANCE,
	VERIFY_SIGNATURE,
} from './description';
import type { EventChoice } from './events';

/** What decides about a request: as it is saved, so that nothing in the request has a part in it. */
export interface RequestSettings {
	readonly choice: EventChoice;
	readonly verify: boolean;
	readonly toleranceSeconds: number;
}

/** What the workflow gets of an event. */
export interface OutputSettings {
	/** Never without verification: anyone could make n8n fetch any address. */
	readonly download: boolean;
	/** Binary field for the video; empty if it is not downloaded. */
	readonly field: string;
	readonly simplify: boolean;
}

/**
 * Reads the settings of a trigger that has an event before it, or is about to wait for events. What is given for the
 * output is checked, too, unless it is an expression: a wrong value must show before an event is taken.
 * @throws {InvalidInputError}
 */
export function readRequestSettings(n8n: IWebhookFunctions | IHookFunctions): RequestSettings {
	const saved = new Parameters((field) =>
		n8n.getNodeParameter(field.name, field.default as never, { rawExpressions: true }),
	);
	const fixed = withoutExpressions(saved);
	const options = optionsOf(saved);
	const { verify, download } = readSwitches(fixed);
	const types = exactly(EVENT_TYPES, fixed, (field) => fixed.options(field));
	if (types.length === 0) {
		throw new InvalidInputError(`${labelOf(EVENT_TYPES)}: none is chosen`, 'Choose at least one.');
	}
	checkOutput(saved, options, download);
	return {
		choice: {
			types,
			projectTypes: options.has(PROJECT_TYPES)
				? withoutExpressions(options).options(PROJECT_TYPES)
				: [],
		},
		verify,
		toleranceSeconds: withoutExpressions(options).wholeNumber(TIMESTAMP_TOLERANCE),
	};
}

/** Reads what an execution needs. @throws {InvalidInputError} */
export function readOutputSettings(n8n: IExecuteFunctions): OutputSettings {
	const saved = new Parameters((field) =>
		n8n.getNodeParameter(field.name, 0, field.default, { rawExpressions: true }),
	);
	const { verify, download } = readSwitches(withoutExpressions(saved));
	const parameters = parametersOf(n8n, 0);
	return {
		...outputField(parameters, verify && download),
		simplify: addedOptions(parameters, OPTIONS).flag(SIMPLIFY),
	};
}

function readSwitches(fixed: Parameters): { verify: boolean; download: boolean } {
	const [verify, download] = [VERIFY_SIGNATURE, DOWNLOAD].map((field) =>
		exactly(field, fixed, () => fixed.flag(field)),
	) as [boolean, boolean];
	return { verify, download };
}

function outputField(
	parameters: Parameters,
	download: boolean,
): Pick<OutputSettings, 'download' | 'field'> {
	const field = download ? checkOutputField(parameters.text(OUTPUT_FIELD) ?? '') : '';
	return { download, field };
}

function checkOutput(saved: Parameters, options: AddedOptions, download: boolean): void {
	if (!isExpression(saved.value(OUTPUT_FIELD))) outputField(saved, download);
	if (!isExpression(options.value(SIMPLIFY))) options.flag(SIMPLIFY);
}

/** The same parameters, none of which may be an expression. */
function withoutExpressions(parameters: Parameters): Parameters {
	return new Parameters((field) => {
		const value = parameters.value(field);
		if (!isExpression(value)) return value;
		throw new InvalidInputError(
			`${labelOf(field)}: it takes no expression; ${formatValue(value)} was given`,
			CHOOSE,
		);
	});
}

function optionsOf(saved: Parameters): AddedOptions {
	return addedOptions(saved, OPTIONS);
}

/**
 * Reads a field that shows others. n8n looks at what is saved for it, and leaves out what it does not show: a label
 * in the place of its value, or a word for true, would lose what was set there without a word.
 */
function exactly<T>(
	field: INodeProperties,
	parameters: Parameters,
	read: (field: INodeProperties) => T,
): T {
	const value = read(field);
	const given = parameters.value(field);
	if (JSON.stringify(given) === JSON.stringify(value)) return value;
	throw new InvalidInputError(
		`${labelOf(field)}: it must be ${formatValue(value)} itself; ${formatValue(given)} was given`,
		CHOOSE,
	);
}

const CHOOSE = 'Choose it in the form of the trigger.';

function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
}
