import type { Account } from '../api/schemas';
import { AbortError } from '../lib/errors';
import type { Plan } from '../models/catalogue';
import type { Estimate } from '../models/credits';
import type { VideoSpec } from '../models/videoSpec';
import type { Run } from './operation';
import type { RunContext } from './runContext';

/** As many unfinished projects as the plan has room for. */
export const AUTOMATIC = 'auto';

/** Unfinished projects that Magic Hour has room for, by plan, where that is published (`docs/magic-hour-api.md`). */
const LIMITS: ReadonlyMap<unknown, number> = new Map([
	['creator', 3],
	['pro', 5],
]);
/**
 * How many a run has at a time. Business has no limit: this many videos on their way at once suit an n8n, too. If there is
 * room for fewer, Magic Hour says so, and the run goes on with fewer.
 */
const ROOM: ReadonlyMap<unknown, number> = new Map([['free', 3], ...LIMITS, ['business', 20]]);
/** The least of them: enough to know for a run of as many items. */
const LEAST_ROOM = Math.min(...ROOM.values());

/** A video as far as it is known. */
export interface PricedSpec {
	readonly spec: VideoSpec;
	readonly estimate: Estimate;
}

/** What the plan may decide of a video. */
export interface Planning {
	/**
	 * Checks it again, where its model is the choice of the plan.
	 * @param plan `undefined`: not known, the dearest counts
	 * @throws {InvalidInputError}
	 */
	readonly fit?: (plan: Plan | undefined) => PricedSpec;
	readonly concurrentProjects: number | typeof AUTOMATIC;
	/** A run that waits for no video can't know when one makes room. */
	readonly output: { readonly wait: boolean };
}

/** What a run knows of the account. */
export interface KnownPlan {
	readonly plan?: Plan;
	/** Unfinished projects that the run may have at a time. */
	readonly concurrentProjects: number;
}

/** A run that is about to begin. @property unpaid those of its items that earlier tries have not paid for */
type Beginning = Pick<Run<Planning>, 'items' | 'hint'> & {
	readonly unpaid: Run<Planning>['items'];
};

/**
 * Reads the account, if the run needs it: the model of an item that is to be paid is the plan's choice, or more of them than
 * every plan has room for are to go as the plan allows. If it can't be read, the run goes on as if the plan were any, and
 * says so.
 * @throws {AbortError} when the execution was stopped
 */
export async function readPlan(
	{ items, unpaid, hint }: Beginning,
	{ account, room: ofKey }: Pick<RunContext, 'account' | 'room'>,
): Promise<KnownPlan> {
	const given = items.flatMap(({ input: { concurrentProjects: room } }) =>
		room === AUTOMATIC ? [] : [room],
	);
	const isAutomatic = given.length < items.length;
	const waits = unpaid.some(({ input: { output } }) => output.wait);
	const roomMatters = isAutomatic && waits && Math.min(unpaid.length, ...given) > LEAST_ROOM;
	const modelMatters = unpaid.some(({ input }) => input.fit !== undefined);
	const known = roomMatters || modelMatters ? await tierOf(account) : {};
	if (known.unknown !== undefined) hint(noteOf(known.unknown, roomMatters, modelMatters));
	const room = ROOM.get(known.tier) ?? LEAST_ROOM;
	ofKey.atMost(LIMITS.get(known.tier) ?? Infinity);
	return {
		plan: planOf(known.tier),
		concurrentProjects: Math.min(...given, ...(isAutomatic ? [room] : [])),
	};
}

interface Tier {
	readonly tier?: string;
	/** Why it is not known. */
	readonly unknown?: string;
}

async function tierOf(account: () => Promise<Account>): Promise<Tier> {
	return await account().then(
		({ tier }): Tier =>
			ROOM.has(tier)
				? { tier: tier ?? undefined }
				: { unknown: `Its plan is ${tier ?? 'not told'}` },
		(error: Error): Tier => {
			if (error instanceof AbortError) throw error;
			return { unknown: error.message };
		},
	);
}

function planOf(tier: string | undefined): Plan | undefined {
	if (tier === undefined) return undefined;
	return tier === 'free' ? 'free' : 'paid';
}

function noteOf(reason: string, roomMatters: boolean, modelMatters: boolean): string {
	const model = modelMatters ? ' The model Default was checked and priced for any plan.' : '';
	const room = roomMatters ? ` At most ${LEAST_ROOM} videos were made at a time.` : '';
	return `The plan of the account is not known: ${reason}.${model}${room}`;
}

/** The items as the plan makes them, and those that it does not make. */
export function fitToPlan<T extends Planning>(
	items: Run<T>['items'],
	plan: Plan | undefined,
): { readonly fitting: Run<T>['items']; readonly refused: ReadonlyMap<number, Error> } {
	const refused = new Map<number, Error>();
	const fitting = items.flatMap(({ itemIndex, input }) => {
		try {
			return [{ itemIndex, input: { ...input, ...input.fit?.(plan) } }];
		} catch (error) {
			refused.set(itemIndex, error as Error);
			return [];
		}
	});
	return { fitting, refused };
}
