import { InvalidInputError } from '../lib/errors';
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
}

type Items = Run<Priced>['items'];

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

/** Sum of the estimates, in credits; those that are not known count nothing. */
export function creditsOf(items: Items): number {
	return items.reduce((sum, { input }) => sum + (input.estimate.credits ?? 0), 0);
}

/**
 * Checks the sum of the estimates. Each call of an AI agent is a run of its own: there, the other calls of the execution
 * count as well.
 * @throws {InvalidInputError} when it is over the limit, or can't be known
 */
export function assertMaxCreditsPerRun(
	unpaid: Items,
	{ n8n, journal, runIndex }: RunContext,
): void {
	const limits = unpaid.flatMap(({ input }) => input.maxCreditsPerRun ?? []);
	if (limits.length === 0) return;
	const limit = Math.min(...limits);
	const unknown = unpaid.find(({ input }) => input.estimate.credits === null);
	if (unknown) {
		throw new InvalidInputError(
			`Max Credits Per Run: the cost of item ${unknown.itemIndex} is not known, so the run can't be kept under ${limit} credits`,
			`${unknown.input.estimate.note} Remove Max Credits Per Run, or choose a model with a published rate.`,
			'MAGIC_HOUR_CREDIT_LIMIT',
		);
	}
	const sum = creditsOf(unpaid);
	const others = isTool(n8n) ? journal.creditsOfOtherRuns(runIndex) : 0;
	if (others + sum > limit) {
		const videos =
			unpaid.length === 1
				? `this video is estimated at ${sum} credits`
				: `${unpaid.length} videos are estimated at ${sum} credits together`;
		const otherCalls = others === 0 ? '' : `, and other calls at ${others}`;
		throw new InvalidInputError(
			`Max Credits Per Run: ${videos}${otherCalls}; ${limit} are allowed`,
			'Nothing was uploaded or charged. Run fewer items, choose shorter videos, a lower resolution or a cheaper model, or raise the limit.',
			'MAGIC_HOUR_CREDIT_LIMIT',
		);
	}
}
