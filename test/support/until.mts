import { setTimeout as sleep } from 'node:timers/promises';

/** Real milliseconds. */
const LOOK_EVERY = 10;
/** Less than the time that a test has which uses it, so that what was waited for is told. */
const PATIENCE = 20_000;

/** @throws when it has not come true in time; `what` says what was waited for */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
	const end = Date.now() + PATIENCE;
	while (!isTrue()) {
		if (Date.now() > end) throw new Error(`Waited ${PATIENCE / 1000} s in vain for ${what}`);
		await sleep(LOOK_EVERY);
	}
}
