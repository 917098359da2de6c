import type { LocalApiOptions } from '../../../local-api/server.mts';
import { systemClock } from '../../../nodes/shared/lib/clock.ts';
import { JOB_SECONDS } from './lab.mts';

/** A prompt for a video that is not finished before {@link HeldVideos.finish} is called, however slow the machine is. */
export const HELD = 'This video is held';

/** Longer than any test may last, also where time runs faster. */
const HELD_SECONDS = 4 * 3600;

interface HeldVideos {
	/** For the lab. */
	readonly options: Required<Pick<LocalApiOptions, 'clock' | 'jobSeconds'>>;
	/** Puts the local API's clock forward: every video that has been begun is finished. */
	finish(): void;
}

/** Videos that are finished when a test says so, and not after a time. */
export function holdVideos(): HeldVideos {
	let clockAhead = 0;
	return {
		options: {
			clock: () => systemClock.now() + clockAhead,
			jobSeconds: ({ style }) => (style?.prompt === HELD ? HELD_SECONDS : JOB_SECONDS),
		},
		finish() {
			clockAhead += HELD_SECONDS * 1000;
		},
	};
}
