import type { IDataObject } from 'n8n-workflow';
import type { Project } from '../api/schemas';
import type { CallOptions } from '../api/client';
import { downloadVideo } from '../n8n/downloadVideo';
import type { Result } from './operation';
import { simplify } from '../api/simplifiedProject';
import type { RunContext } from './runContext';
import { getProject, resumeHint } from './waitForProject';

/** How the result of a project is wanted. */
export interface OutputOptions {
	readonly wait: boolean;
	readonly download: boolean;
	/** Binary field for the video; empty if it is not downloaded. */
	readonly field: string;
	/** Milliseconds. */
	readonly timeout: number;
	readonly simplify: boolean;
}

/** A project as an output item's JSON. */
export function projectJson(project: Project, simplified: boolean): IDataObject {
	return simplified ? simplify(project) : (project as IDataObject);
}

/** Makes the output of a project: its data, and its video when that is wanted and there is one. */
export async function buildOutput(
	{ n8n, client, clock }: RunContext,
	project: Project,
	output: OutputOptions,
	options: CallOptions,
): Promise<Result> {
	const json = projectJson(project, output.simplify);
	if (!output.download || project.status !== 'complete') return { json };
	const source = {
		project,
		refresh: async (patient: CallOptions) => await getProject(client, project.id, patient),
		hint: resumeHint(project.id),
	};
	const video = await downloadVideo(n8n, client.files, clock, source, options);
	return { json, binary: { [output.field]: video } };
}
