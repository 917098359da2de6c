/** Simulates when the node asks whether a video is ready, beside what others do. Takes no time. */
import { follow, followAll, MEDIAN_JOB, NODE, OTHERS } from '../tools/polling-simulation.mts';
import { checkBounds, printTable } from './table.mts';

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

/** Jobs of about that length, so that no schedule is lucky. All times are milliseconds. */
const LENGTHS = [2_000, 3_000, 10_000, 20_000, MEDIAN_JOB, 300_000, 1_500_000];

const results = [NODE, ...OTHERS].map((schedule) => ({
	name: schedule.name,
	spread: followAll(schedule),
	short: followAll(schedule, 1_000, 20_000),
	lengths: LENGTHS.map((length) => followAll(schedule, length * 0.9, length * 1.1)),
	median: follow(schedule, MEDIAN_JOB),
}));
const [node] = results;
if (!node) throw new Error('Nothing was simulated');

for (const [title, figure] of [
	['1 s to 30 min', 'spread'],
	['1 s to 20 s', 'short'],
] as const) {
	const ours = node[figure];
	printTable(
		`Polling: jobs of ${title} (simulated; lost = from the end of the job until the client goes on)`,
		[
			...['schedule', 'requests, mean', 'x node', 'lost s, mean', 'x node', 'worst'],
			...['lost % of job, mean', 'worst / allowed', 'jobs over allowed'],
		],
		results.map(({ name, [figure]: spread }) => [
			name,
			spread.meanRequests.toFixed(1),
			(spread.meanRequests / ours.meanRequests).toFixed(2),
			seconds(spread.meanLost),
			(spread.meanLost / ours.meanLost).toFixed(2),
			seconds(spread.worstLost),
			percent(spread.meanShare),
			spread.worstOfAllowed.toFixed(2),
			percent(spread.overAllowed),
		]),
	);
}
printTable(
	`Polling: requests / s lost, mean of jobs of about a length (${MEDIAN_JOB / 1000} s is the median)`,
	['schedule', ...LENGTHS.map((length) => `${length / 1000} s`)],
	results.map(({ name, lengths }) => [
		name,
		...lengths.map(
			({ meanRequests, meanLost }) => `${meanRequests.toFixed(0)} / ${seconds(meanLost)}`,
		),
	]),
);
checkBounds([
	{ name: 'requests for a job of 74 s', value: node.median.requests, atMost: 45, unit: '' },
	{
		name: 'lost time / allowed (5 % of the job, or 2 s), worst of 1 s to 30 min',
		value: node.spread.worstOfAllowed,
		atMost: 1,
		unit: 'x',
	},
]);
