import { Stopped } from '../../../../nodes/shared/lib/errors.ts';
import { Slots } from '../../../../nodes/shared/lib/concurrencyLimiter.ts';
import { turns } from '../../../support/deferred.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

const MINUTE = 60_000;

/** Asks for room many times. @returns the numbers of those that got it, in that order */
function ask(slots: Slots, count: number): number[] {
	const admitted: number[] = [];
	for (let number = 0; number < count; number++) {
		void slots.take().then(() => admitted.push(number));
	}
	return admitted;
}

test('admits as many as there is room for, in order', async () => {
	const admitted = ask(new Slots(3), 5);
	await turns();
	expect(admitted).toEqual([0, 1, 2]);
});

test('who is done makes room for the next', async () => {
	const slots = new Slots(1);
	const admitted = ask(slots, 3);
	await turns();
	slots.give();
	await turns();
	expect(admitted).toEqual([0, 1]);
	slots.give();
	await turns();
	expect(admitted).toEqual([0, 1, 2]);
});

test('nobody jumps the queue', async () => {
	const slots = new Slots(1);
	const admitted = ask(slots, 2);
	await turns();
	slots.give();
	const late = ask(slots, 1);
	await turns();
	expect(admitted).toEqual([0, 1]);
	expect(late).toEqual([]);
});

describe('when Magic Hour has no room', () => {
	test('only as many go on as it has taken', async () => {
		const slots = new Slots(10);
		const admitted = ask(slots, 20);
		await turns();
		expect(admitted).toHaveLength(10);
		// The tenth was refused: nine are under way.
		slots.full(0);
		slots.give();
		await turns();
		expect(admitted).toHaveLength(10);
		slots.give();
		await turns();
		expect(admitted).toHaveLength(11);
	});

	test('one can always try', async () => {
		const slots = new Slots(5);
		await slots.take();
		slots.full(0);
		slots.give();
		const admitted = ask(slots, 2);
		await turns();
		expect(admitted).toEqual([0]);
	});

	test('room grows back by one a minute, up to what the person set', async () => {
		const slots = new Slots(3);
		await slots.take();
		slots.full(0);
		const admitted = ask(slots, 5);
		await turns();
		expect(admitted).toEqual([]);

		slots.taken(MINUTE - 1);
		await turns();
		expect(admitted).toEqual([]);
		slots.taken(MINUTE);
		await turns();
		expect(admitted).toEqual([0]);
		slots.taken(MINUTE + 1);
		await turns();
		expect(admitted).toEqual([0]);
		slots.taken(2 * MINUTE);
		await turns();
		expect(admitted).toEqual([0, 1]);
		slots.taken(10 * MINUTE);
		await turns();
		expect(admitted).toEqual([0, 1]);
	});

	test('a new refusal begins the minute anew', async () => {
		const slots = new Slots(3);
		await slots.take();
		await slots.take();
		slots.full(0);
		slots.full(MINUTE / 2);
		const admitted = ask(slots, 2);
		slots.taken(MINUTE);
		slots.give();
		await turns();
		expect(admitted).toEqual([]);
	});
});

describe('who stops waiting', () => {
	test('leaves the queue', async () => {
		const slots = new Slots(1);
		await slots.take();
		const stop = new AbortController();
		const stopped = rejectionOf(Stopped, slots.take(stop.signal));
		const admitted = ask(slots, 1);
		stop.abort();
		await stopped;
		slots.give();
		await turns();
		expect(admitted).toEqual([0]);
	});

	test('hands the room on that was granted in the same moment', async () => {
		const slots = new Slots(1);
		await slots.take();
		const stop = new AbortController();
		const stopped = rejectionOf(Stopped, slots.take(stop.signal));
		const admitted = ask(slots, 1);
		stop.abort();
		slots.give();
		await stopped;
		await turns();
		expect(admitted).toEqual([0]);
	});
});

test('whatever happens, never more than the limit, and nobody waits for ever', async () => {
	const random = seededRandom(11);
	const slots = new Slots(4);
	let running = 0;
	let most = 0;
	let ended = 0;
	const item = async () => {
		const stop = new AbortController();
		if (random() < 0.2)
			setImmediate(() => {
				stop.abort();
			});
		try {
			await slots.take(stop.signal);
		} catch (error) {
			if (!(error instanceof Stopped)) throw error;
			ended++;
			return;
		}
		most = Math.max(most, ++running);
		for (let turn = random() * 5; turn > 0; turn--) await turns();
		if (random() < 0.2) slots.full(ended * MINUTE);
		else slots.taken(ended * MINUTE);
		running--;
		ended++;
		slots.give();
	};
	await Promise.all(Array.from({ length: 300 }, item));
	expect(ended).toBe(300);
	expect(running).toBe(0);
	expect(most).toBe(4);
});
