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
	/** How long it sleeps after it has seen the end. */
	readonly sleepAfterEnd?: number;
}

export const NODE: Schedule = { name: 'this node', wait: (elapsed) => untilNextPoll(elapsed) };

const every = (seconds: number) => () => seconds * 1_000;

/** What others do: n8n's own video nodes (2.41.1), peers on npm, workflows with HTTP Request, the vendor's client for Node. */
export const OTHERS: readonly Schedule[] = [
	{
		name: "every 10 s, and 10 s after the end (n8n's OpenAI node)",
		wait: every(10),
		sleepAfterEnd: 10_000,
	},
	{ name: "every 15 s (n8n's Alibaba Cloud and MiniMax nodes)", wait: every(15) },
	{ name: "every 5 s (n8n's Google Gemini node)", wait: every(5) },
	{ name: 'every 10 s', wait: every(10) },
	{
		name: '5 s x 1.3 up to 30 s (nearest peer)',
		wait: (_, lastWait) => (lastWait === 0 ? 5_000 : Math.min(lastWait * 1.3, 30_000)),
	},
	{ name: 'every 2 s (HTTP Request and Wait)', wait: every(2) },
	{ name: 'every 0.5 s (official client)', wait: every(0.5) },
];

const SHORTEST_JOB = 1_000;
const LONGEST_JOB = 1_800_000;
const JOBS = 5_000;

/**
 * From 1 s to 30 min, so finely that no schedule is lucky. Each is longer than the one before by the same factor, so that
 * the middle one (42 s) is near the median of real jobs and not at a quarter of an hour.
 */
export const JOB_LENGTHS: readonly number[] = Array.from(
	{ length: JOBS },
	(_, index) => SHORTEST_JOB * (LONGEST_JOB / SHORTEST_JOB) ** (index / (JOBS - 1)),
);

/** The median from create to complete (docs/magic-hour-api.md). */
export const MEDIAN_JOB = 74_000;

interface Followed {
	readonly requests: number;
	/** From the job's end until the client goes on. */
	readonly lost: number;
}

/** Follows one job to its end, in no time. Answers come at once. */
export function follow(schedule: Schedule, jobLength: number): Followed {
	let now = 0;
	let lastWait = 0;
	for (let requests = 1; ; requests++) {
		lastWait = schedule.wait(now, lastWait);
		now += lastWait;
		const end = now + (schedule.sleepAfterEnd ?? 0);
		if (now >= jobLength) return { requests, lost: end - jobLength };
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
	/** Lost time divided by what is allowed for that length, at its worst. */
	readonly worstOfAllowed: number;
	/** Jobs that lose more than is allowed, of all. */
	readonly overAllowed: number;
}

/** Follows jobs of all lengths of {@link JOB_LENGTHS} within a range. */
export function followAll(schedule: Schedule, from = SHORTEST_JOB, to = LONGEST_JOB): Spread {
	const jobs = JOB_LENGTHS.filter((length) => length >= from && length <= to).map((length) => ({
		length,
		...follow(schedule, length),
	}));
	const mean = (figure: (job: (typeof jobs)[number]) => number) =>
		jobs.reduce((sum, job) => sum + figure(job), 0) / jobs.length;
	const worst = (figure: (job: (typeof jobs)[number]) => number) =>
		jobs.reduce((most, job) => Math.max(most, figure(job)), 0);
	return {
		meanRequests: mean(({ requests }) => requests),
		meanLost: mean(({ lost }) => lost),
		worstLost: worst(({ lost }) => lost),
		meanShare: mean(({ lost, length }) => lost / length),
		overAllowed: mean(({ lost, length }) => (lost > allowedLoss(length) ? 1 : 0)),
		worstOfAllowed: worst(({ lost, length }) => lost / allowedLoss(length)),
	};
}
