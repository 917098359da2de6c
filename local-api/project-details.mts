import type { Context } from './context.mts';
import type { Project, ProjectStatus } from './projects.mts';
import { FRAMES_PER_SECOND } from './video-format.mts';

/**
 * A project as the API and its webhook events describe it, with the deprecated fields that old clients insist on.
 * @param status as of now, unless given
 */
export function projectDetails(
	project: Project,
	context: Pick<Context, 'projects' | 'signer' | 'origin' | 'downloadUrlSeconds'>,
	status: ProjectStatus = context.projects.status(project),
) {
	const credits = context.projects.creditsCharged(project, status);
	const { outcome } = project;
	const downloads = status === 'complete' ? [downloadUrl(project, context)] : [];
	return {
		id: project.id,
		name: project.name,
		status,
		type: project.type,
		created_at: new Date(project.createdAt).toISOString(),
		width: project.width,
		height: project.height,
		enabled: true,
		start_seconds: 0,
		end_seconds: project.request.seconds,
		total_frame_cost: credits,
		credits_charged: credits,
		fps: FRAMES_PER_SECOND,
		error:
			status === 'error' && outcome.status === 'error'
				? { code: outcome.code, message: outcome.message }
				: null,
		download: downloads[0] ?? null,
		downloads,
	};
}

/** A fresh one for every answer. */
function downloadUrl(
	project: Project,
	{ signer, origin, downloadUrlSeconds }: Pick<Context, 'signer' | 'origin' | 'downloadUrlSeconds'>,
): { url: string; expires_at: string } {
	const path = `/downloads/${project.id}/${project.id}.mp4`;
	const signed = signer.sign(path, downloadUrlSeconds);
	return {
		url: `${origin()}${signed.pathAndQuery}`,
		expires_at: signed.expiresAt.toISOString(),
	};
}
