/**
 * Each thing that n8n's queue mode consists of dies while executions stand at each stage. What becomes of them is printed,
 * and kept for the table in docs/scaling.md, which `npm run docs` writes. Takes about 17 minutes.
 *
 * Names as arguments (`node --import tsx bench/deaths.mts redis`) let only these die.
 */
import { join } from 'node:path';
import {
	DEATH_COLUMNS,
	outcomeCells,
	readDeaths,
	writeDeaths,
} from '../tools/docs/deaths-table.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../tools/pack.mts';
import {
	letDie,
	STAGES,
	VICTIMS,
	type Death,
	type VictimName,
} from '../tools/queue-mode/deaths.mts';
import { QueueMode } from '../tools/queue-mode/queue-mode.mts';
import { checkBounds, printTable } from './table.mts';

const ALL = Object.keys(VICTIMS) as VictimName[];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !ALL.some((each) => each === name));
if (unknown.length > 0) throw new Error(`No ${unknown.join(', ')}. There are: ${ALL.join(', ')}`);
const victims = ALL.filter((name) => wanted.length === 0 || wanted.includes(name));

const packed = await packProject(join(ARTEFACTS_DIRECTORY, 'package'));
const start = async () =>
	await QueueMode.start({
		packed,
		// An execution that n8n has lost sight of is given up after a minute; by default, after three hours.
		settings: { N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '1' },
	});
let cluster = await start();
const deaths: Death[] = [];
const notTried: VictimName[] = [];
let mostForOne = 0;

/** Each execution has a prompt of its own: what was asked for after its row was read is counted here. */
async function close(): Promise<void> {
	const prompts = cluster.api.projects.map(({ body }) => body.style?.prompt);
	const counts = prompts.map((prompt) => prompts.filter((other) => other === prompt).length);
	mostForOne = Math.max(mostForOne, ...counts);
	await cluster.close();
}

for (const victim of victims) {
	const begin = performance.now();
	try {
		deaths.push(...(await letDie(cluster, victim)));
	} catch (error) {
		// What it has left behind must not spoil the others.
		console.error(`${victim}:`, error);
		notTried.push(victim);
		await close();
		cluster = await start();
		continue;
	}
	const known = readDeaths().filter((each) => !deaths.some((now) => now.victim === each.victim));
	const all = [...known, ...deaths];
	writeDeaths(ALL.flatMap((name) => all.filter((each) => each.victim === name)));
	console.log(`${victim}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}
await close();

printTable(
	'Deaths in queue mode',
	DEATH_COLUMNS,
	deaths.map((death) => [death.victim, STAGES[death.stage], ...outcomeCells(death)]),
);
printTable(
	'What n8n shows of those that did not succeed',
	['', '', 'The execution', 'A retry'],
	deaths
		.filter(({ status }) => status !== 'success')
		.map(({ victim, stage, message, retry }) => [victim, stage, message, retry?.message ?? '-']),
);
const countOf = (isSo: (death: Death) => boolean) => deaths.filter(isSo).length;
checkBounds([
	{ name: 'things that could not be tried', value: notTried.length, atMost: 0, unit: '' },
	{
		name: 'create requests for one image, with those of a retry',
		value: mostForOne,
		atMost: 1,
		unit: '',
	},
	{
		name: 'ids that are told nowhere',
		value: countOf(({ creates, idIn }) => creates > 0 && idIn.length === 0),
		atMost: 0,
		unit: '',
	},
	{
		name: 'retries that asked for a video again',
		value: countOf(({ creates, createsInAll }) => creates > 0 && createsInAll > creates),
		atMost: 0,
		unit: '',
	},
]);
