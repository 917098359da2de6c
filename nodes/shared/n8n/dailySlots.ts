import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock';
import type { DatabaseMarks } from './databaseMarks';

/** A place of one day that somebody has taken. */
export interface DailySlot {
	/** Such as 2026-11-25. */
	readonly day: string;
	readonly number: number;
	/** What tells who took it from all others. */
	readonly owner: string;
}

/**
 * A limit for each day, kept in n8n's database by marks such as `day/2026-11-25/7`: whoever takes a place marks its number
 * together with a mark of its own, and has it if both are there after a pause. It is as exact as `DatabaseMarks`. What is
 * asked for in the same moment goes along, so any number of places costs one or two writings of 0.3 to 0.45 s.
 *
 * Places are taken in their order. A process remembers which are taken. It learns of those that others took by trying
 * four times as many as it wants, and again four times as many, and gives back what is more than it wants.
 */
export class DailyLimit {
	private readonly waiting: Request[] = [];
	private isWorking = false;
	private today: Today = { day: '', taken: new Set(), fullUntil: -Infinity, fullLimit: 0 };
	/** Marks that nobody needs any more: removed along with the next writing. */
	private litter: string[] = [];

	/** One for each row of `DatabaseMarks`. */
	constructor(
		private readonly marks: DatabaseMarks,
		private readonly clock: Clock,
		private readonly newOwner: () => string = randomUUID,
	) {}

	/**
	 * @param limit places that the day has
	 * @returns `undefined`: there are not so many left, and none has been taken
	 * @throws what the database throws
	 */
	async take(day: string, limit: number, count: number): Promise<readonly DailySlot[] | undefined> {
		if (count > limit) return undefined;
		return await this.ask<readonly DailySlot[] | undefined>((resolve, reject) => ({
			...{ kind: 'take', day, limit, count, resolve, reject },
		}));
	}

	/** Others may have them. @throws what the database throws: they are lost for the day then */
	async giveBack(slots: readonly DailySlot[]): Promise<void> {
		if (slots.length === 0) return;
		await this.ask<void>((resolve, reject) => ({ kind: 'giveBack', slots, resolve, reject }));
	}

	private async ask<T>(
		request: (resolve: (outcome: T) => void, reject: (error: unknown) => void) => Request,
	): Promise<T> {
		return await new Promise<T>((resolve, reject) => {
			this.waiting.push(request(resolve, reject));
			if (!this.isWorking) void this.work();
		});
	}

	private async work(): Promise<void> {
		this.isWorking = true;
		await this.clock.yieldToEventLoop();
		for (let next; (next = this.waiting.shift()) !== undefined; ) {
			if (next.kind === 'giveBack') {
				const { slots, resolve, reject } = next;
				await this.free(slots).then(resolve, reject);
			} else {
				await this.serve([next, ...this.takeAlong(next)]);
			}
		}
		this.isWorking = false;
	}

	/** What else is asked for of the same day and limit, up to where somebody gives back. */
	private takeAlong({ day, limit }: TakeRequest): TakeRequest[] {
		const others: TakeRequest[] = [];
		for (let other; (other = this.waiting[0]) !== undefined; ) {
			if (other.kind !== 'take' || other.day !== day || other.limit !== limit) break;
			others.push(other);
			this.waiting.shift();
		}
		return others;
	}

	/** Those that came first are served first. */
	private async serve(requests: readonly TakeRequest[]): Promise<void> {
		const [{ day, limit }] = requests as [TakeRequest];
		const wanted = requests.reduce((sum, { count }) => sum + count, 0);
		try {
			const won = await this.win(day, limit, Math.min(wanted, limit));
			for (const { count, resolve } of requests) {
				resolve(count > won.length ? undefined : won.splice(0, count));
			}
			await this.free(won);
		} catch (error) {
			// A promise that is settled stays as it is.
			for (const { reject } of requests) reject(error);
		}
	}

	/** @returns as many places as there were, or more than were wanted */
	private async win(day: string, limit: number, wanted: number): Promise<DailySlot[]> {
		if (day !== this.today.day) {
			this.today = { day, taken: new Set(), fullUntil: -Infinity, fullLimit: 0 };
		}
		const { today } = this;
		const won: DailySlot[] = [];
		if (limit <= today.fullLimit && this.clock.now() < today.fullUntil) return won;
		const all = Array.from({ length: limit }, (_, index) => index + 1);
		let vainLooks = 0;
		for (let tried = wanted; won.length < wanted; tried = 4 * tried) {
			const mayBeFree = all.filter((number) => !today.taken.has(number));
			const isAll = tried > mayBeFree.length;
			const owned = new Set(won.map(({ number }) => number));
			const candidates = isAll
				? all.filter((number) => !owned.has(number))
				: mayBeFree.slice(0, tried);
			const more = await this.contest(day, candidates);
			candidates.forEach((number) => today.taken.add(number));
			won.push(...more);
			if (!isAll || more.length > 0) continue;
			// Others may have had places just now that they did not want.
			if (++vainLooks < MAX_VAIN_LOOKS) continue;
			Object.assign(today, { fullLimit: limit, fullUntil: this.clock.now() + FULL_FOR_MS });
			break;
		}
		return won;
	}

	/** @returns those of the places that were free, and are this process's now */
	private async contest(day: string, candidates: readonly number[]): Promise<DailySlot[]> {
		const owner = this.newOwner();
		const won: DailySlot[] = [];
		let open = candidates.map((number): DailySlot => ({ day, number, owner }));
		while (open.length > 0) {
			const known = await this.write(open.flatMap(marksOf));
			const undecided: DailySlot[] = [];
			for (const slot of open) {
				const [place, own] = marksOf(slot);
				if (known.has(own)) won.push(slot);
				else if (known.has(place)) this.litter.push(own);
				else undecided.push(slot);
			}
			open = undecided;
		}
		return won;
	}

	private async free(slots: readonly DailySlot[]): Promise<void> {
		for (let rest = slots; rest.length > 0; ) {
			await this.write([], rest.flatMap(marksOf));
			// Another process may have written both back. Without the own mark, the place is somebody else's by now.
			const known = await this.write(rest.map(ownMark));
			this.litter.push(...rest.map(ownMark).filter((own) => !known.has(own)));
			rest = rest.filter((slot) => known.has(ownMark(slot)));
		}
		for (const { day, number } of slots) {
			if (day !== this.today.day) continue;
			this.today.taken.delete(number);
			this.today.fullUntil = -Infinity;
		}
		if (this.litter.length > 0) await this.write([]);
	}

	private async write(
		marks: readonly string[],
		unwanted: readonly string[] = [],
	): Promise<ReadonlySet<string>> {
		const { litter } = this;
		this.litter = [];
		return await this.marks.exchange(marks, [...unwanted, ...litter]);
	}
}

/** By node. */
const LIMITS = new Map<string, DailyLimit>();

/** The limit of a node, for all its executions in this process. @param row see `marksRowOf` */
export function dailyLimitOf(row: string, marks: DatabaseMarks, clock: Clock): DailyLimit {
	const limit = LIMITS.get(row) ?? new DailyLimit(marks, clock);
	LIMITS.set(row, limit);
	return limit;
}

/** Marks that a limit of so many places needs of a row, at the most: of places, owners, and of two that look for free ones. */
export function entriesFor(limit: number): number {
	return 4 * limit;
}

interface TakeRequest {
	readonly kind: 'take';
	readonly day: string;
	readonly limit: number;
	readonly count: number;
	resolve(slots: readonly DailySlot[] | undefined): void;
	reject(error: unknown): void;
}

interface GiveBackRequest {
	readonly kind: 'giveBack';
	readonly slots: readonly DailySlot[];
	resolve(): void;
	reject(error: unknown): void;
}

type Request = TakeRequest | GiveBackRequest;

interface Today {
	readonly day: string;
	/** Places that are known to be taken. */
	readonly taken: Set<number>;
	/** Time (of the clock) until which a limit of so many is taken for reached without another look. */
	fullUntil: number;
	fullLimit: number;
}

/** Looks at all places that find none free, before the limit is taken for reached. */
const MAX_VAIN_LOOKS = 3;

/** A place that another process gives back is seen after this time: a storm of requests costs few writings. */
const FULL_FOR_MS = 30_000;

function marksOf(slot: DailySlot): [place: string, own: string] {
	return [`day/${slot.day}/${slot.number}`, ownMark(slot)];
}

function ownMark({ day, number, owner }: DailySlot): string {
	return `day/${day}/${number} ${owner}`;
}
