import type { N8nWorkflow } from '../../../tools/n8n/n8n.mts';
import { nodeNamed, readWorkflow } from '../../../tools/n8n/workflow-files.mts';
import type { Lab } from '../../../tools/n8n/lab-n8n.mts';
import { webhook } from '../../../tools/n8n/lab-workflow.mts';
import { replaceInParameters } from './library-workflow.mts';

/** The trigger of those that ask for a video. */
export const TRIGGER = 'When clicking ‘Execute workflow’';
/** Where the workflow files read and write files. */
const FOLDER = '/home/node/.n8n-files';

export interface Filling {
	/** Its projects are named after it. */
	readonly name: string;
	/** A file, or a pattern for several. Default: one image. */
	readonly images?: string;
	readonly prompt?: string;
	/** Begun by a webhook of this path in place of the Execute Workflow button. */
	readonly webhookPath?: string;
	/** By type: the credential's id. */
	readonly credentials: Readonly<Record<string, string>>;
	/** Texts in parameters, and what they are replaced by. */
	readonly changes?: readonly (readonly [string, string])[];
}

/** The shortest wait that n8n keeps in its database and ends in time, in seconds. */
const SHORT_WAIT = 66;
/** Longer than a test takes, in seconds. */
const LONG_WAIT = 3600;

/** What to change so that an execution does not wake by itself before its wait has been over so often at a start of n8n. */
export function sleepingThrough(lateWakings: number): [string, string][] {
	const wait = `{ seconds: $runIndex < ${lateWakings} ? ${LONG_WAIT} : ${SHORT_WAIT} }`;
	return ['{ seconds: 90 }', '{ minutes: 2 }'].map((usual) => [usual, wait]);
}

/**
 * A file of workflows/ with what differs from user to user filled in: credentials, images, folder, prompt, trigger.
 * The videos are made short and small.
 */
export async function filledWorkflow(
	lab: Lab,
	file: string,
	{ name, images = lab.imageFile, prompt = '', webhookPath, credentials, changes = [] }: Filling,
): Promise<N8nWorkflow> {
	const workflow = [...changes, [FOLDER, lab.filesFolder] as const].reduce(
		(changed, [from, to]) => replaceInParameters(changed, from, to),
		await readWorkflow(file),
	);
	for (const { parameters, credentials: needed = {} } of workflow.nodes) {
		for (const [type, credential] of Object.entries(needed)) {
			credential.id = credentials[type] ?? `no credential of type ${type}`;
		}
		if ('fileSelector' in parameters) parameters.fileSelector = images;
		if (parameters.operation === 'generate') {
			const model = { __rl: true, mode: 'id', value: 'ltx-2.3' };
			Object.assign(parameters, { model, duration: 1, resolution: '480p', prompt });
		}
	}
	if (webhookPath !== undefined) {
		Object.assign(nodeNamed(workflow, TRIGGER), webhook(webhookPath), { name: TRIGGER });
	}
	return { ...workflow, name };
}
