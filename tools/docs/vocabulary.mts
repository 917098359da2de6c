import type {
	ICredentialType,
	INodeProperties,
	INodePropertyCollection,
	INodeTypeDescription,
} from 'n8n-workflow';

import { MagicHourVideoApi } from '../../credentials/MagicHourVideoApi.credentials.ts';
import { MagicHourVideoWebhookApi } from '../../credentials/MagicHourVideoWebhookApi.credentials.ts';
import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import { MagicHourTrigger } from '../../nodes/MagicHourTrigger/MagicHourTrigger.node.ts';
import { LEGACY_VALUES } from '../../nodes/shared/models/catalogue.ts';
import { KNOWN_MODEL_IDS } from '../../nodes/shared/models/modelId.ts';
import { labelsOf } from '../../nodes/shared/n8n/parameters.ts';

/** What a saved workflow may have of a parameter. */
interface Word {
	readonly type: string;
	/** What n8n does not save: a workflow that says nothing means this. */
	readonly default?: unknown;
	/** Of a list: the values that may be saved. */
	readonly values?: readonly (string | number | boolean)[];
	/** Of a list: what an expression may give instead, with the value that it stands for. */
	readonly labels?: readonly string[];
	/** Of a resource locator. */
	readonly modes?: readonly string[];
}

/** Everything by which a saved workflow, or a credential, names something in this package. */
export interface Vocabulary {
	readonly nodes: Readonly<Record<string, NodeWords>>;
	readonly credentials: Readonly<Record<string, Readonly<Record<string, Word>>>>;
}

interface NodeWords {
	readonly versions: readonly number[];
	readonly credentials: readonly string[];
	/** Part of the URL that somebody has given to Magic Hour. */
	readonly webhooks: readonly string[];
	/** By operation and name, an option's behind that of its collection. */
	readonly parameters: Readonly<Record<string, Word>>;
}

/** The vocabulary of the package as it stands. */
export function vocabulary(): Vocabulary {
	const nodes = [new ImageToVideo(), new TextToVideo(), new MagicHourTrigger()];
	const credentials: ICredentialType[] = [new MagicHourVideoApi(), new MagicHourVideoWebhookApi()];
	return {
		nodes: Object.fromEntries(
			nodes.map(({ description }) => [description.name, wordsOf(description)]),
		),
		credentials: Object.fromEntries(
			credentials.map(({ name, properties }) => [
				name,
				Object.fromEntries(properties.filter(isStored).map((each) => [each.name, wordOf(each)])),
			]),
		),
	};
}

function wordsOf(node: INodeTypeDescription): NodeWords {
	const { version, credentials = [], webhooks = [], properties } = node;
	return {
		versions: [version].flat(),
		credentials: credentials.map(({ name }) => name),
		webhooks: webhooks.map(({ name, httpMethod, path }) => `${name} ${String(httpMethod)} ${path}`),
		parameters: Object.fromEntries(
			properties.filter(isStored).flatMap((property) =>
				operationsOf(property).flatMap((operation) => {
					const key = `${operation}${property.name}`;
					return [
						[key, wordOf(property)] as const,
						...partsOf(property).map(([name, part]) => [`${key}.${name}`, wordOf(part)] as const),
					];
				}),
			),
		),
	};
}

/** The options of a collection, and the fields of the groups of a fixed one, by the names that they are stored under. */
function partsOf({ type, options = [] }: INodeProperties): Array<[string, INodeProperties]> {
	if (type === 'collection') {
		return (options as INodeProperties[]).map((option) => [option.name, option]);
	}
	if (type !== 'fixedCollection') return [];
	return (options as INodePropertyCollection[]).flatMap(({ name, values }) =>
		values.map((value): [string, INodeProperties] => [`${name}.${value.name}`, value]),
	);
}

const isStored = ({ type }: INodeProperties): boolean => type !== 'notice';

/** With a full stop behind; nothing for a parameter that is there whatever the operation. */
function operationsOf({ displayOptions }: INodeProperties): string[] {
	const operations = displayOptions?.show?.operation as string[] | undefined;
	return operations ? operations.map((operation) => `${operation}.`) : [''];
}

function wordOf(field: INodeProperties): Word {
	const { type, default: byDefault, name, options = [], modes } = field;
	const listed = type === 'options' || type === 'multiOptions' ? options : [];
	const values = listed.flatMap((option) => ('value' in option ? [option.value] : []));
	if (name === 'model') values.push(...KNOWN_MODEL_IDS, ...LEGACY_VALUES.map(({ id }) => id));
	// n8n hides all other fields behind an operation that is given by its label.
	const labels = (listed.length === 0 || name === 'operation' ? [] : labelsOf(field)).filter(
		([label, value]) => label !== String(value),
	);
	return {
		type,
		default: byDefault,
		...(values.length > 0 && { values: [...new Set(values)].sort() }),
		...(labels.length > 0 && {
			labels: labels.map(([label, value]) => `${label}: ${value}`).sort(),
		}),
		...(modes && { modes: modes.map((mode) => mode.name) }),
	};
}
