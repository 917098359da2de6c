/**
 * Every parameter of every node in n8n's own engine, with what expressions can give it. Which nodes there are says
 * package.json, which parameters they have their descriptions: a new one is tried here by itself. What each value must
 * become is the matter of test/tools/every-input.test.mts; here, a value is either taken, which nothing of another kind
 * may be, or refused before the first request by the names of the parameter and the value.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HookContext } from 'n8n-core';
import type {
	GenericValue,
	IDataObject,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
	IWebhookData,
} from 'n8n-workflow';

import { formatValue, wellFormed } from '../../nodes/shared/lib/text.ts';
import { choicesOf, labelOf } from '../../nodes/shared/n8n/parameters.ts';
import { InMemoryCredentialsHelper } from '../../tools/engine/credentials-helper.mts';
import { startEngine, type Engine } from '../../tools/engine/engine.mts';
import { additionalData } from '../../tools/engine/execution.mts';
import { loneWorkflow, NODE, type Subject } from '../../tools/engine/harness-workflow.mts';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { imageItem, IMAGE, openLab, type Lab } from '../support/engine/lab.mts';

interface Manifest {
	readonly n8n: { readonly nodes: readonly string[]; readonly credentials: readonly string[] };
}

const { n8n } = JSON.parse(
	readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8'),
) as Manifest;

/** The class of a file that package.json lists, from its source. */
async function built<T>(file: string): Promise<T> {
	const source = join(PROJECT_DIRECTORY, file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
	const classes = (await import(source)) as Record<string, new () => T>;
	const Class = classes[basename(source).split('.')[0] ?? ''];
	if (Class === undefined) throw new Error(`${source} has no class of its own name`);
	return new Class();
}

async function subjectOf(file: string): Promise<Subject> {
	const node = await built<INodeType>(file);
	const credential = node.description.credentials?.[0]?.name.toLowerCase() ?? '';
	const its = n8n.credentials.find(
		(each) => basename(each).split('.')[0]?.toLowerCase() === credential,
	);
	return {
		nodeName: `n8n-nodes-magic-hour.${node.description.name}`,
		node,
		credential: await built(its ?? credential),
	};
}

/** What a careful reader does not take for a value of that type. */
const NEVER: Readonly<Record<string, (value: unknown) => boolean>> = {
	boolean: (value) => !/^(true|false|yes|no|on|off|[01]|)$/i.test(scalarText(value)),
	number: (value) => !/^(\d+(\.0{1,2})?|)$/.test(scalarText(value)) || typeof value === 'boolean',
	options: (value) => !['string', 'number'].includes(typeof value),
	multiOptions: (value) => ![value].flat().every((each) => typeof each === 'string'),
	string: (value) =>
		!isNothing(value) &&
		(typeof value === 'object' || typeof value === 'boolean' || isLeftover(scalarText(value))),
};

/** `~` for what is no text, number or flag. */
function scalarText(value: unknown): string {
	if (value === undefined || value === null) return '';
	return typeof value === 'object' ? '~' : String(value as string | number | boolean).trim();
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;

const isLeftover = (text: string): boolean =>
	/^\s*(undefined|null|NaN)\s*$/.test(text) || text.includes('[object Object]');

/** Values of every JSON type, and what is mistaken for others. */
const VALUES: readonly unknown[] = [
	...[true, false, 0, 1, 5, -1, 1.5, 1e21, null],
	...['', ' ', 'yes', 'TRUE', 'off', '5', '1.800', '1,5', 'A cat', 'url', 'URL', '5 s', '720p'],
	...['undefined', '[object Object]', 'A [object Object]', '{}', '={{ 1 }}', 'A cat \ud83d'],
	...[{}, { text: 'A cat' }, { value: 'url' }, [], ['A cat'], [true], [[1]], { a: { b: [null] } }],
];

/** Expressions of each kind, beside the one that hands on a value, and what the field gets; `Error`: nothing. */
const EXPRESSIONS: readonly (readonly [expression: string, values: readonly unknown[]])[] = [
	['={{ $json.nothing }}', [undefined]],
	['={{ $json.nested }}', [{}]],
	['=A film of {{ $json.nested }}', ['A film of [object Object]']],
	["={{ $('Nowhere').item.json.x }}", [Error]],
	['={{ (() => { throw new Error("of its own") })() }}', [undefined]],
];

/** What the other parameters need for the one that is tried to be asked for. */
const GIVEN: INodeParameters = {
	waitForCompletion: false,
	prompt: 'A cat',
	imageUrl: 'https://example.com/start.png',
	endImageUrl: 'https://example.com/end.png',
	imageFilePath: 'api-assets/start.png',
	endImageFilePath: 'api-assets/end.png',
	endImageBinaryPropertyName: 'data',
	projectId: 'clx7uu86w0a5qp55yxz315r6r',
};

/** A video that is waited for is given up at once. */
const GIVEN_OPTIONS = { timeout: 1 };
/** What comes of values that are taken: there is no such project, or it is not finished. */
const TAKEN = ['MAGIC_HOUR_PROJECT_UNFINISHED', 'MAGIC_HOUR_NOT_FOUND'];

interface Parameter {
	readonly field: INodeProperties;
	readonly collection?: string;
	/** Of the collection, where it has lists of fields: that of this one. */
	readonly group?: string;
	/** What shows the field; of one in a group, all of its values. */
	readonly beside: INodeParameters;
}

/** Every parameter of a node, but for the choice of its operation; of each operation by itself. */
function parametersOf({ description: { properties } }: INodeType): Parameter[] {
	const choice = properties.find(({ name }) => name === 'operation');
	const operations: Array<string | undefined> = choice
		? choicesOf(choice).map(({ value }) => String(value))
		: [undefined];
	return operations.flatMap((operation) =>
		properties
			.filter(({ name, type, displayOptions }) => {
				const shownFor = displayOptions?.show?.operation;
				const isTried = name !== 'operation' && type !== 'notice';
				return isTried && (operation === undefined || (shownFor?.includes(operation) ?? true));
			})
			.flatMap((field) => parametersIn(field, properties, operation)),
	);
}

function parametersIn(
	field: INodeProperties,
	properties: readonly INodeProperties[],
	operation: string | undefined,
): Parameter[] {
	const beside: INodeParameters = {
		...whatShows(field, properties),
		...(operation === undefined ? {} : { operation }),
	};
	switch (field.type) {
		case 'collection':
			return (field.options as INodeProperties[]).map((option) => ({
				field: option,
				beside: { ...beside, ...whatShows(option, properties) },
				collection: field.name,
			}));
		case 'fixedCollection':
			return (field.options as INodePropertyCollection[]).flatMap(({ name: group, values }) =>
				values.map((value) => ({
					...{ field: value, collection: field.name, group },
					beside: {
						...beside,
						model: { __rl: true, mode: 'list', value: 'kling-3.0' },
						prompt: value.name === 'name' ? '=A @{{ $json.p }}' : 'A @bottle',
						[field.name]: {
							[group]: [{ ...GIVEN, name: 'bottle', ...whatShows(value, values) }],
						},
					},
				})),
			);
		default:
			return [{ field, beside }];
	}
}

/** Values of other fields with which n8n shows a field. */
function whatShows(
	{ displayOptions }: INodeProperties,
	properties: readonly INodeProperties[],
): INodeParameters {
	return Object.fromEntries(
		Object.entries(displayOptions?.show ?? {}).map(([path, values]) => {
			const name = path.replace('/', '');
			const of = properties.find((each) => each.name === name);
			return [name, of?.type === 'multiOptions' ? values : values?.[0]] as [string, GenericValue];
		}),
	) as INodeParameters;
}

function withValue(
	{ field, collection, group, beside }: Parameter,
	value: string,
): INodeParameters {
	const given = field.type === 'resourceLocator' ? { __rl: true, mode: 'id', value } : value;
	const own = { [field.name]: given };
	const all = { ...GIVEN, ...beside, options: GIVEN_OPTIONS };
	if (collection === undefined) return { ...all, ...own };
	if (group === undefined) return { ...all, [collection]: { ...GIVEN_OPTIONS, ...own } };
	const [entry] = (beside[collection] as Record<string, INodeParameters[]>)[group] ?? [];
	return { ...all, [collection]: { [group]: [{ ...entry, ...own }] } };
}

let lab: Lab;
let api: { apiKey: string; baseUrl: string; signingSecret: string };

beforeAll(async () => {
	lab = await openLab({ jobSeconds: 1_000_000 });
	api = { apiKey: lab.api.keys.business, baseUrl: lab.api.url, signingSecret: 'secret' };
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

/** What only Magic Hour can know: it creates nothing then. */
const BY_MAGIC_HOUR = /^Could not create the video: .* \((400|422): /;

/** What a refusal has to say. */
function isNamed(
	message: string,
	{ field }: Parameter,
	value: unknown,
	expression: string,
): boolean {
	const label = labelOf(field).replace(/^(End )?(Image|Input).*/, '$1');
	const shown = value === Error ? ['n8n could not work out'] : [formatValue(value).slice(0, 60)];
	const others = [
		'no value',
		'nothing',
		formatValue(wellFormed(String(value)).trim()),
		formatValue(expression.slice(1)),
	];
	if (BY_MAGIC_HOUR.test(message)) return true;
	return (
		(message.includes(label) || value === Error) &&
		/: /.test(message) &&
		[...shown, ...others].some((each) => message.includes(each))
	);
}

const NODES = n8n.nodes.map((file) => [basename(file).split('.')[0] ?? '', file] as const);

test('each node of the package is there', () => {
	expect(NODES.length).toBeGreaterThan(1);
	for (const [, file] of NODES) {
		expect(existsSync(join(PROJECT_DIRECTORY, file.replace(/^dist\/(.*)\.js$/, '$1.ts')))).toBe(
			true,
		);
	}
});

describe.each(NODES)('%s', (_, file) => {
	let subject: Subject;
	let engine: Engine;

	beforeAll(async () => {
		subject = await subjectOf(file);
		engine = await startEngine(subject);
	});

	/** What a person sees when they publish a workflow that begins with the node. */
	async function publishing(parameters: INodeParameters): Promise<string> {
		const { node, credential } = subject;
		const check = node.webhookMethods?.default?.checkExists;
		if (check === undefined) return '';
		const workflow = loneWorkflow(subject, parameters);
		const placed = workflow.getNode(NODE);
		if (placed === null) throw new Error('The node is not in its own workflow');
		const credentials = new InMemoryCredentialsHelper(
			{ [credential.name]: credential },
			{ [credential.name]: api },
		);
		const data = additionalData(credentials);
		const webhook = {} as IWebhookData;
		const context = new HookContext(workflow, placed, data, 'trigger', 'activate', webhook);
		const outcome = check.call(context).then(() => '');
		return await outcome.catch((error: unknown) => (error as Error).message);
	}

	/** The messages that refuse the values; empty where one is taken. Each is an item of one run, where that can be. */
	async function refusalsOf(
		parameter: Parameter,
		expression: string,
		values: readonly unknown[],
	): Promise<string[]> {
		const parameters = withValue(parameter, expression);
		const refused = await publishing(parameters);
		if (refused !== '') return values.map(() => refused);
		const items = values.map((p) =>
			imageItem(IMAGE, { p, nested: {}, ...EVENT } as unknown as IDataObject),
		);
		if (subject.node.description.inputs.length === 0 || isOfRun(parameter)) {
			const messages: string[] = [];
			for (const item of items) {
				const { error } = await engine.run({
					...{ items: [item], credentials: api, parameters },
					workflowId: randomUUID(),
				});
				const isTaken = TAKEN.some((code) => error?.description?.includes(code));
				messages.push(isTaken ? '' : (error?.message ?? ''));
			}
			return messages;
		}
		const { output } = await engine.run({
			...{ items, credentials: api, parameters },
			onError: 'continueRegularOutput',
		});
		return values.map((_, index) => {
			const { error, error_code: code } = output[0]?.[index]?.json ?? { error: 'no output' };
			return typeof error === 'string' && !TAKEN.some((each) => each === code) ? error : '';
		});
	}

	test('takes of each parameter what can be meant, and names what it refuses', async () => {
		const wrong: string[] = [];
		for (const parameter of parametersOf(subject.node)) {
			const never = NEVER[parameter.field.type] ?? NEVER.string;
			const tries = [['={{ $json.p }}', VALUES] as const, ...EXPRESSIONS];
			for (const [expression, values] of tries) {
				lab.api.reset();
				const messages = await refusalsOf(parameter, expression, values);
				messages.forEach((message, index) => {
					const value = values[index];
					const what = `${labelOf(parameter.field)}: ${expression} of ${formatValue(value)}`;
					if (message === '') {
						if (value === Error || never?.(value)) wrong.push(`${what} is taken`);
					} else if (!isNamed(message, parameter, value, expression))
						wrong.push(`${what}: ${message}`);
				});
				const isRefused = (message: string) => message !== '' && !BY_MAGIC_HOUR.test(message);
				if (messages.every(isRefused) && lab.kinds().length > 0)
					wrong.push(`${labelOf(parameter.field)}: ${expression}: requests, and all is refused`);
				const creates = messages.filter((message) => message === '').length;
				if (lab.api.projects.length > creates) wrong.push(`${expression}: what is refused is paid`);
			}
		}
		expect(wrong).toEqual([]);
	});
});

/** Where one item decides about all. */
const isOfRun = ({ field: { name } }: Parameter): boolean =>
	['maxCreditsPerRun', 'concurrentProjects', 'maxVideosPerDay', 'keepInReserve'].includes(name);

/** What the trigger finds in its item; the other nodes don't look at it. */
const EVENT = {
	event: 'video.started',
	payload: { id: 'p1', status: 'rendering', downloads: [] },
};
