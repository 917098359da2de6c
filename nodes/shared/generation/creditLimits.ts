import { InvalidInputError } from '../lib/errors';
import { formatList } from '../lib/text';
import type { Estimate } from '../models/credits';
import type { VideoSpec } from '../models/videoSpec';
import { isTool } from './aiTool';
import type { Run } from './operation';
import type { RunContext } from './runContext';

/** What the limits look at of a video that is to be made. */
export interface Priced {
	readonly estimate: Estimate;
	/** Credits that the whole run may cost; `undefined`: any. */
	readonly maxCreditsPerRun?: number;
	/** Credits that the account is to have left; `undefined`: any. */
	readonly keepInReserve?: number;
	/** Videos that the node may ask for on one day; `undefined`: any. */
	readonly maxVideosPerDay?: number;
}

type Items = Run<Priced>['items'];

/** The smallest of the limits that items have. */
export function lowest(limits: ReadonlyArray<number | undefined>): number | undefined {
	const given = limits.filter((limit) => limit !== undefined);
	return given.length === 0 ? undefined : Math.min(...given);
}

/** @param maxCredits `undefined`: any. @throws {InvalidInputError} when the estimate is higher than the limit, or there is none to compare */
export function assertMaxCredits(
	spec: VideoSpec,
	{ credits, note }: Estimate,
	maxCredits: number | undefined,
): void {
	if (maxCredits === undefined) return;
	if (credits === null) {
		throw new InvalidInputError(
			`Max Credits: the cost of this video is not known, so it can't be kept under ${maxCredits} credits`,
			`${note} Remove Max Credits, or choose a model with a published rate.`,
			'MAGIC_HOUR_CREDIT_LIMIT',
		);
	}
	if (credits > maxCredits) {
		throw new InvalidInputError(
			`Max Credits: this video is estimated at ${credits} credits; ${maxCredits} are allowed`,
			`${note} Choose a shorter video, a lower resolution or a cheaper model than ${spec.selection.id}, or raise Max Credits.`,
			'MAGIC_HOUR_CREDIT_LIMIT',
		);
	}
}

/** The largest of those. */
export function highest(limits: ReadonlyArray<number | undefined>): number | undefined {
	const given = limits.filter((limit) => limit !== undefined);
	return given.length === 0 ? undefined : Math.max(...given);
}

/** Sum of the estimates, in credits; those that are not known count nothing. */
export function creditsOf(items: Items): number {
	return items.reduce((sum, { input }) => sum + (input.estimate.credits ?? 0), 0);
}

/**
 * Checks what the run would cost with the videos that are not paid yet. Earlier tries of it count, and for an AI agent,
 * whose calls are runs of their own, all calls of the execution.
 * @throws {InvalidInputError} when it is over the limit, or can't be known
 */
export function assertMaxCreditsPerRun(unpaid: Items, { n8n, journal }: RunContext): void {
	const limit = lowest(unpaid.map(({ input }) => input.maxCreditsPerRun));
	if (limit === undefined) return;
	const unknown = unpaid.find(({ input }) => input.estimate.credits === null);
	if (unknown) {
		throw new InvalidInputError(
			`Max Credits Per Run: the cost of item ${unknown.itemIndex} is not known, so the run can't be kept under ${limit} credits`,
			`${unknown.input.estimate.note} Remove Max Credits Per Run, or choose a model with a published rate.`,
			'MAGIC_HOUR_CREDIT_LIMIT',
		);
	}
	const sum = creditsOf(unpaid);
	const { credits: spent, earlier } = journal.spent();
	if (spent + sum <= limit) return;
	const videos =
		unpaid.length === 1
			? `this video is estimated at ${sum} credits`
			: `${unpaid.length} videos are estimated at ${sum} credits together`;
	const others = isTool(n8n) ? 'other calls' : 'earlier tries of this run';
	const ids = earlier.flatMap(({ projectId }) => projectId ?? []);
	throw new InvalidInputError(
		`Max Credits Per Run: ${videos}${spent === 0 ? '' : `, and ${others} at ${spent}`}; ${limit} are allowed`,
		'Nothing was uploaded or charged. Run fewer items, choose shorter videos, a lower resolution or a cheaper model, or raise the limit.' +
			(ids.length === 0
				? ''
				: ` What was asked for before can be had with the Get operation: ${formatList(ids)}.`),
		'MAGIC_HOUR_CREDIT_LIMIT',
	);
}
