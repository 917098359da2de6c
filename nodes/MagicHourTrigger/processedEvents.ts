import type { DeduplicationHelperFunctions } from 'n8n-workflow';
import { runExclusive } from '../shared/lib/runExclusive';
import { withTries } from '../shared/n8n/databaseMarks';
import { MAX_EVENTS } from './duplicates';

/** The part of n8n's context that is needed here. */
export interface ProcessedData {
	getExecutionId(): string;
	readonly helpers: Pick<DeduplicationHelperFunctions, 'checkProcessedAndRecord'>;
}

/** Two entries for each event. */
const OPTIONS = { mode: 'entries', maxEntries: 2 * MAX_EVENTS } as const;

/**
 * The second guard against duplicates (see `duplicates.ts`), asked in the execution itself: whether another execution
 * was given this event before. The execution's own id is recorded with the event, so that it is no duplicate of its own
 * when the node is tried again, or when n8n's queue gives it to a second worker because the first one died.
 */
export async function isDuplicateExecution(n8n: ProcessedData, key: string): Promise<boolean> {
	const own = `${key} ${n8n.getExecutionId()}`;
	const look = async () => await n8n.helpers.checkProcessedAndRecord([key, own], 'node', OPTIONS);
	const { processed } = await runExclusive(async () => await withTries(look));
	return processed.includes(key) && !processed.includes(own);
}
