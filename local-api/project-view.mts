import type { AccountName } from './accounts.mts';
import type { CreateBody, VideoRequest } from './create-rules.mts';
import type { Project, Projects, ProjectStatus, ProjectType } from './projects.mts';

/** A project as tests see it. */
export interface ProjectView extends VideoRequest {
	readonly id: string;
	readonly account: AccountName;
	readonly type: ProjectType;
	readonly name: string;
	readonly status: ProjectStatus;
	readonly width: number;
	readonly height: number;
	/** What it costs now: 0 once it has been refunded. */
	readonly creditsCharged: number;
	/** What was charged at first. */
	readonly creditsEstimated: number;
	/** By the clock, in ms. */
	readonly createdAt: number;
	/** When it is finished, by the clock, in ms. */
	readonly endsAt: number;
	readonly deleted: boolean;
	/** Downloads begun. */
	readonly downloads: number;
	/** What its video shows, once it has been downloaded; with the reason if it isn't the image. */
	readonly picture: 'image' | 'generated' | null;
	readonly pictureReason: string | null;
	/** The body it was created with, as it came. */
	readonly body: CreateBody;
}

/** A picture of a project at this moment. */
export function projectView(project: Project, projects: Projects): ProjectView {
	const { id, account, type, name, width, height, createdAt, endsAt, deleted, downloads, body } =
		project;
	return {
		id,
		account,
		type,
		name,
		status: projects.status(project),
		...project.request,
		width,
		height,
		creditsCharged: projects.creditsCharged(project),
		creditsEstimated: project.credits,
		createdAt,
		endsAt,
		deleted,
		downloads,
		picture: project.picture?.shows ?? null,
		pictureReason: project.picture?.reason ?? null,
		body,
	};
}
