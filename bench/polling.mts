/** Simulates when the node asks whether a video is ready, beside what others do. Takes no time. */
import { follow, followAll, MEDIAN_JOB, NODE, OTHERS } from '../tools/polling-simulation.mts';
import { checkBounds, printTable } from './table.mts';

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const results = [NODE, ...OTHERS].map((schedule) => ({
	name: schedule.name,
	spread: followAll(schedule),
	short: followAll(schedule, 1_000, 20_000),
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
	`Polling: a job of ${MEDIAN_JOB / 1000} s (the median)`,
	['schedule', 'requests', 'lost s'],
	results.map(({ name, median }) => [name, median.requests, seconds(median.lost)]),
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
