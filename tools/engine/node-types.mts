import type { INodeType, INodeTypes } from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

/** The nodes that a workflow may have, by the full names that n8n gives them. */
export function nodeTypesOf(types: Readonly<Record<string, INodeType>>): INodeTypes {
	const byName = (name: string): INodeType => {
		const type = types[name];
		if (type === undefined) throw new UnexpectedError(`No node type "${name}"`);
		return type;
	};
	return { getByName: byName, getByNameAndVersion: byName, getKnownTypes: () => ({}) };
}
