import type { N8nExecution, N8nWorkflow } from '../n8n/n8n.mts';
import { UsageError } from '../processes/program.mts';
import type { DemoFiles } from './demo-files.mts';
import type { MagicHourSource } from './magic-hour-source.mts';

/** The example workflow with all that it needs, ready to run. */
export interface Demo {
	/** What runs it and what is put in the place of what, in lines for the user. */
	readonly engine: readonly string[];
	readonly package: { readonly name: string; readonly version: string };
	readonly source: MagicHourSource;
	readonly workflow: N8nWorkflow & { id: string };
	readonly files: DemoFiles;
	/** Resolves also when the workflow fails. */
	execute(): Promise<N8nExecution>;
}

/** @throws UsageError with what n8n would show at the node that failed */
export function failOnError({ status, data: { resultData } }: N8nExecution): void {
	if (status === 'success') return;
	const { error, lastNodeExecuted } = resultData;
	const node = error?.node?.name ?? lastNodeExecuted ?? 'a node';
	const message = error?.message ?? `the execution ended as "${status}"`;
	const description = error?.description ?? '';
	throw new UsageError(`The workflow failed at ${node}: ${message}\n${description}`.trimEnd());
}
