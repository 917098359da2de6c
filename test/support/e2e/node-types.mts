import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import type { N8nInstallation } from '../../../tools/n8n/n8n-installation.mts';
import { PROJECT_DIRECTORY } from '../../../tools/pack.mts';

const N8N_PACKAGES = ['n8n-nodes-base', '@n8n/n8n-nodes-langchain'];

/** The node types that n8n's editor knows, with every version of each. */
export class KnownNodeTypes {
	private constructor(private readonly types: ReadonlyMap<string, INodeTypeDescription[]>) {}

	/** n8n's own as they are installed, ours from the source. */
	static async load({ directory }: N8nInstallation): Promise<KnownNodeTypes> {
		const types = new Map<string, INodeTypeDescription[]>();
		const add = (packageName: string, description: INodeTypeDescription): void => {
			const type = `${packageName}.${description.name}`;
			types.set(type, [...(types.get(type) ?? []), description]);
		};
		for (const packageName of N8N_PACKAGES) {
			const file = join(directory, 'node_modules', packageName, 'dist', 'types', 'nodes.json');
			const descriptions = JSON.parse(await readFile(file, 'utf8')) as INodeTypeDescription[];
			for (const description of descriptions) add(packageName, description);
		}
		const tools = createRequire(join(directory, 'package.json'))(
			'n8n/dist/tool-generation/ai-tools.js',
		) as { convertNodeToAiTool: (item: { description: INodeTypeDescription }) => unknown };
		const { name, nodes } = await ourNodes();
		for (const description of nodes) {
			add(name, description);
			if (description.usableAsTool === undefined) continue;
			const tool = { description: structuredClone(description) };
			tools.convertNodeToAiTool(tool);
			add(name, tool.description);
		}
		return new KnownNodeTypes(types);
	}

	/** What a node is described as in one of its versions; undefined where there is none such. */
	find(type: string, version: number): INodeTypeDescription | undefined {
		return this.types.get(type)?.find((description) => versionsOf(description).includes(version));
	}

	/** The version that the editor gives to a new node. */
	newestVersion(type: string): number | undefined {
		const descriptions = this.types.get(type);
		if (descriptions === undefined) return undefined;
		const chosen = descriptions.flatMap(({ defaultVersion }) => defaultVersion ?? []);
		return Math.max(...(chosen.length > 0 ? chosen : descriptions.flatMap(versionsOf)));
	}
}

function versionsOf({ version }: INodeTypeDescription): number[] {
	return Array.isArray(version) ? version : [version];
}

/** The nodes that the package's manifest names. */
async function ourNodes(): Promise<{ name: string; nodes: INodeTypeDescription[] }> {
	const manifest = JSON.parse(await readFile(join(PROJECT_DIRECTORY, 'package.json'), 'utf8')) as {
		name: string;
		n8n: { nodes: string[] };
	};
	const nodes: INodeTypeDescription[] = [];
	for (const built of manifest.n8n.nodes) {
		const source = built.replace(/^dist\//, '').replace(/\.js$/, '.ts');
		const exported = (await import(join(PROJECT_DIRECTORY, source))) as Record<
			string,
			new () => INodeType
		>;
		for (const NodeClass of Object.values(exported)) nodes.push(new NodeClass().description);
	}
	return { name: manifest.name, nodes };
}
