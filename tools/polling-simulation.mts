import { untilNextPoll } from '../nodes/shared/api/polling.ts';

/** When a client asks for the status of a job. All times are milliseconds. */
interface Schedule {
	readonly name: string;
	/**
	 * How long to wait before the next request.
	 * @param elapsed since the job was created
	 * @param lastWait before the last request; 0 for the first
	 */
	wait(elapsed: number, lastWait: number): number;
}

export const NODE: Schedule = { name: 'this node', wait: (elapsed) => untilNextPoll(elapsed) };

/** What others do: n8n's own video nodes, the nearest peer on npm, the vendor's client for Node. */
export const OTHERS: readonly Schedule[] = [
	{ name: "fixed 10 s (n8n's own nodes)", wait: () => 10_000 },
	{
		name: '5 s x 1.3 up to 30 s (nearest peer)',
		wait: (_, lastWait) => (lastWait === 0 ? 5_000 : Math.min(lastWait * 1.3, 30_000)),
	},
	{ name: 'fixed 0.5 s (official client)', wait: () => 500 },
];

const SHORTEST_JOB = 20_000;
const LONGEST_JOB = 600_000;
const JOBS = 5_000;

/**
 * From 20 s to 10 min, so finely that no schedule is lucky. Each is longer than the one before by the same factor, so
 * that the middle one (110 s) is near the median of real jobs and not at five minutes.
 */
export const JOB_LENGTHS: readonly number[] = Array.from(
	{ length: JOBS },
	(_, index) => SHORTEST_JOB * (LONGEST_JOB / SHORTEST_JOB) ** (index / (JOBS - 1)),
);

/** The median from create to complete (docs/magic-hour-api.md). */
export const MEDIAN_JOB = 74_000;

interface Followed {
	readonly requests: number;
	/** From the job's end to the request that finds it. */
	readonly lost: number;
}

/** Follows one job to its end, in no time. Answers come at once. */
export function follow(schedule: Schedule, jobLength: number): Followed {
	let now = 0;
	let lastWait = 0;
	for (let requests = 1; ; requests++) {
		lastWait = schedule.wait(now, lastWait);
		now += lastWait;
		if (now >= jobLength) return { requests, lost: now - jobLength };
	}
}

/** Time that may be lost between the end of a job and the answer that says so, in milliseconds: 5 % of the job's length, or 2 s. */
export function allowedLoss(jobLength: number): number {
	return Math.max(jobLength * 0.05, 2_000);
}

interface Spread {
	readonly meanRequests: number;
	readonly meanLost: number;
	readonly worstLost: number;
	/** Of the job's length: 0.05 is 5 %. */
	readonly meanShare: number;
	readonly worstShare: number;
	/** Lost time divided by what is allowed for that length, at its worst. */
	readonly worstOfAllowed: number;
	/** Jobs that lose more than is allowed, of all. */
	readonly overAllowed: number;
}

/** Follows jobs of all lengths of {@link JOB_LENGTHS}. */
export function followAll(schedule: Schedule): Spread {
	const jobs = JOB_LENGTHS.map((length) => ({ length, ...follow(schedule, length) }));
	const mean = (figure: (job: (typeof jobs)[number]) => number) =>
		jobs.reduce((sum, job) => sum + figure(job), 0) / jobs.length;
	const worst = (figure: (job: (typeof jobs)[number]) => number) =>
		jobs.reduce((most, job) => Math.max(most, figure(job)), 0);
	return {
		meanRequests: mean(({ requests }) => requests),
		meanLost: mean(({ lost }) => lost),
		worstLost: worst(({ lost }) => lost),
		meanShare: mean(({ lost, length }) => lost / length),
		worstShare: worst(({ lost, length }) => lost / length),
		overAllowed: mean(({ lost, length }) => (lost > allowedLoss(length) ? 1 : 0)),
		worstOfAllowed: worst(({ lost, length }) => lost / allowedLoss(length)),
	};
}
