import { createRequire } from 'node:module';

import { PackageDirectoryLoader } from 'n8n-core';
import type {
	ICredentialType,
	INodeType,
	IRun,
	IWorkflowBase,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { startCoreServices } from './core-services.mts';
import { InMemoryCredentialsHelper, type CredentialValues } from './credentials-helper.mts';
import { startExecution } from './execution.mts';
import { nodeTypesOf } from './node-types.mts';

/** As `n8n execute` does. */
const MODE: WorkflowExecuteMode = 'cli';

interface PackageEngineOptions {
	/** Of the package. */
	readonly directory: string;
	/** Those that are not of the package, by their full names. */
	readonly otherNodes: Readonly<Record<string, INodeType>>;
	readonly credentials: CredentialValues;
	/** For n8n-core's files, which whoever gives it removes. */
	readonly folder: string;
}

export interface PackageEngine {
	readonly coreVersion: string;
	readonly package: { readonly name: string; readonly version: string };
	/**
	 * Runs a workflow from a node on. Resolves also when it fails.
	 * @param signal stops it, as a person would
	 */
	execute(
		workflow: Pick<IWorkflowBase, 'id' | 'name' | 'nodes' | 'connections' | 'settings'>,
		startNode: string,
		signal: AbortSignal,
	): Promise<IRun>;
}

/**
 * n8n-core's engine with the built nodes and credentials of a package, which n8n's own loader loads by its package.json.
 * Call once per process.
 */
export async function startPackageEngine({
	directory,
	otherNodes,
	credentials,
	folder,
}: PackageEngineOptions): Promise<PackageEngine> {
	await startCoreServices(folder);
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	const { name, version } = loader.packageJson;
	const nodes = Object.entries(loader.nodeTypes).map(([type, loaded]): [string, INodeType] => [
		`${name}.${type}`,
		loaded.type as INodeType,
	]);
	const credentialTypes = Object.entries(loader.credentialTypes).map(
		([type, loaded]): [string, ICredentialType] => [type, loaded.type],
	);
	const credentialsHelper = new InMemoryCredentialsHelper(
		Object.fromEntries(credentialTypes),
		credentials,
	);
	const nodeTypes = nodeTypesOf({ ...otherNodes, ...Object.fromEntries(nodes) });
	const core = createRequire(import.meta.url)('n8n-core/package.json') as { version: string };

	return {
		coreVersion: core.version,
		package: { name, version },
		async execute(saved, startNode, signal) {
			signal.throwIfAborted();
			const workflow = new Workflow({ ...saved, active: false, nodeTypes });
			const execution = startExecution({
				...{ workflow, startNode, credentialsHelper, executionId: '1', mode: MODE },
			});
			signal.addEventListener('abort', () => {
				execution.cancel();
			});
			return await execution;
		},
	};
}
