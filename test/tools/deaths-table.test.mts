import { deathsTable, readDeaths } from '../../tools/docs/deaths-table.mts';
import { ALL_STAGES, VICTIMS, type Death } from '../../tools/queue-mode/deaths.mts';

const DELIVERED: Omit<Death, 'victim' | 'stage'> = {
	creates: 1,
	status: 'success',
	message: '',
	delivered: true,
	idIn: ['the execution'],
	createsInAll: 1,
};

/** The cells of each row, without the head. */
function rowsOf(deaths: readonly Death[]): string[][] {
	const lines = deathsTable(deaths).split('\n').slice(2);
	return lines.map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((text) => text.trim()),
	);
}

describe('the table of deaths', () => {
	test('stages of one outcome share a row, and so do things that die with the same outcomes', () => {
		const lost = { status: 'crashed', delivered: false, idIn: ["the worker's log"] };
		const retry = { status: 'error', message: 'No', delivered: false };
		const rows = rowsOf([
			{ ...DELIVERED, victim: 'workerKilled', stage: 'before', ...lost, retry },
			{ ...DELIVERED, victim: 'workerKilled', stage: 'waiting', ...lost, retry },
			{ ...DELIVERED, victim: 'workerKilled', stage: 'asleep' },
			...(['main', 'webhook'] as const).flatMap((victim) =>
				ALL_STAGES.map((stage) => ({ ...DELIVERED, victim, stage })),
			),
		]);

		expect(rows.map(([, stages, ...cells]) => [stages, ...cells])).toEqual([
			[
				'uploads the image; waits for the video',
				'1',
				'cut off',
				"the worker's log",
				'error: No',
				'1',
			],
			['is durable, and sleeps', '1', 'success, with the video', 'the execution', '-', '1'],
			['stands anywhere', '1', 'success, with the video', 'the execution', '-', '1'],
		]);
		expect(rows.map(([victim]) => victim)).toEqual([
			VICTIMS.workerKilled.name,
			'',
			`${VICTIMS.main.name}<br>${VICTIMS.webhook.name}`,
		]);
	});

	test('a retry that pays is not merged with one that does not', () => {
		const retry = { status: 'error', message: 'No', delivered: false };
		const failed: Death = { ...DELIVERED, victim: 'all', stage: 'waiting', status: 'error', retry };
		const rows = rowsOf([failed, { ...failed, stage: 'before', createsInAll: 2 }]);

		expect(rows.map((row) => row.at(-1))).toEqual(['1', '2']);
	});

	test('what was seen: everything died at every stage, nothing was paid for twice, every id is told', () => {
		const deaths = readDeaths();

		expect(deaths.map(({ victim, stage }) => `${victim} ${stage}`).sort()).toEqual(
			Object.keys(VICTIMS)
				.flatMap((victim) => ALL_STAGES.map((stage) => `${victim} ${stage}`))
				.sort(),
		);
		expect(deaths.filter(({ createsInAll }) => createsInAll > 1)).toEqual([]);
		expect(deaths.filter(({ creates, idIn }) => creates > 0 && idIn.length === 0)).toEqual([]);
	});
});
