import type { INode } from 'n8n-workflow';

/** What stands in a workflow file, as far as it is looked at. */
export interface WorkflowJson {
	name: string;
	nodes: FileNode[];
	connections: Record<
		string,
		Record<string, ({ node: string; type: string; index: number }[] | null)[]>
	>;
	settings?: { executionOrder?: string };
	[other: string]: unknown;
}

export type FileNode = Omit<INode, 'credentials'> & {
	credentials?: Record<string, { id?: string | null; name: string }>;
};

export const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
