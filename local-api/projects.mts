import { randomBytes } from 'node:crypto';

import type { Account, AccountName } from './accounts.mts';
import { ApiError } from './api-error.mts';
import type { CreateBody, VideoRequest } from './create-rules.mts';
import type { ImageSource } from './image-source.mts';

export type ProjectStatus = 'draft' | 'queued' | 'rendering' | 'complete' | 'error' | 'canceled';

/** Of the many types at Magic Hour, those that are made here, with the beginning of the name that they get. */
const TYPES = { IMAGE_TO_VIDEO: 'Image To Video', TEXT_TO_VIDEO: 'Text To Video' } as const;
export type ProjectType = keyof typeof TYPES;

/** How a job ends. */
export type Outcome =
	| { readonly status: 'complete' }
	| { readonly status: 'canceled' }
	| { readonly status: 'error'; readonly code: string; readonly message: string };

/** A job, as it was created. What changes with time is computed from the clock: see {@link Projects.status}. */
export interface Project {
	readonly id: string;
	readonly account: AccountName;
	readonly type: ProjectType;
	readonly name: string;
	readonly body: CreateBody;
	readonly request: VideoRequest;
	readonly image: ImageSource;
	readonly width: number;
	readonly height: number;
	readonly credits: number;
	/** By the clock, in ms. */
	readonly createdAt: number;
	/** By the clock, in ms: speed is taken into account. */
	readonly endsAt: number;
	readonly outcome: Outcome;
	deleted: boolean;
	/** Downloads begun. */
	downloads: number;
	/** What the video shows, once it has been rendered: see render.mts. */
	picture?: { readonly shows: 'image' | 'generated'; readonly reason?: string };
}

const isTerminal = (status: ProjectStatus): boolean =>
	status === 'complete' || status === 'error' || status === 'canceled';

/** Share of a job's time at which it leaves draft and queued. */
const DRAFT_UNTIL = 0.02;
const QUEUED_UNTIL = 0.15;

/**
 * Seconds from create to complete for a video of so many seconds: the published median (74 s) at 5 s,
 * and growing with length. The growth is assumed.
 */
export const medianJobSeconds = (body: Pick<CreateBody, 'end_seconds'>): number =>
	54 + 4 * body.end_seconds;

/** Looks like the cuids of the real API. */
const newId = (): string =>
	`c${BigInt(`0x${randomBytes(16).toString('hex')}`)
		.toString(36)
		.padStart(25, '0')}`;

/** All jobs of all accounts. Keeps no timer: status, credits and free slots follow from the clock. */
export class Projects {
	private readonly byId = new Map<string, Project>();

	constructor(private readonly clock: () => number) {}

	get all(): readonly Project[] {
		return [...this.byId.values()];
	}

	/** @throws ApiError 404 if there is none, it was deleted, or it is another account's */
	get(id: string, account?: Account): Project {
		const project = this.byId.get(id);
		if (!project || project.deleted || (account && project.account !== account.name)) {
			throw new ApiError(404, 'Not Found');
		}
		return project;
	}

	status(project: Project): ProjectStatus {
		const done = (this.clock() - project.createdAt) / (project.endsAt - project.createdAt);
		if (done < DRAFT_UNTIL) return 'draft';
		if (done < QUEUED_UNTIL) return 'queued';
		// A job of no length ends at once: 0 / 0 is NaN, and no comparison with it holds.
		return done < 1 ? 'rendering' : project.outcome.status;
	}

	/** What the job costs now, or at a status: nothing any more once it has failed or was canceled. */
	creditsCharged(project: Project, status: ProjectStatus = this.status(project)): number {
		return status === 'error' || status === 'canceled' ? 0 : project.credits;
	}

	balance(account: Account): number {
		let balance = account.credits;
		for (const project of this.byId.values()) {
			if (project.account === account.name) balance -= this.creditsCharged(project);
		}
		return balance;
	}

	unfinished(account: Account): number {
		let count = 0;
		for (const project of this.byId.values()) {
			if (project.account !== account.name || project.deleted) continue;
			if (!isTerminal(this.status(project))) count++;
		}
		return count;
	}

	/**
	 * Creates a job and charges for it, in one step: nothing may be awaited between the checks and
	 * the creation, or two requests could pass the same check.
	 * @param seconds job length by the clock
	 * @throws ApiError 429 with all the plan's slots taken, 402 with too few credits
	 */
	create(
		account: Account,
		project: Omit<
			Project,
			'id' | 'account' | 'createdAt' | 'endsAt' | 'deleted' | 'downloads' | 'name'
		>,
		seconds: number,
	): Project {
		if (this.unfinished(account) >= account.plan.concurrentJobs) {
			throw new ApiError(
				429,
				`Too many concurrent jobs: the ${account.plan.label} plan allows ${account.plan.concurrentJobs}`,
			);
		}
		const balance = this.balance(account);
		if (project.credits > balance) {
			throw new ApiError(
				402,
				`Payment required: the video costs ${project.credits} credits, ${balance} are left`,
			);
		}
		const createdAt = this.clock();
		const created: Project = {
			...project,
			id: newId(),
			account: account.name,
			name: project.body.name ?? `${TYPES[project.type]} - ${new Date(createdAt).toISOString()}`,
			createdAt,
			endsAt: createdAt + seconds * 1000,
			deleted: false,
			downloads: 0,
		};
		this.byId.set(created.id, created);
		return created;
	}

	/** Permanent. The slot becomes free; what was charged stays charged. */
	delete(id: string, account: Account): void {
		this.get(id, account).deleted = true;
	}

	clear(): void {
		this.byId.clear();
	}
}
