import {
	NodeHelpers,
	Workflow,
	type INode,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
	type INodeTypes,
} from 'n8n-workflow';
import { layoutIssues } from './layout-issues.mts';
import type { KnownNodeTypes } from './node-types.mts';
import { STICKY_NOTE, type FileNode, type WorkflowJson } from './workflow-json.mts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
/** What a person's own n8n adds when it exports a workflow: none of it means anything to others. */
const FILE_KEYS = ['name', 'nodes', 'connections', 'settings'];

/** Everything that is wrong with a workflow file, for people to read: what n8n's editor would mark, and what it would not. */
export function workflowIssues(workflow: WorkflowJson, types: KnownNodeTypes): string[] {
	const { nodes } = workflow;
	const others = Object.keys(workflow).filter((key) => !FILE_KEYS.includes(key));
	return [
		...others.map((key) => `the file has "${key}", which is of one n8n only`),
		...(workflow.settings?.executionOrder === 'v1' ? [] : ['settings.executionOrder is not v1']),
		...(nodes.some(({ type }) => type === STICKY_NOTE) ? [] : ['no sticky note explains it']),
		...repeated(nodes.map(({ name }) => name)).map((name) => `two nodes are named "${name}"`),
		...repeated(nodes.map(({ id }) => id)).map((id) => `two nodes have the ID ${id}`),
		...nodes.flatMap((node) =>
			nodeIssues(node, types).map((issue) => `node "${node.name}": ${issue}`),
		),
		...nodes.flatMap((node) => referenceIssues(node, nodes)),
		...connectionIssues(workflow, types),
		...layoutIssues(workflow),
	];
}

function nodeIssues(node: FileNode, types: KnownNodeTypes): string[] {
	const newest = types.newestVersion(node.type);
	const description = types.find(node.type, node.typeVersion);
	if (newest === undefined) return [`n8n knows no node type ${node.type}`];
	if (description === undefined) return [`${node.type} has no version ${node.typeVersion}`];
	return [
		...(UUID.test(node.id) ? [] : [`its ID ${node.id} is no UUID`]),
		...(node.typeVersion === newest
			? []
			: [`version ${node.typeVersion} is outdated: the newest is ${newest}`]),
		...webhookIssues(node, description),
		...parameterIssues(node, description),
		...credentialIssues(node, description),
	];
}

/** Without an ID of its own, the address of a trigger has no path. */
function webhookIssues(node: FileNode, { webhooks, group }: INodeTypeDescription): string[] {
	const needed = webhooks !== undefined && webhooks.length > 0 && group.includes('trigger');
	return needed && !UUID.test(node.webhookId ?? '') ? ['it has no webhookId'] : [];
}

function parameterIssues(node: FileNode, description: INodeTypeDescription): string[] {
	const asNode = node as INode;
	const known =
		NodeHelpers.getNodeParameters(
			description.properties,
			node.parameters,
			true,
			false,
			asNode,
			description,
		) ?? {};
	const marked = NodeHelpers.getNodeParametersIssues(description.properties, asNode, description);
	return [
		...lostKeys(node.parameters, known).map(
			(path) => `parameter ${path} is unknown, or not shown with the others`,
		),
		...choiceIssues(node.parameters, description.properties),
		...(marked === null ? [] : NodeHelpers.nodeIssuesToString(marked, asNode)),
	];
}

/** The paths of what stands in `given` and is not in `known`. */
function lostKeys(given: unknown, known: unknown, path = ''): string[] {
	if (typeof given !== 'object' || given === null) return [];
	if (typeof known !== 'object' || known === null) return [path];
	return Object.entries(given).flatMap(([key, value]) => {
		const here = path === '' ? key : `${path}.${key}`;
		if (!Object.hasOwn(known, key)) return [here];
		return lostKeys(value, (known as Record<string, unknown>)[key], here);
	});
}

/** Values that a menu does not have. Menus that are filled at run time, and expressions, can't be judged. */
function choiceIssues(
	given: Record<string, unknown>,
	properties: readonly INodeProperties[],
	path = '',
): string[] {
	return Object.entries(given).flatMap(([name, value]) => {
		const candidates = properties.filter((property) => property.name === name);
		const here = `${path}${name}`;
		const nested = candidates.flatMap(({ type, options = [] }) => {
			if (type === 'collection') return [options as INodeProperties[]];
			return [];
		});
		const fixed = candidates.flatMap(({ type, options = [] }) =>
			type === 'fixedCollection' ? (options as INodePropertyCollection[]) : [],
		);
		if (nested.length > 0) {
			return choiceIssues(value as Record<string, unknown>, nested.flat(), `${here}.`);
		}
		if (fixed.length > 0) {
			return Object.entries(value as Record<string, unknown>).flatMap(([group, entries]) => {
				const values = fixed.filter((option) => option.name === group).flatMap((o) => o.values);
				return [entries]
					.flat()
					.flatMap((entry) =>
						choiceIssues(entry as Record<string, unknown>, values, `${here}.${group}.`),
					);
			});
		}
		const menus = candidates.filter(
			({ type, typeOptions }) =>
				['options', 'multiOptions'].includes(type) && typeOptions?.loadOptionsMethod === undefined,
		);
		if (menus.length === 0 || menus.length < candidates.length) return [];
		const choices = menus.flatMap(({ options = [] }) =>
			(options as INodePropertyOptions[]).map((option) => option.value),
		);
		return [value]
			.flat()
			.filter((chosen) => !(typeof chosen === 'string' && chosen.startsWith('=')))
			.filter((chosen) => !choices.includes(chosen as string))
			.map((chosen) => `parameter ${here} has no choice ${JSON.stringify(chosen)}`);
	});
}

function credentialIssues(node: FileNode, description: INodeTypeDescription): string[] {
	const given = node.credentials ?? {};
	const shown = (description.credentials ?? []).filter((credential) =>
		NodeHelpers.displayParameter(
			withDefaults(node, description),
			credential,
			node as INode,
			description,
		),
	);
	const missing = shown.filter(({ name, required }) => required && given[name] === undefined);
	return [
		...missing.map(({ name }) => `no credential of the type ${name}`),
		...Object.entries(given).flatMap(([type, credential]) => {
			const keys = Object.keys(credential).sort().join();
			return [
				...(shown.some(({ name }) => name === type) ? [] : [`it takes no credential ${type}`]),
				// Without `id: null`, n8n takes any credential of the type when it imports (n8n 2.41.1, `replaceInvalidCredentials`).
				...(keys === 'id,name' && credential.id === null
					? []
					: [`credential ${type} is not given as { "id": null, "name": … }`]),
			];
		}),
	];
}

function withDefaults(node: FileNode, description: INodeTypeDescription): INode['parameters'] {
	return (
		NodeHelpers.getNodeParameters(
			description.properties,
			node.parameters,
			true,
			true,
			node as INode,
			description,
		) ?? {}
	);
}

/** Expressions that name a node that is not there: the editor shows them only when they are opened. */
function referenceIssues(node: FileNode, nodes: readonly FileNode[]): string[] {
	const texts = JSON.stringify(node.parameters);
	const named = [...texts.matchAll(/\$\((?:'([^']+)'|\\"([^"\\]+)\\")\)/g)];
	return named
		.map(([, single, double]) => single ?? double ?? '')
		.filter((name) => !nodes.some((other) => other.name === name))
		.map((name) => `node "${node.name}": an expression names "${name}", which is not there`);
}

function connectionIssues(workflow: WorkflowJson, types: KnownNodeTypes): string[] {
	const { nodes, connections } = workflow;
	const known = nodes.filter(({ type, typeVersion }) => types.find(type, typeVersion));
	const byName = new Map(known.map((node) => [node.name, node]));
	const graph = new Workflow({
		nodes: known as INode[],
		connections: {},
		active: false,
		nodeTypes: {
			getByNameAndVersion: (type: string, version: number) => ({
				description: types.find(type, version),
			}),
		} as unknown as INodeTypes,
	});
	const ports = (name: string, side: 'inputs' | 'outputs', type: string): number => {
		const node = byName.get(name) as INode;
		const description = types.find(node.type, node.typeVersion) as INodeTypeDescription;
		const all =
			side === 'inputs'
				? NodeHelpers.getNodeInputs(graph, node, description)
				: NodeHelpers.getNodeOutputs(graph, node, description);
		return NodeHelpers.getConnectionTypes(all).filter((port) => port === type).length;
	};

	const reached = new Set<string>();
	const issues: string[] = [];
	for (const [from, byType] of Object.entries(connections)) {
		if (!byName.has(from)) {
			issues.push(`a connection begins at "${from}", which is not there`);
			continue;
		}
		for (const [type, outputs] of Object.entries(byType)) {
			const last = outputs.length - 1;
			if (last >= ports(from, 'outputs', type)) {
				issues.push(`"${from}" has no output ${last} of the type ${type}`);
			}
			for (const { node: to, type: inputType, index } of outputs.flatMap(
				(output) => output ?? [],
			)) {
				if (!byName.has(to)) issues.push(`a connection ends at "${to}", which is not there`);
				else if (index >= ports(to, 'inputs', inputType)) {
					issues.push(`"${to}" has no input ${index} of the type ${inputType}`);
				}
				reached.add(to);
			}
		}
	}
	for (const node of known) {
		const { group } = types.find(node.type, node.typeVersion) as INodeTypeDescription;
		const isBeginning = group.includes('trigger') || node.type === STICKY_NOTE;
		const isUsed =
			ports(node.name, 'inputs', 'main') > 0
				? reached.has(node.name)
				: connections[node.name] !== undefined;
		if (!isBeginning && !isUsed) issues.push(`nothing leads to "${node.name}"`);
		const errors = connections[node.name]?.main?.[ports(node.name, 'outputs', 'main') - 1];
		if (node.onError === 'continueErrorOutput' && !errors?.length) {
			issues.push(`the error output of "${node.name}" leads nowhere`);
		}
	}
	return issues;
}

function repeated(values: readonly string[]): string[] {
	return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
