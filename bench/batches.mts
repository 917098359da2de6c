/**
 * How much faster a batch is than its items one after another. Times are those that n8n measures for the node, times
 * `SPEED`: node and API live that much faster, so what a run costs beside waiting counts `SPEED` times.
 */
import { countOf, startApi } from './api.mts';
import { imageItem } from './images.mts';
import { startNode } from './node-engine.mts';
import { checkBounds, medianOf, printTable } from './table.mts';

const SPEED = 25;
/** The published median. */
const JOB_SECONDS = 74;
/** Of the pro plan: see local-api/plans.mts. */
const PLAN_LIMIT = 5;
/** Different images; the items of a larger batch share them. */
const IMAGES = 10;
const REPEATS = 3;

interface Row {
	readonly name: string;
	/** Median of all tries, in seconds of the sped-up time. */
	readonly seconds: number;
	readonly tries: readonly number[];
	readonly ideal: number;
	/** Requests of the last try, by what is counted. */
	readonly requests: readonly number[];
}

const api = await startApi({ speed: SPEED, jobSeconds: JOB_SECONDS });
const node = await startNode(api, SPEED);

async function run(items: number, concurrentProjects: number, apiKey: string) {
	await api.reset();
	const milliseconds = await node.run({
		items: Array.from({ length: items }, (_, index) => imageItem(index % IMAGES)),
		concurrentProjects,
		apiKey,
	});
	const requests = await api.requests();
	return { milliseconds, requests };
}

async function measure(items: number, concurrentProjects: number, apiKey: string) {
	const { milliseconds, requests } = await run(items, concurrentProjects, apiKey);
	for (const kind of ['create', 'download'] as const) {
		const count = countOf(requests, kind, 200);
		if (count !== items) throw new Error(`${items} items, but ${kind} was done ${count} times`);
	}
	return {
		seconds: (milliseconds / 1000) * SPEED,
		requests: [
			countOf(requests, 'upload-urls'),
			countOf(requests, 'upload'),
			countOf(requests, 'create', 429),
			countOf(requests, 'poll') / items,
		],
	};
}

type Measured = Awaited<ReturnType<typeof measure>>;

function row(name: string, ideal: number, tries: readonly Measured[]): Row {
	const all = tries.map(({ seconds }) => seconds).sort((a, b) => a - b);
	return {
		name,
		ideal,
		seconds: medianOf(all),
		tries: all,
		requests: tries.at(-1)?.requests ?? [],
	};
}

const { business, pro } = api.keys;
// Not measured: lets the API render the videos, which takes so long that downloads are tried again, and the code become warm.
await run(IMAGES, IMAGES, business);

const ones: Measured[] = [];
const tens: Measured[] = [];
for (let repeat = 0; repeat < REPEATS; repeat++) {
	ones.push(await measure(1, 10, business));
	tens.push(await measure(10, 10, business));
}
const one = row('1 item', JOB_SECONDS, ones);
const ten = row('10 items, 10 side by side', JOB_SECONDS, tens);
const serial = row('10 items, one after another', 10 * JOB_SECONDS, [
	await measure(10, 1, business),
]);
const ideal = (50 / PLAN_LIMIT) * JOB_SECONDS;
const limited = async (concurrentProjects: number) =>
	row(`50 items, plan's limit 5, Concurrent Projects ${concurrentProjects}`, ideal, [
		await measure(50, concurrentProjects, pro),
	]);
const five = await limited(PLAN_LIMIT);
const tenOfFive = await limited(10);
await api.close();

printTable(
	`Batches: jobs of ${JOB_SECONDS} s, in seconds (time runs ${SPEED} times faster; median of the tries)`,
	[
		...['', 'took', 'tries', 'ideal', 'x ideal', 'x 1 item'],
		...['upload-urls', 'PUTs', 'creates refused (429)', 'polls an item'],
	],
	[one, ten, serial, five, tenOfFive].map(({ name, seconds, tries, ideal: best, requests }) => [
		name,
		seconds.toFixed(1),
		tries.map((taken) => taken.toFixed(1)).join(' '),
		best,
		(seconds / best).toFixed(2),
		(seconds / one.seconds).toFixed(2),
		...requests,
	]),
);
checkBounds([
	{ name: '10 items / 1 item', value: ten.seconds / one.seconds, atMost: 1.3, unit: 'x' },
	{
		name: '10 items: one after another / side by side',
		value: serial.seconds / ten.seconds,
		atLeast: 6,
		unit: 'x',
	},
	...[five, tenOfFive].map(({ name, seconds }) => ({
		name: `${name}: / ideal`,
		value: seconds / ideal,
		atMost: 1.15,
		unit: 'x',
	})),
]);
