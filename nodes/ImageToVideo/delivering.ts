import type { IDataObject } from 'n8n-workflow';
import type { Project } from '../shared/answers';
import type { CallOptions } from '../shared/client';
import { downloadVideo } from '../shared/downloading';
import type { Result } from './operation';
import { simplify } from '../shared/simplifiedProject';
import type { Delivery } from './parameters';
import type { Session } from './session';
import { getProject, resumeHint } from './waiting';

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
