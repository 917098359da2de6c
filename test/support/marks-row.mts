import type { DatabaseMarks } from '../../nodes/shared/n8n/databaseMarks.ts';
import { FakeClock } from './fake-clock.mts';

type Module = typeof import('../../nodes/shared/n8n/databaseMarks.ts');

/** A row of n8n's database, which each process reads, and writes back whole a while later. */
export class Row {
	marks: string[] = [];
	/** How often it was written. */
	writes = 0;

	/** @param within milliseconds of the clock */
	helpers(
		clock: StepClock,
		within: () => number,
	): ConstructorParameters<Module['DatabaseMarks']>[0] {
		const change = async (work: (read: string[]) => string[]) => {
			const read = this.marks;
			await clock.sleep(within());
			this.marks = work(read);
			this.writes++;
		};
		return {
			checkProcessedAndRecord: async (items, _, { maxEntries = Infinity }) => {
				const wanted = items.map(String);
				let processed: string[] = [];
				await change((read) => {
					processed = wanted.filter((mark) => read.includes(mark));
					return [...new Set([...read, ...wanted])].slice(-maxEntries);
				});
				return { new: wanted.filter((mark) => !processed.includes(mark)), processed };
			},
			removeProcessed: async (items) => {
				const unwanted = items.map(String);
				await change((read) => read.filter((mark) => !unwanted.includes(mark)));
			},
		};
	}
}

/** A clock that several processes share: what sleeps wakes in the order of time. */
export class StepClock extends FakeClock {
	private readonly sleepers: { readonly at: number; wake(): void }[] = [];

	override async sleep(milliseconds: number): Promise<void> {
		await new Promise<void>((wake) => {
			this.sleepers.push({ at: this.now() + milliseconds, wake });
		});
	}

	/** Lets time go by until the work is done. */
	async run<T>(work: Promise<T>): Promise<T> {
		const outcome: { isKnown?: true } = {};
		const done = work.finally(() => (outcome.isKnown = true));
		done.catch(() => undefined);
		for (;;) {
			await new Promise((resolve) => {
				setImmediate(resolve);
			});
			if (outcome.isKnown) return await done;
			this.sleepers.sort((a, b) => a.at - b.at);
			const next = this.sleepers.shift();
			if (next === undefined) throw new Error('Nothing sleeps, and the work is not done');
			this.advance(next.at - this.now());
			next.wake();
		}
	}
}

/** Each with a copy of the code, so that nothing but the row is shared. */
export function processes(
	row: Row,
	clock: StepClock,
	random: () => number,
	count: number,
): DatabaseMarks[] {
	const within = () => 1 + random() * 60;
	return Array.from({ length: count }, () => {
		let module: Module | undefined;
		jest.isolateModules(() => {
			module = jest.requireActual<Module>('../../nodes/shared/n8n/databaseMarks.ts');
		});
		if (module === undefined) throw new Error('The code was not loaded');
		return new module.DatabaseMarks(row.helpers(clock, within), clock, 1_000, random);
	});
}
