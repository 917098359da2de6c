import type { DeduplicationHelperFunctions, IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../lib/clock';
import { whenConnected } from './databasePool';

type Helpers = Pick<DeduplicationHelperFunctions, 'checkProcessedAndRecord' | 'removeProcessed'>;

/**
 * Marks in n8n's database: what one process notes there, all others see, and it outlives all of them.
 *
 * n8n's deduplication helpers read, change and write one row for each node, without a lock: of two processes that do so
 * in the same moment, the one that writes last wipes out what the other has written (n8n 2.41.1). So a process writes
 * all that it has to note in one go, keeps its hands off for a while, looks whether it has stayed, and writes it again
 * if it has not.
 *
 * That is exact as long as no process takes longer between its reading and its writing than a quarter of the pause:
 * 300 to 450 ms, or four to six times what it took this process, whichever is more. It costs one such pause and one more
 * write, for however many marks are noted meanwhile.
 */
export class DatabaseMarks {
	private waiting: AnyTask[] = [];
	private isWorking = false;
	private pauseUntil = -Infinity;
	/** Those that are just being decided. */
	private readonly claims = new Map<string, { own: string; outcome: Promise<boolean> }>();
	/** What was noted or taken lately, each with what stays along with it. The oldest come first. */
	private readonly recent = new Map<string, { marks: readonly string[]; until: number }>();
	/** Who needs a mark. Those noted last come last. */
	private readonly owners = new Map<string, Set<string>>();

	/**
	 * One for each row: `databaseMarksOf` has the one of a node.
	 * @param maxEntries how many marks are kept: the oldest go first. n8n writes all of them each time.
	 */
	constructor(
		private helpers: Helpers,
		private readonly clock: Clock,
		private maxEntries: number,
		private readonly random: () => number = Math.random,
	) {}

	/** Another execution has helpers of its own, for the same row. @param maxEntries the row keeps the most that was asked for */
	use(helpers: Helpers, maxEntries = this.maxEntries): this {
		this.helpers = helpers;
		this.maxEntries = Math.max(this.maxEntries, maxEntries);
		return this;
	}

	/**
	 * Makes a mark; it is there for good when this resolves.
	 * @param owner who needs it, of several in this process for whom it may be the same
	 * @returns whether it was there before, or somebody else needs it
	 */
	async note(mark: string, owner = ''): Promise<boolean> {
		const isOthers = this.own(mark, owner);
		let looks = 0;
		const wasKnown = await this.add({
			marks: [mark],
			outcomeOf: ([isKnown]) => {
				looks++;
				return isKnown ? looks === 1 : undefined;
			},
		});
		this.remember(mark, [mark]);
		return wasKnown || isOthers;
	}

	/** Whether somebody else in this process needs a mark. */
	isOthers(mark: string, owner: string): boolean {
		const owners = this.owners.get(mark) ?? new Set();
		return owners.size > (owners.has(owner) ? 1 : 0);
	}

	/** @returns whether others have it, too */
	private own(mark: string, owner: string): boolean {
		const isOthers = this.isOthers(mark, owner);
		const owners = this.owners.get(mark) ?? new Set();
		this.owners.delete(mark);
		this.owners.set(mark, owners.add(owner));
		const [oldest = mark] = this.owners.keys();
		if (this.owners.size > this.maxEntries) this.owners.delete(oldest);
		return isOthers;
	}

	/** Somebody does not need a mark any more. @returns whether others do */
	disown(mark: string, owner: string): boolean {
		const owners = this.owners.get(mark);
		owners?.delete(owner);
		if (owners?.size === 0) this.owners.delete(mark);
		return this.owners.has(mark);
	}

	/**
	 * Takes something that only one may have, of however many that ask for it in the same moment.
	 * @param own what tells the caller from all others; whoever has it and asks again still has it
	 */
	async claim(mark: string, own: string): Promise<boolean> {
		// In this process they take turns: what two write in one go would both be there.
		for (let other = this.claims.get(mark); other; other = this.claims.get(mark)) {
			const hasIt = await other.outcome.catch(() => false);
			if (other.own === own || hasIt) return other.own === own && hasIt;
		}
		const outcome = this.claimForProcess(mark, `${mark} ${own}`).finally(() =>
			this.claims.delete(mark),
		);
		this.claims.set(mark, { own, outcome });
		return await outcome;
	}

	private async claimForProcess(mark: string, mine: string): Promise<boolean> {
		const isMine = await this.add({
			// What is written of the two in one go stays, or is wiped out, together.
			marks: [mark, mine],
			outcomeOf: ([isTaken, isMine]) => (isMine ? true : isTaken ? false : undefined),
		});
		if (isMine) this.remember(mark, [mark, mine]);
		return isMine;
	}

	private remember(mark: string, marks: readonly string[]): void {
		this.recent.delete(mark);
		this.recent.set(mark, { marks, until: this.clock.now() + UPKEEP_MS });
	}

	/**
	 * What was noted or taken lately. A process that took longer than it should between its reading and its writing may
	 * have wiped it out: it is written along with what is noted next.
	 */
	private upkeep(): string[] {
		for (const [mark, { until }] of this.recent) {
			if (until > this.clock.now() && this.recent.size <= MAX_UPKEEP) break;
			this.recent.delete(mark);
		}
		return [...this.recent.values()].flatMap(({ marks }) => marks);
	}

	/**
	 * Removes a mark, unless somebody else in this process needs it; and once more after the pause, should another process
	 * have written it back.
	 */
	async remove(mark: string, owner = ''): Promise<void> {
		if (this.disown(mark, owner)) return;
		let removals = 0;
		this.recent.delete(mark);
		await this.add({
			marks: [],
			unwanted: [mark],
			outcomeOf: () => (++removals === 2 ? true : undefined),
		});
	}

	/**
	 * One writing, after the pause: makes marks, and removes others. Whether it stays is for the caller to look, by
	 * another one.
	 * @returns those of the marks that were there before
	 */
	async exchange(
		marks: readonly string[],
		unwanted: readonly string[] = [],
	): Promise<ReadonlySet<string>> {
		return await this.add({
			marks,
			unwanted,
			outcomeOf: (known) => new Set(marks.filter((_, index) => known[index])),
		});
	}

	private async add<T>(task: Omit<Task<T>, 'resolve' | 'reject'>): Promise<T> {
		return await new Promise<T>((resolve, reject) => {
			this.waiting.push({ ...task, resolve, reject } as Task<T> as AnyTask);
			if (!this.isWorking) void this.work();
		});
	}

	private async work(): Promise<void> {
		this.isWorking = true;
		while (this.waiting.length > 0) {
			// What is asked for in the same moment goes along.
			await this.clock.yieldToEventLoop();
			await this.clock.sleep(Math.max(0, this.pauseUntil - this.clock.now()));
			const tasks = this.waiting;
			this.waiting = [];
			const tookMs = await this.write(tasks);
			// With jitter, so that processes don't go on writing in step.
			const pauseMs = Math.max(MIN_PAUSE_MS, 4 * tookMs) * (1 + this.random() / 2);
			this.pauseUntil = this.clock.now() + pauseMs;
		}
		this.isWorking = false;
	}

	/** Writes what the tasks want; those that have no outcome yet wait again. @returns milliseconds */
	private async write(tasks: readonly AnyTask[]): Promise<number> {
		let begun = this.clock.now();
		const patience = { clock: this.clock, timeout: MAX_WAIT_MS };
		const patiently = async <T>(work: () => Promise<T>): Promise<T> =>
			await whenConnected(async () => {
				begun = this.clock.now();
				return await withTries(work);
			}, patience);
		const wanted = tasks.flatMap((task) => task.marks);
		const marks = wanted.length === 0 ? [] : [...new Set([...wanted, ...this.upkeep()])];
		const unwanted = tasks.flatMap((task) => task.unwanted ?? []);
		const options = { mode: 'entries' as const, maxEntries: this.maxEntries };
		try {
			const processed = new Set<unknown>();
			if (marks.length > 0) {
				const seen = await patiently(
					async () => await this.helpers.checkProcessedAndRecord(marks, 'node', options),
				);
				seen.processed.forEach((mark) => processed.add(mark));
			}
			if (unwanted.length > 0) {
				await patiently(async () => await this.helpers.removeProcessed(unwanted, 'node', options));
			}
			for (const task of tasks) {
				const outcome = task.outcomeOf(task.marks.map((mark) => processed.has(mark)));
				if (outcome === undefined) this.waiting.push(task);
				else task.resolve(outcome);
			}
		} catch (error) {
			for (const task of tasks) task.reject(error);
		}
		return this.clock.now() - begun;
	}
}

interface Task<T> {
	/** What must be there, or is looked for. */
	readonly marks: readonly string[];
	readonly unwanted?: readonly string[];
	/** @param known of each mark, whether it was there; @returns `undefined`: not known yet, look again */
	outcomeOf(known: readonly boolean[]): T | undefined;
	resolve(outcome: T): void;
	reject(error: unknown): void;
}

/** Its outcome is handed to its own `resolve` alone. */
type AnyTask = Task<unknown>;

const MIN_PAUSE_MS = 300;

/** How long, in milliseconds, and of how many, what was noted or taken is written again. */
const UPKEEP_MS = 60_000;
const MAX_UPKEEP = 100;

/** How long is gone on with while the database has no connection free. */
const MAX_WAIT_MS = 300_000;

/** Several processes that all begin the record of a node get in each other's way once. */
const MAX_TRIES = 3;

/** Work on n8n's record of processed data, three times at the most. @throws the last failure */
async function withTries<T>(work: () => Promise<T>, tries = MAX_TRIES): Promise<T> {
	return await work().catch(async (error: unknown) => {
		if (tries <= 1) throw error as Error;
		return await withTries(work, tries - 1);
	});
}

/** By node: executions of one workflow in one process take turns. */
const ROWS = new Map<string, DatabaseMarks>();

/** What n8n keeps the marks of a node by. */
export function marksRowOf(n8n: Pick<IExecuteFunctions, 'getWorkflow' | 'getNode'>): string {
	return `${n8n.getWorkflow().id ?? ''}/${n8n.getNode().id}`;
}

/** The marks of a node, for all its executions in this process. @param row see `marksRowOf` */
export function databaseMarksOf(
	row: string,
	helpers: Helpers,
	clock: Clock,
	maxEntries: number,
): DatabaseMarks {
	const marks = ROWS.get(row) ?? new DatabaseMarks(helpers, clock, maxEntries);
	ROWS.set(row, marks);
	return marks.use(helpers, maxEntries);
}
