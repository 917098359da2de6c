/**
 * Executions at a steady rate in n8n's queue mode, each with an image of its own: does any process, or n8n's database,
 * grow? SOAK_MINUTES says how long: 3 unless given; a slow leak takes 16 or more to be seen.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ARTEFACTS_DIRECTORY, packProject } from '../tools/pack.mts';
import { allEnded } from '../tools/queue-mode/burst.mts';
import {
	figuresOf,
	probeSettings,
	rowsOf,
	type ProcessFigures,
} from '../tools/queue-mode/process-figures.mts';
import { N8N_LOCKS, PROCESSES, QueueMode } from '../tools/queue-mode/queue-mode.mts';
import { orderOf, orderWorkflow, post } from './queue-burst.mts';
import { checkBounds, medianOf, printTable, type Bound } from './table.mts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 3);
if (!(MINUTES > 0)) throw new Error('SOAK_MINUTES is not a number of minutes');
/** The published median. */
const JOB_SECONDS = 74;
const PATH = 'soak';
/** An order each: 2,000 an hour. */
const PERIOD_MS = 1800;
const SAMPLE_MS = 10_000;
/** Executions before anything is measured: n8n loads and compiles what it needs. */
const WARM_UP = 40;
/** Tables that n8n fills with what it has gathered, from time to time. */
const GATHERED = /^insights_/;
const THIRDS = ['first', 'second', 'last'] as const;
const PATIENCE_MS = 10 * 60_000;

/** What was measured while a third of the time passed. */
interface Third {
	readonly name: (typeof THIRDS)[number];
	readonly executions: number;
	/** The middle of each figure, by process. */
	readonly figures: readonly ProcessFigures[];
	/** Seconds of CPU time of all executions, by process. */
	readonly cpu: readonly number[];
	/** Rows that each table has more than before. */
	readonly rows: ReadonlyMap<string, number>;
	/** Files in the folder for temporary ones, when all executions have ended. */
	readonly temporary: number;
}

const folder = await mkdtemp(join(tmpdir(), 'n8n-magic-hour-soak-'));
const temporaryFolder = join(folder, 'temporary');
const answers = join(folder, 'answers');
await Promise.all([mkdir(temporaryFolder), mkdir(answers)]);
const cluster = await QueueMode.start({
	packed: await packProject(join(ARTEFACTS_DIRECTORY, 'package')),
	settings: { ...N8N_LOCKS, ...probeSettings(answers), TMPDIR: temporaryFolder },
});
let ordered = 0;
const thirds: Third[] = [];
let failed: number;
try {
	const workflow = orderWorkflow(cluster, PATH);
	const workflowId = await cluster.executions.createWorkflow(workflow, true);
	const order = async () => await post(cluster, PATH, orderOf(`soak ${ordered++}`, 1, JOB_SECONDS));
	const quiet = async () => await allEnded(cluster, workflowId, ordered, PATIENCE_MS);
	// Not at once: what a burst needs is given back slowly.
	while (ordered < WARM_UP) {
		await order();
		await sleep(PERIOD_MS / 2);
	}
	await quiet();
	for (const name of THIRDS) thirds.push(await third(name, order, quiet));
	failed = (await quiet()).filter(({ status }) => status !== 'success').length;
} finally {
	await cluster.close();
	await rm(folder, { recursive: true, force: true });
}

async function third(
	name: Third['name'],
	order: () => Promise<unknown>,
	quiet: () => Promise<unknown>,
): Promise<Third> {
	const before = await rowsOf(cluster);
	const figuresBefore = await sample();
	const orderedBefore = ordered;
	const samples: ProcessFigures[][] = [];
	const until = performance.now() + (MINUTES * 60_000) / THIRDS.length;
	let nextSample = performance.now();
	for (let next = performance.now(); next < until; next += PERIOD_MS) {
		await sleep(Math.max(0, next - performance.now()));
		await order();
		if (performance.now() < nextSample) continue;
		nextSample += SAMPLE_MS;
		samples.push(await sample());
	}
	await quiet();
	const after = await rowsOf(cluster);
	const figuresAfter = await sample();
	const rows = new Map(
		[...after].map(([table, count]) => [table, count - (before.get(table) ?? 0)]),
	);
	const temporary = await readdir(temporaryFolder, { recursive: true });
	return {
		...{ name, rows, temporary: temporary.length },
		executions: ordered - orderedBefore,
		cpu: figuresAfter.map(({ cpu }, process) => cpu - (figuresBefore[process]?.cpu ?? NaN)),
		figures: PROCESSES.map((_, process) => {
			const of = (figure: keyof ProcessFigures) =>
				medianOf(samples.map((each) => each[process]?.[figure] ?? NaN));
			return {
				used: of('used'),
				resident: of('resident'),
				cpu: of('cpu'),
				openFiles: of('openFiles'),
				files: of('files'),
			};
		}),
	};
}

async function sample(): Promise<ProcessFigures[]> {
	const figures: ProcessFigures[] = [];
	for (const name of PROCESSES) figures.push(await figuresOf(cluster, name, answers));
	return figures;
}

printTable(
	`${MINUTES} minutes, a video of ${JOB_SECONDS} s every ${PERIOD_MS / 1000} s: the middle of each third`,
	[
		...['process', 'third', 'executions', 'MB in use', 'MB resident', 'open files'],
		...['files of its own', 'temporary files', 'CPU ms each'],
	],
	PROCESSES.flatMap((process, index) =>
		thirds.map(({ name, executions, figures, temporary, cpu }) => {
			const one = figures[index];
			return [
				...[
					process,
					name,
					executions,
					one?.used.toFixed(1) ?? '-',
					one?.resident.toFixed(0) ?? '-',
				],
				...[one?.openFiles ?? '-', one?.files ?? '-', temporary],
				(((cpu[index] ?? NaN) / executions) * 1000).toFixed(0),
			];
		}),
	),
);
const [first, , last] = thirds;
if (first === undefined || last === undefined) throw new Error('Nothing was measured');
const grown = [...last.rows.keys()].filter((table) => last.rows.get(table) !== 0);
const rowsOfEach = ({ rows, executions }: Third, tables: readonly string[]): number =>
	tables.reduce((sum, table) => sum + (rows.get(table) ?? 0), 0) / executions;
printTable(
	"Rows that n8n's database has more, for each execution",
	['table', ...THIRDS],
	grown.map((table) => [table, ...thirds.map((each) => rowsOfEach(each, [table]).toFixed(2))]),
);

const steady = grown.filter((table) => !GATHERED.test(table));
checkBounds([
	{ name: 'executions that failed', value: failed, atMost: 0, unit: '' },
	...PROCESSES.flatMap((process, index): Bound[] => {
		const of = (third: Third, figure: keyof ProcessFigures) =>
			third.figures[index]?.[figure] ?? NaN;
		const ratio = (figure: keyof ProcessFigures) => of(last, figure) / of(first, figure);
		const more = (figure: keyof ProcessFigures) => of(last, figure) - of(first, figure);
		return [
			{
				name: `${process}: memory in use, last / first third`,
				value: ratio('used'),
				atMost: 1.05,
				unit: 'x',
			},
			{
				name: `${process}: memory resident, last / first third`,
				value: ratio('resident'),
				atMost: 1.1,
				unit: 'x',
			},
			{
				name: `${process}: open files, last - first third`,
				value: more('openFiles'),
				atMost: 5,
				unit: '',
			},
			{
				name: `${process}: files of its own, last - first third`,
				value: more('files'),
				atMost: 1,
				unit: '',
			},
		];
	}),
	{
		name: 'temporary files, last - first third',
		value: last.temporary - first.temporary,
		atMost: 0,
		unit: '',
	},
	{
		name: "rows for each execution, without those of n8n's insights, last / first third",
		value: rowsOfEach(last, steady) / rowsOfEach(first, steady),
		...{ atMost: 1.02, unit: 'x' },
	},
]);
