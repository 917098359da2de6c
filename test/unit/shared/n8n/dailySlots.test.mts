import { DailyLimit, entriesFor, type DailySlot } from '../../../../nodes/shared/n8n/dailySlots.ts';
import { processes, Row, StepClock } from '../../../support/marks-row.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);
const DAY = '2026-11-25';

/** Processes of n8n that write to one row of its database. */
function workersOf(count: number, seed = 1, row = new Row()) {
	const random = seededRandom(seed);
	const clock = new StepClock();
	const limits = processes(row, clock, random, count).map((marks) => new DailyLimit(marks, clock));
	const worker = (index: number): DailyLimit => limits[index % count] as DailyLimit;
	return { random, row, clock, worker };
}

const numbersOf = (taken: ReadonlyArray<readonly DailySlot[] | undefined>) =>
	taken.flatMap((slots = []) => slots.map(({ number }) => number));

describe('a limit for each day', () => {
	it.each(SEEDS)('lets through exactly as many as there are places (seed %i)', async (seed) => {
		const { clock, random, row, worker } = workersOf(3, seed);
		const taken = await clock.run(
			Promise.all(
				Array.from({ length: 30 }, async (_, index) => {
					await clock.sleep(random() * 2_000);
					return await worker(index).take(DAY, 10, 1);
				}),
			),
		);

		expect(numbersOf(taken).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(row.marks.filter((mark) => !mark.includes(' '))).toHaveLength(10);
	});

	it.each(SEEDS)('a place that is given back is had by somebody else (seed %i)', async (seed) => {
		const { clock, random, worker } = workersOf(3, seed);
		let held = 0;
		let most = 0;
		let served = 0;
		const work = Array.from({ length: 24 }, async (_, index) => {
			for (;;) {
				await clock.sleep(random() * 5_000);
				const slots = await worker(index).take(DAY, 4, 1);
				if (slots === undefined) continue;
				held++;
				most = Math.max(most, held);
				await clock.sleep(random() * 1_000);
				held--;
				served++;
				await worker(index).giveBack(slots);
				return;
			}
		});
		await clock.run(Promise.all(work));

		expect(most).toBeLessThanOrEqual(4);
		expect(served).toBe(24);
	});

	it('has all or nothing for a run of several', async () => {
		const { clock, worker } = workersOf(2);
		const take = async (process: number, count: number) =>
			(await clock.run(worker(process).take(DAY, 10, count)))?.length;

		expect(await take(0, 7)).toBe(7);
		expect(await take(1, 4)).toBeUndefined();
		expect(await take(1, 3)).toBe(3);
		expect(await take(0, 1)).toBeUndefined();
		expect(await take(0, 11)).toBeUndefined();
	});

	it('serves what is asked for in the same moment with two writings', async () => {
		const { clock, row, worker } = workersOf(1);
		const begun = clock.now();
		const asked = Array.from({ length: 30 }, async () => await worker(0).take(DAY, 1_000, 2));
		const taken = await clock.run(Promise.all(asked));

		expect(new Set(numbersOf(taken)).size).toBe(60);
		expect(row.writes).toBe(2);
		expect(clock.now() - begun).toBeLessThan(1_000);
	});

	it('finds its way among a thousand that others have taken', async () => {
		const { clock, row, worker } = workersOf(2);
		await clock.run(worker(0).take(DAY, 1_000, 400));
		const { writes } = row;
		const begun = clock.now();

		expect((await clock.run(worker(1).take(DAY, 1_000, 1)))?.[0]?.number).toBeGreaterThan(400);
		expect(row.writes - writes).toBeLessThan(20);
		expect(clock.now() - begun).toBeLessThan(5_000);
		// What it does not need is given back.
		expect(await clock.run(worker(0).take(DAY, 1_000, 599))).toHaveLength(599);
	});

	it('keeps nothing of a storm of refused requests', async () => {
		const { clock, row, worker } = workersOf(2);
		await clock.run(worker(0).take(DAY, 5, 5));
		const { length } = row.marks;
		const begun = clock.now();
		const asked = Array.from({ length: 500 }, async (_, index) => {
			await clock.sleep(index * 40);
			return await worker(index).take(DAY, 5, 1);
		});

		expect(numbersOf(await clock.run(Promise.all(asked)))).toEqual([]);
		// The last litter goes with the next writing.
		await clock.run(worker(1).take('2026-11-26', 5, 1));
		await clock.run(worker(0).take('2026-11-26', 5, 1));
		expect(row.marks.filter((mark) => mark.includes(DAY))).toHaveLength(length);
		expect(row.writes).toBeLessThan(40);
		expect(clock.now() - begun).toBeLessThan(30_000);
	});

	it('begins anew on the next day', async () => {
		const { clock, worker } = workersOf(1);
		await clock.run(worker(0).take(DAY, 5, 5));

		expect(await clock.run(worker(0).take(DAY, 5, 1))).toBeUndefined();
		expect(await clock.run(worker(0).take('2026-11-26', 5, 5))).toHaveLength(5);
	});

	it('takes what the database has for many days, and marks of create requests beside it', async () => {
		const row = new Row();
		const clock = new StepClock();
		const [marks] = processes(row, clock, () => 0.5, 1);
		if (marks === undefined) throw new Error('no process');
		const entries = 1_000 + entriesFor(1_000);
		const limit = new DailyLimit(
			marks.use(
				row.helpers(clock, () => 1),
				entries,
			),
			clock,
		);
		for (let day = 10; day < 20; day++) {
			const slots = await clock.run(limit.take(`2026-11-${day}`, 300, 300));
			const creates = Array.from({ length: 300 }, async (_, create) => {
				await marks.note(`create ${day}/${create}`);
			});
			await clock.run(Promise.all(creates));
			expect(slots).toHaveLength(300);
			expect(await clock.run(limit.take(`2026-11-${day}`, 300, 1))).toBeUndefined();
		}
		expect(row.marks.length).toBeLessThanOrEqual(entries);
	}, 60_000);

	it('throws what the database throws', async () => {
		const { clock, row, worker } = workersOf(1);
		Object.defineProperty(row, 'marks', {
			get: () => {
				throw new Error('database is locked');
			},
		});

		await expect(clock.run(worker(0).take(DAY, 5, 1))).rejects.toThrow('database is locked');
	});
});
