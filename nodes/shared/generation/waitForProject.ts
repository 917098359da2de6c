import { FINAL_STATUSES, type Project } from '../api/schemas';
import type { CallOptions, MagicHourClient } from '../api/client';
import type { Clock } from '../lib/clock';
import { ProjectError, RequestError } from '../lib/errors';
import type { ErrorCode } from '../lib/errorCodes';
import type { FinalOutcome } from './journal';
import { untilNextPoll } from '../api/polling';
import { MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';

export function isUnfinished(project: Pick<Project, 'status'>): boolean {
	return !FINAL_STATUSES.includes(project.status);
}

/** What to do about a project that goes on, or is finished, at Magic Hour. */
export function resumeHint(projectId: string): string {
	return (
		`The video is not lost and must not be made again: use the Get operation with Project ID ${projectId} and ` +
		'Wait for Completion turned on. Trying this node again within the same execution resumes it, too.'
	);
}

/**
 * Asks for a project until it is complete.
 * @param createdAt time (of the clock) when the project was created: decides how often is asked
 * @throws {ProjectError} when it failed, was canceled, or is not complete at the deadline
 */
export async function waitForProject(
	client: MagicHourClient,
	clock: Clock,
	projectId: string,
	createdAt: number,
	options: CallOptions,
): Promise<Project> {
	const begun = clock.now();
	// Counted from when the last request was sent, so that slow answers don't make the waits longer.
	let lastLook = begun;
	for (;;) {
		const next = lastLook + untilNextPoll(lastLook - createdAt);
		const wait = Math.min(next, options.deadline) - clock.now();
		await clock.sleep(Math.max(wait, 0), options.signal);
		lastLook = clock.now();
		const project = await getProject(client, projectId, options);
		if (!isUnfinished(project)) return finished(project);
		if (clock.now() >= options.deadline) {
			const seconds = Math.round((clock.now() - begun) / 1_000);
			throw new ProjectError(
				`Project ${projectId} is still ${project.status} after ${seconds} s of waiting`,
				projectId,
				`${resumeHint(projectId)} To wait longer, raise Timeout in the options.`,
				'MAGIC_HOUR_PROJECT_UNFINISHED',
			);
		}
	}
}

/**
 * Waits for a project that was created some time ago, and may be complete.
 * @throws {ProjectError} as `waitForProject` does
 */
export async function followProject(
	client: MagicHourClient,
	clock: Clock,
	projectId: string,
	options: CallOptions,
): Promise<Project> {
	const project = await getProject(client, projectId, options);
	if (!isUnfinished(project)) return finished(project);
	const age = Math.max(clock.date() - (Date.parse(project.created_at ?? '') || Infinity), 0);
	const createdAt = clock.now() - age;
	return await waitForProject(client, clock, projectId, createdAt, options);
}

/** @throws {ProjectError} so that no failed request makes the project's id disappear */
export async function getProject(
	client: MagicHourClient,
	projectId: string,
	options: CallOptions,
): Promise<Project> {
	return await client.getProject(projectId, options).catch((error: unknown) => {
		if (!(error instanceof RequestError)) throw error as Error;
		throw new ProjectError(
			error.message,
			projectId,
			error.status === 404 ? error.hint : `${error.hint} ${resumeHint(projectId)}`,
			error.code,
			error.status,
		);
	});
}

/** A project that has ended without a video, and never will have one. */
export class ProjectFailedError extends ProjectError {
	override name = 'ProjectFailedError';

	/** @param outcome `refunded`: a new try may ask for a new project */
	constructor(
		message: string,
		projectId: string,
		hint: string,
		code: ErrorCode,
		readonly outcome: 'refunded' | FinalOutcome,
	) {
		super(message, projectId, hint, code);
	}
}

/** @returns the project when it is complete; @throws {ProjectFailedError} with the API's code and message otherwise */
export function finished(project: Project): Project {
	if (project.status === 'complete') return project;
	const { id, status, credits_charged: charged, unreadable } = project;
	const reason = reasonOf(project);
	if (status === 'canceled') {
		throw new ProjectFailedError(
			`Project ${id} was canceled${reason}`,
			id,
			`${refund(project)} It was canceled at Magic Hour, not by n8n. This execution does not ask for it again.`,
			'MAGIC_HOUR_PROJECT_CANCELED',
			'canceled',
		);
	}
	throw new ProjectFailedError(
		`Project ${id} failed${reason}`,
		id,
		`${refund(project)} Change what the message names and run the node again.`,
		'MAGIC_HOUR_PROJECT_FAILED',
		// What can't be read may be a charge; what is not there is refunded, as Magic Hour documents it.
		charged || unreadable.includes('credits_charged') ? 'charged' : 'refunded',
	);
}

/** The API's message and code, as far as it gives them. */
function reasonOf({ error }: Project): string {
	const [message, code] = [error?.message, error?.code].map(
		(text) => text && singleLine(text, MAX_API_MESSAGE_LENGTH),
	);
	if (message && code) return `: ${message} (${code})`;
	return message || code ? `: ${message ?? code}` : '';
}

/** Says what the answer says about credits, and nothing more. */
function refund({ credits_charged: charged }: Project): string {
	if (charged === 0) return 'The credits were refunded: nothing was charged.';
	if (typeof charged === 'number') {
		return `Magic Hour's answer says that ${charged} credits are charged; failed videos are refunded.`;
	}
	return "Magic Hour's answer does not say whether credits were refunded.";
}
