import type { IDataObject } from 'n8n-workflow';
import { wellFormed } from '../lib/text';
import type { ProjectFields } from './schemas';

/** Fields of a simplified project: names are the API's; the video's URL and length are brought up to the top. */
export interface SimplifiedProject extends IDataObject {
	id: string;
	name: string | null;
	status: string;
	credits_charged: number | null;
	/** Length in seconds. */
	seconds: number | null;
	width: number | null;
	height: number | null;
	fps: number | null;
	created_at: string | null;
	/** Signed: expires, and needs no API key. */
	video_url: string | null;
	video_url_expires_at: string | null;
	/** Why there is no video, of a project that failed. */
	error: { code: string | null; message: string | null } | null;
	/** What this package expected it to cost; `null` where it is not known, or the project was not made by the same node. */
	credits_estimated: number | null;
}

/** The same shape wherever a project is returned, whatever its status. @param estimate credits */
export function simplify(
	project: ProjectFields,
	estimate: number | null = null,
): SimplifiedProject {
	const { start_seconds: start, end_seconds: end, error } = project;
	const [download] = project.downloads;
	return {
		id: project.id,
		name: typeof project.name === 'string' ? wellFormed(project.name) : null,
		status: project.status,
		credits_charged: project.credits_charged ?? null,
		seconds: typeof end === 'number' ? end - (start ?? 0) : null,
		width: pixels(project.width),
		height: pixels(project.height),
		fps: project.fps ?? null,
		created_at: project.created_at ?? null,
		video_url: download?.url ?? null,
		video_url_expires_at: download?.expires_at ?? null,
		error: error ? { code: error.code ?? null, message: error.message ?? null } : null,
		credits_estimated: estimate,
	};
}

/** The API says -1 where a size is not known. */
function pixels(side: number | null | undefined): number | null {
	return typeof side === 'number' && side > 0 ? side : null;
}
