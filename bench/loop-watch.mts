import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The longest that an event loop was held up, in milliseconds. */
export interface LongestBlock {
	/** Between two turns. On a machine that others use too, their work is in it. */
	readonly wall: number;
	/** What the thread was really computing between two turns. */
	readonly computing: number;
}

/** How often it looks, which is in what it finds. */
const RESOLUTION_MS = 5;

/** Nanoseconds of computing of this thread come first in it: see proc(5) of Linux. */
const SCHEDULE = '/proc/thread-self/schedstat';

const threadTime: () => number = existsSync(SCHEDULE)
	? () => Number(readFileSync(SCHEDULE, 'utf8').split(' ')[0]) / 1e6
	: () => performance.now();

/** Watches the event loop of this thread. @returns what ends the watch */
export function watchLoop(): () => Promise<LongestBlock> {
	// Not monitorEventLoopDelay of perf_hooks: it misses a block that comes first, and knows nothing of computing.
	const times = () => ({ wall: performance.now(), computing: threadTime() });
	let last = times();
	const longest = { wall: 0, computing: 0 };
	const look = setInterval(() => {
		const now = times();
		longest.wall = Math.max(longest.wall, now.wall - last.wall);
		longest.computing = Math.max(longest.computing, now.computing - last.computing);
		last = now;
	}, RESOLUTION_MS);
	return async () => {
		// A block is seen when it is over.
		await sleep(4 * RESOLUTION_MS);
		clearInterval(look);
		return longest;
	};
}
