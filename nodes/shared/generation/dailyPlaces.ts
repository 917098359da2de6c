import { InvalidInputError } from '../lib/errors';
import { formatValue } from '../lib/text';
import { dailyLimitOf, entriesFor, type DailySlot } from '../n8n/dailySlots';
import { databaseMarksOf, marksRowOf } from '../n8n/databaseMarks';
import { MAX_MARKS } from './journal';
import type { RunContext } from './runContext';

/** What a run may ask for of the videos of a day. */
export interface DailyPlaces {
	/** One is used up: Magic Hour was asked for a video, and may have made it. */
	use(): void;
	/** The run is over: what it has not used, others may have. */
	giveBackRest(): Promise<void>;
}

const UNLIMITED: DailyPlaces = { use: () => {}, giveBackRest: async () => {} };

/** The highest limit that can be counted. */
export const MAX_VIDEOS_A_DAY = 1_000;

/**
 * Takes places for the videos of a run, of those that the node has on one day, by the time zone of its workflow. They are
 * counted in n8n's database, over all executions and processes: see `DailyLimit`.
 * @param limit `undefined`: any
 * @throws {InvalidInputError} when there are not so many left, or they can't be counted; then the run has none
 */
export async function takeDailyPlaces(
	count: number,
	limit: number | undefined,
	{ n8n, clock }: Pick<RunContext, 'n8n' | 'clock'>,
): Promise<DailyPlaces> {
	if (limit === undefined || count === 0) return UNLIMITED;
	const timeZone = n8n.getTimezone();
	const day = dayIn(timeZone, clock.date());
	const row = marksRowOf(n8n);
	const entries = MAX_MARKS + entriesFor(MAX_VIDEOS_A_DAY);
	const daily = dailyLimitOf(row, databaseMarksOf(row, n8n.helpers, clock, entries), clock);
	const slots = await daily.take(day, limit, count).catch((error: unknown) => {
		throw refused(
			`n8n's database could not count the videos of today: ${String(error)}`,
			"Save the workflow if it is new, and see n8n's log, or remove Max Videos Per Day.",
		);
	});
	if (slots === undefined) {
		throw refused(
			`${count === 1 ? '1 video' : `${count} videos`} would be more than are left of the ${limit} that this node may ask for today`,
			`The next day begins at midnight, ${timeZone}. Run fewer items, or raise the limit.`,
		);
	}
	const rest: DailySlot[] = [...slots];
	return {
		use: () => void rest.shift(),
		async giveBackRest() {
			await daily.giveBack(rest.splice(0)).catch((error: unknown) => {
				n8n.logger.warn(
					`Magic Hour: videos that were not made count for Max Videos Per Day, since n8n's database did not take them back: ${String(error)}`,
				);
			});
		},
	};
}

function refused(message: string, hint: string): InvalidInputError {
	return new InvalidInputError(
		`Max Videos Per Day: ${message}`,
		`Nothing was uploaded or charged. ${hint}`,
		'MAGIC_HOUR_DAILY_LIMIT',
	);
}

/** Such as 2026-11-25. */
function dayIn(timeZone: string, date: number): string {
	try {
		return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(date);
	} catch {
		throw refused(
			`the workflow's time zone is ${formatValue(timeZone)}, which is not known`,
			'Choose another in the settings of the workflow.',
		);
	}
}
