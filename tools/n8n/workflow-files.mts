import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { N8nWorkflow } from './n8n.mts';
import { PROJECT_DIRECTORY } from '../pack.mts';

const DIRECTORY = join(PROJECT_DIRECTORY, 'workflows');
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';

/** @param name of a file in workflows/, without .json */
export async function readWorkflow(name: string): Promise<N8nWorkflow> {
	return JSON.parse(await readFile(join(DIRECTORY, `${name}.json`), 'utf8')) as N8nWorkflow;
}

export function nodeNamed(workflow: N8nWorkflow, name: string): N8nWorkflow['nodes'][number] {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`"${workflow.name}" has no node "${name}"`);
	return node;
}

/** One of the workflows that people can import. */
export interface WorkflowFile {
	/** Of the file, without its ending. */
	readonly name: string;
	readonly path: string;
	readonly workflow: N8nWorkflow;
	/** Names of its nodes; sticky notes are none. */
	readonly nodeNames: readonly string[];
}

const nameOf = (file: string): string => file.replace(/\.json$/, '');

/** All of workflows/, by name. */
export function workflowFiles(): WorkflowFile[] {
	const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.json'));
	const byName = files.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
	return byName.map((file) => {
		const path = join(DIRECTORY, file);
		const workflow = JSON.parse(readFileSync(path, 'utf8')) as N8nWorkflow;
		const nodes = workflow.nodes.filter(({ type }) => type !== STICKY_NOTE);
		return {
			name: nameOf(file),
			path,
			workflow,
			nodeNames: nodes.map(({ name }) => name),
		};
	});
}

/** The credentials that the workflows name, each once. */
export function credentialsOf(files: readonly WorkflowFile[]): { name: string; type: string }[] {
	const named = files.flatMap(({ workflow }) =>
		workflow.nodes.flatMap(({ credentials = {} }) =>
			Object.entries(credentials).map(([type, { name }]) => ({ type, name })),
		),
	);
	return [...new Map(named.map((each) => [`${each.type} ${each.name}`, each])).values()];
}
