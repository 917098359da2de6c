import { mapConcurrently } from '../../../../nodes/shared/lib/mapConcurrently.ts';
import { Deferred, turns } from '../../../support/deferred.mts';

/** Work whose ends the test decides on. */
function controlled(count: number) {
	const ends = Array.from({ length: count }, () => new Deferred<string>());
	const begun: number[] = [];
	const signals: AbortSignal[] = [];
	let running = 0;
	let most = 0;
	const end = (index: number) => ends[index] as Deferred<string>;
	const work = async (item: number, signal: AbortSignal) => {
		begun.push(item);
		signals.push(signal);
		most = Math.max(most, ++running);
		try {
			return await end(item).promise;
		} finally {
			running--;
		}
	};
	return {
		items: ends.map((_, index) => index),
		work,
		begun,
		signals,
		end,
		most: () => most,
	};
}

test('results have the order of the items, whatever the order of the ends', async () => {
	const { items, work, end } = controlled(5);
	const results = mapConcurrently(items, 5, work);
	for (const index of [3, 0, 4, 2, 1]) {
		end(index).resolve(`result ${index}`);
		await turns();
	}
	await expect(results).resolves.toEqual(items.map((index) => `result ${index}`));
});

test('begins in order, never more than the limit, the next as soon as one has ended', async () => {
	const { items, work, begun, most, end } = controlled(6);
	const results = mapConcurrently(items, 2, work);
	await turns();
	expect(begun).toEqual([0, 1]);
	end(1).resolve('');
	await turns();
	expect(begun).toEqual([0, 1, 2]);
	for (const index of [0, 2, 3, 4, 5]) {
		end(index).resolve('');
		await turns();
	}
	await results;
	expect(begun).toEqual(items);
	expect(most()).toBe(2);
});

test.each([
	[0, 3],
	[1, 3],
	[3, 50],
])('%i items with a limit of %i', async (count, limit) => {
	const items = Array.from({ length: count }, (_, index) => index);
	await expect(
		mapConcurrently(items, limit, async (item) => await Promise.resolve(item * 2)),
	).resolves.toEqual(items.map((item) => item * 2));
});

test('undefined is a result, too', async () => {
	const results = await mapConcurrently([1, 2], 1, async () => {
		await Promise.resolve();
		return undefined;
	});
	expect(results).toEqual([undefined, undefined]);
});

describe('after a failure', () => {
	test('nothing new is begun, the rest is told to stop, and the first failure is thrown when all has ended', async () => {
		const { items, work, begun, signals, end } = controlled(5);
		const outcome = jest.fn();
		const results = mapConcurrently(items, 3, work).catch(outcome);
		await turns();
		const first = new Error('first');
		end(1).reject(first);
		await turns();
		expect(signals.every(({ aborted }) => aborted)).toBe(true);
		expect(outcome).not.toHaveBeenCalled();

		end(0).reject(new Error('second'));
		await turns();
		expect(outcome).not.toHaveBeenCalled();
		end(2).resolve('');
		await results;
		expect(outcome).toHaveBeenCalledWith(first);
		expect(begun).toEqual([0, 1, 2]);
	});

	test('a failure that comes before the first wait counts as well', async () => {
		const work = jest.fn(() => {
			throw new Error('at once');
		});
		await expect(mapConcurrently([1, 2, 3], 1, work)).rejects.toThrow('at once');
		expect(work).toHaveBeenCalledTimes(1);
	});
});

describe('when the execution is stopped', () => {
	test('the work is told', async () => {
		const { items, work, signals, end } = controlled(2);
		const stop = new AbortController();
		const results = mapConcurrently(items, 2, work, stop.signal);
		await turns();
		expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
		stop.abort();
		expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
		for (const index of items) end(index).resolve('');
		await results;
	});

	test('nothing new is begun, even if what was under way ends well', async () => {
		const { items, work, begun, end } = controlled(4);
		const stop = new AbortController();
		const settled = Promise.allSettled([mapConcurrently(items, 2, work, stop.signal)]);
		await turns();
		stop.abort();
		for (const index of items) end(index).resolve('');
		await settled;
		expect(begun).toEqual([0, 1]);
	});

	test('before it began, nothing is begun', async () => {
		const { items, work, begun, end } = controlled(2);
		for (const index of items) end(index).resolve('');
		await Promise.allSettled([mapConcurrently(items, 2, work, AbortSignal.abort())]);
		expect(begun).toEqual([]);
	});

	test('no listener is left behind', async () => {
		const stop = new AbortController();
		const added = jest.spyOn(stop.signal, 'addEventListener');
		const removed = jest.spyOn(stop.signal, 'removeEventListener');
		await mapConcurrently([1], 1, async () => await Promise.resolve(1), stop.signal);
		const fail = async () => await Promise.reject(new Error('no'));
		await expect(mapConcurrently([1], 1, fail, stop.signal)).rejects.toThrow('no');
		expect(added).toHaveBeenCalledTimes(2);
		expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
			added.mock.calls.map(([, listener]) => listener),
		);
	});
});
