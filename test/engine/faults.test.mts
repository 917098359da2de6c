import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import {
	RESULTS_FILE,
	DOCUMENT_FILE,
	faultMatrixDocument,
	type FaultResults,
	type FaultVerdict,
} from '../../tools/docs/fault-matrix-document.mts';
import { openFaultLab, type FaultLab } from '../support/faults/lab.mts';
import {
	COUNTS,
	FAULTS,
	STAGES,
	type Behaviour,
	type FaultRow,
	type Stage,
} from '../support/faults/table.mts';
import { judge } from '../support/faults/verdict.mts';

/** Few that compute, so that those that wait get their answers in time. */
const LANES = { silent: 24, busy: 6 };
/** For the tests that come first, all of whose trials have to be queued behind others. */
jest.setTimeout(300_000);

let lab: FaultLab;
/** Verdicts of the cells, by `keyOf`: one for each count. */
const verdicts = new Map<string, Promise<FaultVerdict[]>>();

const CELLS = FAULTS.flatMap((row) =>
	STAGES.flatMap((stage, index) => {
		const cell = row.at[index];
		return typeof cell === 'string' ? [{ row, stage, behaviour: cell }] : [];
	}),
);

const keyOf = (fault: string, stage: Stage): string => `${fault} / ${stage}`;

async function judgeCell(row: FaultRow, stage: Stage, behaviour: Behaviour) {
	return await Promise.all(
		COUNTS.map(async (count) => {
			const trial = await lab.trial(row, stage, count);
			const video = trial.run.error ? undefined : await trial.run.binary(0, 'data');
			return judge(row, stage, count, behaviour, trial, video);
		}),
	);
}

beforeAll(async () => {
	lab = await openFaultLab(LANES);
	for (const { row, stage, behaviour } of CELLS) {
		const judged = judgeCell(row, stage, behaviour);
		// The test of the cell is what reports it.
		judged.catch(() => undefined);
		verdicts.set(keyOf(row.name, stage), judged);
	}
});

afterAll(async () => {
	await lab.close();
});

describe.each(FAULTS.map(({ name }) => name))('%s', (name) => {
	const stages = CELLS.filter(({ row }) => row.name === name);

	it.each(stages)('at $stage: $behaviour, once, three times and for ever', async ({ stage }) => {
		const cell = (await verdicts.get(keyOf(name, stage))) ?? [];

		expect(cell).toHaveLength(COUNTS.length);
		expect(cell.map(({ problems }) => problems)).toEqual(COUNTS.map(() => []));
	});
});

it('the matrix in the docs shows these results', async () => {
	const results: FaultResults = {
		stages: STAGES,
		rows: await Promise.all(
			FAULTS.map(async (row) => ({
				fault: row.name,
				cells: await Promise.all(
					STAGES.map(async (stage, index) => {
						const cell = row.at[index];
						if (typeof cell === 'object') return cell;
						return { verdicts: (await verdicts.get(keyOf(row.name, stage))) ?? [] };
					}),
				),
			})),
		),
	};
	mkdirSync(dirname(RESULTS_FILE), { recursive: true });
	writeFileSync(RESULTS_FILE, JSON.stringify(results, undefined, '\t'));

	// Not current? "npm run docs:faults"
	expect(readFileSync(DOCUMENT_FILE, 'utf8')).toBe(faultMatrixDocument(results));
});
