import { assertMaxCreditsPerRun, creditsOf, highest, lowest, type Priced } from './creditLimits';
import { claimCredits } from './creditReserve';
import { takeDailyPlaces } from './dailyPlaces';
import type { Run } from './operation';
import type { RunContext } from './runContext';

/** What has become of a create request. `unknown`: there may be a project. */
export type CreateOutcome = 'created' | 'not created' | 'unknown';

/** What a run may ask for, of the limits that it shares with others. */
export interface RunLimits {
	/** A create request is about to be sent. @returns what to tell what has become of it */
	onRequest(credits: number | null): (outcome: CreateOutcome) => void;
	/** The run is over: what it has not asked for, others may. */
	close(): Promise<void>;
}

/**
 * Checks a run against all limits but that of a single video, and takes what it needs of those that others share.
 * @param unpaid the items that are not paid yet
 * @throws {InvalidInputError} when the run is over a limit
 * @throws {RequestError} when the balance of the account can't be read
 */
export async function enterLimits(
	unpaid: Run<Priced>['items'],
	context: RunContext,
): Promise<RunLimits> {
	assertMaxCreditsPerRun(unpaid, context);
	// Before anything is waited for: another call may begin meanwhile.
	context.journal.reserve(creditsOf(unpaid));
	const reserve = highest(unpaid.map(({ input }) => input.keepInReserve));
	const claim = reserve === undefined ? undefined : await claimCredits(unpaid, reserve, context);
	try {
		const maxVideos = lowest(unpaid.map(({ input }) => input.maxVideosPerDay));
		const places = await takeDailyPlaces(unpaid.length, maxVideos, context);
		return {
			onRequest(credits) {
				const settle = claim?.onRequest(credits ?? 0);
				return (outcome) => {
					settle?.(outcome);
					if (outcome !== 'not created') places.use();
				};
			},
			async close() {
				claim?.close();
				await places.giveBackRest();
			},
		};
	} catch (error) {
		claim?.close();
		throw error as Error;
	}
}
