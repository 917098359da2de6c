import type { N8nWorkflow } from '../../../tools/n8n/n8n.mts';

/** Replaces a text everywhere in the parameters of a workflow, as a user does who has other folders. */
export function replaceInParameters(workflow: N8nWorkflow, from: string, to: string): N8nWorkflow {
	const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
	const nodes = workflow.nodes.map((node) => ({
		...node,
		parameters: JSON.parse(
			JSON.stringify(node.parameters).replaceAll(quoted(from), quoted(to)),
		) as Record<string, unknown>,
	}));
	return { ...workflow, nodes };
}
