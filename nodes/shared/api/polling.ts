/**
 * When to ask for a project's status, as a function of the time since it was created: every second at first, then every
 * 2 s, then ever more seldom. So a finished video waits for at most 1 s if it took up to 10 s, 2 s up to 40 s, and then
 * 5 % of the time it took, or 30 s. One of 74 s (the median, July 2026) takes 38 requests.
 */
const FIRST_INTERVAL_MS = 1_000;
const FIRST_INTERVALS_END_MS = 10_000;
const MIN_INTERVAL_MS = 2_000;
const MAX_INTERVAL_MS = 30_000;
const SHARE_OF_ELAPSED = 0.05;

/** @param elapsed milliseconds since the project was created; @returns milliseconds until the next look */
export function untilNextPoll(elapsed: number): number {
	if (elapsed < FIRST_INTERVALS_END_MS) return FIRST_INTERVAL_MS;
	return Math.min(Math.max(MIN_INTERVAL_MS, elapsed * SHARE_OF_ELAPSED), MAX_INTERVAL_MS);
}
