import { stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { jumpOverWaits } from '../support/engine/jumping-clock.mts';

const LONG_MS = 600_000;
/** Longer than what counts as quiet, if there were no more to it. */
const BUSY_MS = 5;

let restore: () => void;

beforeEach(() => {
	restore = jumpOverWaits(() => 0);
});

afterEach(() => {
	restore();
});

function keepBusy(): void {
	const begun = performance.now();
	while (performance.now() - begun < BUSY_MS);
}

async function repeat(times: number, step: () => Promise<unknown>): Promise<void> {
	for (let time = 0; time < times; time++) await step();
}

describe('the clock of the engine tests', () => {
	it('jumps to the end of the wait that is over first', async () => {
		const begun = systemClock.now();
		const ends: string[] = [];
		await Promise.all([
			systemClock.sleep(LONG_MS).then(() => ends.push('long')),
			systemClock.sleep(LONG_MS / 2).then(() => ends.push('short')),
		]);

		expect(ends).toEqual(['short', 'long']);
		expect(systemClock.now() - begun).toBeGreaterThanOrEqual(LONG_MS);
	});

	it.each([
		[
			'that the event loop goes through',
			async () => {
				keepBusy();
				await turn();
			},
		],
		[
			'that wait for a file',
			async () => {
				await stat('.');
				keepBusy();
			},
		],
	])('does not jump over the steps of another %s', async (_, step) => {
		const begun = systemClock.now();
		const stop = new AbortController();
		const waits = systemClock.sleep(LONG_MS, stop.signal).catch(() => 'stopped');
		await repeat(8, step);
		const passed = systemClock.now() - begun;
		stop.abort();

		expect(await waits).toBe('stopped');
		expect(passed).toBeLessThan(LONG_MS);
	});
});
