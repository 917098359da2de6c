import { seededRandom } from '../../../support/seeded-random.mts';
import { processes, Row, StepClock } from '../../../support/marks-row.mts';

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
