import { whenConnected } from '../../../../nodes/shared/n8n/databasePool.ts';
import { AbortError } from '../../../../nodes/shared/lib/errors.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';

const FULL = new Error('timeout exceeded when trying to connect');

function lab(failures: number, failure = FULL) {
	const clock = new FakeClock();
	let tries = 0;
	const work = async () => {
		if (++tries <= failures) throw failure;
		return await Promise.resolve('done');
	};
	return { clock, work, tries: () => tries };
}

test('comes back, ever more slowly, until there is a connection', async () => {
	const { clock, work } = lab(8);
	const done = await whenConnected(work, { clock, timeout: 600_000, random: () => 0.5 });
	expect(done).toBe('done');
	expect(clock.sleeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
});

test('gives up when the time is over, with what the database said', async () => {
	const { clock, work, tries } = lab(Infinity);
	const begun = clock.now();
	await expect(whenConnected(work, { clock, timeout: 60_000 })).rejects.toBe(FULL);
	expect(clock.now() - begun).toBeLessThan(60_000);
	expect(tries()).toBeGreaterThan(5);
});

test('does nothing again that fails in another way', async () => {
	const { clock, work, tries } = lab(Infinity, new Error('ENOENT: no such file'));
	await expect(whenConnected(work, { clock, timeout: 60_000 })).rejects.toThrow('ENOENT');
	expect(tries()).toBe(1);
});

test('ends at once when the execution is stopped', async () => {
	const { clock, work, tries } = lab(Infinity);
	const signal = AbortSignal.abort();
	await rejectionOf(AbortError, whenConnected(work, { clock, timeout: 60_000, signal }));
	expect(tries()).toBe(1);
});
