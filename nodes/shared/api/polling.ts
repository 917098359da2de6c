/**
 * When to ask for a project's status, as a function of the time since it was created. A video takes a minute or more
 * (median 74 s, July 2026), so almost nothing is asked in the first 20 s; after that a finished video waits for at most
 * 2 s, or 5 % of the time it took.
 */
const EARLY_LOOK = 1_000;
const NOTHING_BEFORE = 20_000;
const MIN_INTERVAL_MS = 2_000;
const MAX_INTERVAL_MS = 30_000;
const SHARE_OF_ELAPSED = 0.05;

/** @param elapsed milliseconds since the project was created; @returns milliseconds until the next look */
export function untilNextPoll(elapsed: number): number {
	// One early look finds what fails at once.
	if (elapsed < EARLY_LOOK) return EARLY_LOOK - elapsed;
	if (elapsed < NOTHING_BEFORE) return NOTHING_BEFORE - elapsed;
	return Math.min(Math.max(MIN_INTERVAL_MS, elapsed * SHARE_OF_ELAPSED), MAX_INTERVAL_MS);
}
