import { systemClock, type Clock } from '../../nodes/shared/lib/clock.ts';

/**
 * Lets the node's time run faster than real time: its waits shrink and its deadlines come sooner, both by
 * the same factor. @returns what puts the clock right again
 */
export function speedUp(factor: number): () => void {
	const clock = systemClock as { -readonly [Member in keyof Clock]: Clock[Member] };
	const { now, sleep, timeoutSignal } = clock;
	const start = now();
	clock.now = () => start + (now() - start) * factor;
	clock.sleep = (milliseconds, signal) => sleep(milliseconds / factor, signal);
	clock.timeoutSignal = (milliseconds, signal) => timeoutSignal(milliseconds / factor, signal);
	return () => {
		Object.assign(clock, { now, sleep, timeoutSignal });
	};
}
