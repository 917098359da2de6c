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

/** What is odd about a project that is handed on, for the person to know. */
export function notesOf({ id, status, downloads, unreadable }: Project): string[] {
	const notes: string[] = [];
	if (unreadable.length > 0) {
		notes.push(
			`Fields of Magic Hour's answer that this node could not read: ${unreadable.join(', ')}. With Simplify turned off the output has them as they came.`,
		);
	}
	if (status === 'complete' && downloads.length === 0) {
		notes.push(`Project ${id} is complete, but Magic Hour's answer has no URL of its video.`);
	}
	return notes;
}

/**
 * Makes the output of a project: its data, and its video when that is wanted and there is one.
 * @param estimate credits; `null`: not known
 */
export async function buildOutput(
	{ n8n, client, clock }: RunContext,
	project: Project,
	output: OutputOptions,
	options: CallOptions,
	estimate: number | null = null,
): Promise<Result> {
	const json = output.simplify ? simplify(project, estimate) : (project.raw as IDataObject);
	if (!output.download || project.status !== 'complete') return { json };
	const source = {
		project,
		refresh: async (patient: CallOptions) => await getProject(client, project.id, patient),
		hint: resumeHint(project.id),
	};
	const video = await downloadVideo(n8n, client.files, clock, source, options);
	return { json, binary: { [output.field]: video } };
}
