import type { IDataObject } from 'n8n-workflow';
import type { Project } from '../api/schemas';
import type { CallOptions } from '../api/client';
import { downloadVideo } from '../n8n/downloadVideo';
import type { Result } from './operation';
import { simplify } from '../api/simplifiedProject';
import type { Delivery } from '../../ImageToVideo/input/parameters';
import type { Session } from './runContext';
import { getProject, resumeHint } from './waitForProject';

/** A project as an output item's JSON. */
export function projectJson(project: Project, simplified: boolean): IDataObject {
	return simplified ? simplify(project) : (project as IDataObject);
}

/** Makes the output of a project: its data, and its video when that is wanted and there is one. */
export async function deliver(
	{ n8n, client, clock }: Session,
	project: Project,
	delivery: Delivery,
	options: CallOptions,
): Promise<Result> {
	const json = projectJson(project, delivery.simplify);
	if (!delivery.download || project.status !== 'complete') return { json };
	const source = {
		project,
		refresh: async (patient: CallOptions) => await getProject(client, project.id, patient),
		hint: resumeHint(project.id),
	};
	const video = await downloadVideo(n8n, client, clock, source, options);
	return { json, binary: { [delivery.field]: video } };
}
