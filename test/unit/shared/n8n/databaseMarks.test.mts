import { DatabaseMarks } from '../../../../nodes/shared/n8n/databaseMarks.ts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { fakeDatabase } from '../../../support/fake-database.mts';
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

	test.each(SEEDS)(
		'of copies that come to one process, or late, one gets it (seed %i)',
		async (seed) => {
			const random = seededRandom(seed);
			const row = new Row();
			const clock = new StepClock();
			const workers = processes(row, clock, random, 2);
			const claims = Array.from({ length: 100 }, async (_, event) => {
				const copies = Array.from({ length: 1 + (event % 3) }, async (__, copy) => {
					await clock.sleep(random() * 10_000 + copy * random() * 20_000);
					const worker = workers[Math.floor(random() * workers.length)];
					return await worker?.claim(`event ${event}`, `execution ${event}.${copy}`);
				});
				return (await Promise.all(copies)).filter(Boolean).length;
			});
			expect(await clock.run(Promise.all(claims))).toEqual(claims.map(() => 1));
		},
	);

	test('whoever has it and asks again still has it, in whatever process', async () => {
		const row = new Row();
		const clock = new StepClock();
		const [one, two] = processes(row, clock, () => 0, 2) as [DatabaseMarks, DatabaseMarks];
		expect(await clock.run(one.claim('event', 'a'))).toBe(true);
		expect(await clock.run(two.claim('event', 'a'))).toBe(true);
		expect(await clock.run(two.claim('event', 'b'))).toBe(false);
		const together = [one.claim('next', 'a'), one.claim('next', 'a'), one.claim('next', 'b')];
		expect(await clock.run(Promise.all(together))).toEqual([true, true, false]);
	});

	test('a database that is down takes it from nobody', async () => {
		const clock = new StepClock();
		const row = new Row();
		const [worker] = processes(row, clock, () => 0, 1) as [DatabaseMarks];
		const helpers = row.helpers(clock, () => 1);
		let failures = 3;
		worker.use({
			...helpers,
			checkProcessedAndRecord: async (...wanted) => {
				if (failures-- > 0) throw await Promise.resolve(new Error('the database is down'));
				return await helpers.checkProcessedAndRecord(...wanted);
			},
		});
		const first = worker.claim('event', 'a');
		const second = worker.claim('event', 'b');
		await expect(clock.run(first)).rejects.toThrow('down');
		expect(await clock.run(second)).toBe(true);
	});

	test('what was wiped out by a slow process is there again with the next mark', async () => {
		const row = new Row();
		const clock = new StepClock();
		const [one, two] = processes(row, clock, () => 0, 2) as [DatabaseMarks, DatabaseMarks];
		await clock.run(one.claim('event', 'a'));
		row.marks = [];
		await clock.run(one.claim('another', 'a'));
		expect(await clock.run(two.claim('event', 'b'))).toBe(false);
	});

	test('so is what was noted, unless it was removed', async () => {
		const row = new Row();
		const clock = new StepClock();
		const [one] = processes(row, clock, () => 0, 1) as [DatabaseMarks];
		await clock.run(Promise.all([one.note('kept'), one.note('refused')]));
		await clock.run(one.remove('refused'));
		row.marks = [];
		await clock.run(one.note('next'));
		expect([...row.marks].sort()).toEqual(['kept', 'next']);
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

test('a database without a free connection is waited for, and the mark is made', async () => {
	const database = fakeDatabase();
	const clock = new FakeClock();
	let refusals = 10;
	const marks = new DatabaseMarks(
		{
			...database.helpers,
			checkProcessedAndRecord: async (wanted) => {
				if (refusals-- > 0) throw new Error('timeout exceeded when trying to connect');
				return await database.helpers.checkProcessedAndRecord(wanted as string[]);
			},
		},
		clock,
		100,
	);
	await expect(marks.note('mark')).resolves.toBe(false);
	expect(database.marks()).toEqual(['mark']);
	// What was waited for the connection makes the pause between the writings no longer.
	expect(Math.max(...clock.sleeps)).toBeLessThan(5_000);
});
