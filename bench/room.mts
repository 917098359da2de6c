/**
 * How well the room of a plan is used that has a limit of 5 projects: short jobs, many executions at once, and processes
 * that do not know of each other. Each is a ratio against the ideal: all five places taken all the time.
 */
import { countOf, startApi } from './api.mts';
import { measureInChild } from './measured-child.mts';
import type { RoomResult, RoomSettings } from './room-run.mts';
import { checkBounds, printTable } from './table.mts';

/** What a run costs beside waiting counts so many times. */
const SPEED = 5;
/** Of the pro plan: see local-api/plans.mts. */
const PLAN_LIMIT = 5;

interface Case {
	readonly name: string;
	readonly jobSeconds: number;
	readonly processes: number;
	/** Of each process. */
	readonly executions: number;
	readonly items: number;
	/** Of the ideal. */
	readonly atMost: number;
}

const ONE: Case = {
	...{ name: '1 job of 3 s', jobSeconds: 3, processes: 1, executions: 1, items: 1 },
	atMost: 1.7,
};
const CASES: readonly Case[] = [
	ONE,
	{ ...ONE, name: '10 jobs of 3 s in one run', items: 10, atMost: 1.7 },
	{ ...ONE, name: '50 jobs of 3 s in one run', items: 50, atMost: 1.5 },
	{
		...{ name: '60 executions of 10 s', jobSeconds: 10, processes: 1, executions: 60, items: 1 },
		atMost: 1.25,
	},
	{
		...{ name: '2 processes, 30 executions of 10 s each', jobSeconds: 10, processes: 2 },
		...{ executions: 30, items: 1, atMost: 1.4 },
	},
];

async function measure({ jobSeconds, processes, executions, items }: Case) {
	const api = await startApi({ speed: SPEED, jobSeconds });
	const settings: RoomSettings = {
		api: { url: api.url, keys: api.keys },
		...{ speed: SPEED, executions, items, concurrentProjects: PLAN_LIMIT },
	};
	const results = await Promise.all(
		Array.from(
			{ length: processes },
			async () => await measureInChild<RoomResult>('room-run.mts', settings),
		),
	);
	const requests = await api.requests();
	await api.close();
	const jobs = processes * executions * items;
	const created = countOf(requests, 'create', 200) - processes;
	if (created !== jobs) throw new Error(`${created} of ${jobs} videos were created`);
	const begun = Math.min(...results.map((result) => result.begun));
	const ended = Math.max(...results.map((result) => result.ended));
	return {
		seconds: ((ended - begun) / 1000) * SPEED,
		ideal: Math.ceil(jobs / PLAN_LIMIT) * jobSeconds,
		refused: countOf(requests, 'create', 429),
	};
}

const results: Array<Case & Awaited<ReturnType<typeof measure>>> = [];
for (const each of CASES) results.push({ ...each, ...(await measure(each)) });

printTable(
	`Room: a plan's limit of ${PLAN_LIMIT}, in seconds (time runs ${SPEED} times faster)`,
	['', 'took', 'ideal', 'x ideal', 'creates refused (429)'],
	results.map(({ name, seconds, ideal, refused }) => [
		name,
		seconds.toFixed(1),
		ideal,
		(seconds / ideal).toFixed(2),
		refused,
	]),
);
const secondsOf = (index: number) => results[index]?.seconds ?? NaN;
checkBounds([
	...results.map(({ name, seconds, ideal, atMost }) => ({
		name: `${name} / ideal`,
		value: seconds / ideal,
		atMost,
		unit: 'x',
	})),
	{ name: '10 jobs of 3 s / 1 of them', value: secondsOf(1) / secondsOf(0), atMost: 3, unit: 'x' },
]);
