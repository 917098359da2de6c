import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../pack.mts';
import {
	ALL_STAGES,
	ID_PLACES,
	STAGES,
	VICTIMS,
	type Death,
	type VictimName,
} from '../queue-mode/deaths.mts';
import { paddedTable, withTable } from './markdown-table.mts';

/** What `npm run bench deaths` has seen when each thing died last. */
const FILE = join(PROJECT_DIRECTORY, 'docs', 'deaths.json');

export function readDeaths(): Death[] {
	return JSON.parse(readFileSync(FILE, 'utf8')) as Death[];
}

/** One line each, so that a change shows. */
export function writeDeaths(deaths: readonly Death[]): void {
	writeFileSync(FILE, `[\n${deaths.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
}

export const DEATH_COLUMNS = [
	'Who dies',
	'While an execution …',
	'Creates',
	'The execution',
	'The ID is in',
	'A retry',
	'Creates in all',
];

/** What became of an execution: the columns after the first two. */
export function outcomeCells({ creates, idIn, createsInAll, retry, ...ending }: Death): string[] {
	return [
		String(creates),
		endingText(ending),
		idIn.length === ID_PLACES.length ? 'everywhere' : idIn.join(', ') || '-',
		retry ? retryText(retry) : '-',
		String(createsInAll),
	];
}

type Ending = Pick<Death, 'status' | 'message' | 'delivered'>;

/** What n8n says of a job whose worker is gone: it erases what was put out, and a retry runs no node. */
const STALLED = 'failed to be processed too many times';
/** What the node says in the retry of an execution that was cut off. */
const REFUSED = 'may have created videos, so no request is sent again';

function endingText({ status, message, delivered }: Ending): string {
	if (delivered) return `${status}, with the video`;
	// Which of the two is chance, where n8n finds notes of the worker.
	if (status === 'crashed' || message.includes(STALLED)) return 'cut off';
	return `${status}: ${message}`;
}

function retryText({ status, message, delivered }: Ending): string {
	if (delivered) return 'delivers the video';
	if (message.includes(STALLED) || message.includes(REFUSED)) return 'asks for nothing';
	return `${status}: ${message}`;
}

/** The table for people: stages of one outcome, and things that die with the same outcomes, share their rows. */
export function deathsTable(deaths: readonly Death[]): string {
	const byOutcomes = new Map<string, { names: string[]; rows: string[][] }>();
	for (const victim of Object.keys(VICTIMS) as VictimName[]) {
		const rows = rowsOf(deaths.filter((each) => each.victim === victim));
		if (rows.length === 0) continue;
		const key = JSON.stringify(rows);
		const group = byOutcomes.get(key) ?? { names: [], rows };
		group.names.push(VICTIMS[victim].name);
		byOutcomes.set(key, group);
	}
	return paddedTable(
		DEATH_COLUMNS,
		[...byOutcomes.values()].flatMap(({ names, rows }) =>
			rows.map((row, index) => [index === 0 ? names.join('<br>') : '', ...row]),
		),
	);
}

function rowsOf(deaths: readonly Death[]): string[][] {
	const stagesOf = new Map<string, Death[]>();
	for (const death of deaths) {
		const key = JSON.stringify(outcomeCells(death));
		stagesOf.set(key, [...(stagesOf.get(key) ?? []), death]);
	}
	return [...stagesOf.values()].flatMap((group) => {
		const [first] = group;
		if (!first) return [];
		const isAny = group.length === ALL_STAGES.length;
		const stages = isAny ? 'stands anywhere' : group.map(({ stage }) => STAGES[stage]).join('; ');
		return [[stages, ...outcomeCells(first)]];
	});
}

/** docs/scaling.md with the table of what was seen. */
export function withDeathsTable(page: string): string {
	return withTable(page, 'deaths', deathsTable(readDeaths()));
}
