import type { DatabaseMarks } from '../../../../nodes/shared/n8n/databaseMarks.ts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

type Module = typeof import('../../../../nodes/shared/n8n/databaseMarks.ts');

/** A row of n8n's database, which each process reads, and writes back whole a while later. */
class Row {
	marks: string[] = [];

	/** @param within milliseconds of the clock */
	helpers(
		clock: StepClock,
		within: () => number,
	): ConstructorParameters<Module['DatabaseMarks']>[0] {
		const change = async (work: (read: string[]) => string[]) => {
			const read = this.marks;
			await clock.sleep(within());
			this.marks = work(read);
		};
		return {
			checkProcessedAndRecord: async (items) => {
				const wanted = items.map(String);
				let processed: string[] = [];
				await change((read) => {
					processed = wanted.filter((mark) => read.includes(mark));
					return [...new Set([...read, ...wanted])];
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
class StepClock extends FakeClock {
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
function processes(
	row: Row,
	clock: StepClock,
	random: () => number,
	count: number,
): DatabaseMarks[] {
	const within = () => 1 + random() * 60;
	return Array.from({ length: count }, () => {
		let module: Module | undefined;
		jest.isolateModules(() => {
			module = jest.requireActual<Module>('../../../../nodes/shared/n8n/databaseMarks.ts');
		});
		if (module === undefined) throw new Error('The code was not loaded');
		return new module.DatabaseMarks(row.helpers(clock, within), clock, 1_000, random);
	});
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

describe('marks of several processes at once', () => {
	test.each(SEEDS)('none is lost (seed %i)', async (seed) => {
		const random = seededRandom(seed);
		const row = new Row();
		const clock = new StepClock();
		const workers = processes(row, clock, random, 3);
		const wanted = Array.from({ length: 60 }, (_, index) => `mark ${index}`);
		const noted = wanted.map(async (mark, index) => {
			await clock.sleep(random() * 200);
			return await workers[index % workers.length]?.note(mark);
		});
		expect(await clock.run(Promise.all(noted))).toEqual(wanted.map(() => false));
		expect([...row.marks].sort()).toEqual([...wanted].sort());
	});

	test.each(SEEDS)(
		'none that is removed comes back, none beside it is lost (seed %i)',
		async (seed) => {
			const random = seededRandom(seed);
			const row = new Row();
			const clock = new StepClock();
			const [one, two] = processes(row, clock, random, 2);
			const work = Array.from({ length: 20 }, async (_, index) => {
				await clock.sleep(random() * 200);
				await one?.note(`refused ${index}`);
				await one?.remove(`refused ${index}`);
				await clock.sleep(random() * 200);
				await two?.note(`kept ${index}`);
			});
			await clock.run(Promise.all(work));
			expect([...row.marks].sort()).toEqual(work.map((_, index) => `kept ${index}`).sort());
		},
	);

	test.each(SEEDS)('what only one may have goes to one (seed %i)', async (seed) => {
		const random = seededRandom(seed);
		const row = new Row();
		const clock = new StepClock();
		const workers = processes(row, clock, random, 4);
		const claims = Array.from({ length: 10 }, async (_, prize) => {
			const won = workers.map(async (worker, own) => {
				await clock.sleep(random() * 400);
				return await worker.claim(`prize ${prize}`, `worker ${own}`);
			});
			return (await Promise.all(won)).filter(Boolean).length;
		});
		expect(await clock.run(Promise.all(claims))).toEqual(claims.map(() => 1));
	});

	test('says what was there already, without waiting', async () => {
		const row = new Row();
		const clock = new StepClock();
		const [one, two] = processes(row, clock, () => 0, 2);
		await clock.run(one?.note('mark') ?? Promise.reject(new Error('no process')));
		const begun = clock.now();
		expect(await clock.run(two?.note('mark') ?? Promise.reject(new Error('no process')))).toBe(
			true,
		);
		expect(clock.now() - begun).toBeLessThan(100);
	});
});
