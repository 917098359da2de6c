import { inDatabase } from './n8n-database.mts';

/** A waiting execution that is to have waited long enough. */
export interface OverdueWait {
	readonly executionId: string;
	/** The time that its workflow has noted for its waking, as it stands in the execution's data. */
	readonly wakeAt: string;
}

/**
 * Puts the time at which executions go on by themselves into the past: at its next start, n8n does with them what it
 * does after having been down for longer than they wait. To be called while n8n is not running.
 * @param userFolder of the n8n
 */
export async function makeOverdue(
	userFolder: string,
	waits: readonly OverdueWait[],
): Promise<void> {
	const program = `
		const must = (statement, ...values) => {
			if (statement.run(...values).changes !== 1) throw new Error('Nothing waits: ' + values);
		};
		const wait = database.prepare(
			"UPDATE execution_entity SET waitTill = '2020-01-01 00:00:00.000' WHERE id = ? AND status = 'waiting'"
		);
		const note = database.prepare(
			"UPDATE execution_data SET data = replace(data, ?, '2020-01-01T00:00:00.000Z') WHERE executionId = ?"
		);
		for (const { executionId, wakeAt } of ${JSON.stringify(waits)}) {
			must(wait, executionId);
			must(note, wakeAt, executionId);
		}`;
	await inDatabase(userFolder, program);
}
