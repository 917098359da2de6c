import { AbortError } from '../../../../nodes/shared/lib/errors.ts';
import { ConcurrencyLimiter } from '../../../../nodes/shared/lib/concurrencyLimiter.ts';
import { turns } from '../../../support/deferred.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

/** Asks for room many times. @returns the numbers of those that got it, in that order */
function ask(slots: ConcurrencyLimiter, count: number): number[] {
	const admitted: number[] = [];
	for (let number = 0; number < count; number++) {
		void slots.acquire().then(() => admitted.push(number));
	}
	return admitted;
}

test('admits as many as there is room for, in order', async () => {
	const admitted = ask(new ConcurrencyLimiter(3), 5);
	await turns();
	expect(admitted).toEqual([0, 1, 2]);
});

test('who is done makes room for the next', async () => {
	const slots = new ConcurrencyLimiter(1);
	const admitted = ask(slots, 3);
	await turns();
	slots.release();
	await turns();
	expect(admitted).toEqual([0, 1]);
	slots.release();
	await turns();
	expect(admitted).toEqual([0, 1, 2]);
});

test('nobody jumps the queue', async () => {
	const slots = new ConcurrencyLimiter(1);
	const admitted = ask(slots, 2);
	await turns();
	slots.release();
	const late = ask(slots, 1);
	await turns();
	expect(admitted).toEqual([0, 1]);
	expect(late).toEqual([]);
});

describe('who stops waiting', () => {
	test('leaves the queue', async () => {
		const slots = new ConcurrencyLimiter(1);
		await slots.acquire();
		const stop = new AbortController();
		const stopped = rejectionOf(AbortError, slots.acquire(stop.signal));
		const admitted = ask(slots, 1);
		stop.abort();
		await stopped;
		slots.release();
		await turns();
		expect(admitted).toEqual([0]);
	});

	test('hands the room on that was granted in the same moment', async () => {
		const slots = new ConcurrencyLimiter(1);
		await slots.acquire();
		const stop = new AbortController();
		const stopped = rejectionOf(AbortError, slots.acquire(stop.signal));
		const admitted = ask(slots, 1);
		stop.abort();
		slots.release();
		await stopped;
		await turns();
		expect(admitted).toEqual([0]);
	});
});

test('whatever happens, never more than the limit, and nobody waits for ever', async () => {
	const random = seededRandom(11);
	const slots = new ConcurrencyLimiter(4);
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
			await slots.acquire(stop.signal);
		} catch (error) {
			if (!(error instanceof AbortError)) throw error;
			ended++;
			return;
		}
		most = Math.max(most, ++running);
		for (let turn = random() * 5; turn > 0; turn--) await turns();
		running--;
		ended++;
		slots.release();
	};
	await Promise.all(Array.from({ length: 300 }, item));
	expect(ended).toBe(300);
	expect(running).toBe(0);
	expect(most).toBe(4);
});
