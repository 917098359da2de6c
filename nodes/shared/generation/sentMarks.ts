import type { IExecuteFunctions } from 'n8n-workflow';
import type { ItemKey } from './journal';
import { runExclusive } from '../lib/runExclusive';

/**
 * What n8n's database knows of the create requests of an execution. The journal is saved when the node ends; a mark is
 * written at once, so it is still there when n8n was killed meanwhile, or the execution was stopped, and the execution
 * is then tried again.
 */
export interface SentMarks {
	/** Notes that a request is about to be sent. @returns whether the execution that is tried again had noted it */
	note(place: ItemKey, fingerprint: string): Promise<boolean>;
	/** There is no such project, or no more. */
	remove(place: ItemKey, fingerprint: string): Promise<void>;
}

/** Marks that are kept for a node: the oldest go first. n8n writes all of them each time. */
const OPTIONS = { mode: 'entries' as const, maxEntries: 1_000 };

/**
 * The marks of this execution, kept by n8n's deduplication helpers. An execution is known by when it began, which its
 * retries inherit; where n8n does not tell (versions before 2.0), there are no marks.
 */
export function sentMarks(n8n: IExecuteFunctions): SentMarks {
	// Older versions of n8n don't have it, whatever the types say.
	const began = (n8n as Partial<IExecuteFunctions>).getExecutionContext?.()?.establishedAt;
	if (began === undefined) return NO_MARKS;

	const marksOf = ({ runIndex, itemIndex }: ItemKey, fingerprint: string) => [
		`${began}/${runIndex}/${itemIndex}/${fingerprint}`,
	];
	let isTold = false;
	const withoutMarks = (error: unknown) => {
		if (!isTold) {
			n8n.logger.warn(
				`Magic Hour: n8n's database did not take the note of a create request, so a retry after a crash of n8n could send it again: ${String(error)}`,
			);
		}
		isTold = true;
		return false;
	};
	return {
		note: async (place, fingerprint) =>
			await runExclusive(async () => {
				const marks = marksOf(place, fingerprint);
				const { processed } = await n8n.helpers.checkProcessedAndRecord(marks, 'node', OPTIONS);
				return n8n.getMode() === 'retry' && processed.length > 0;
			}).catch(withoutMarks),
		remove: async (place, fingerprint) => {
			await runExclusive(async () => {
				await n8n.helpers.removeProcessed(marksOf(place, fingerprint), 'node', OPTIONS);
			}).catch(withoutMarks);
		},
	};
}

const NO_MARKS: SentMarks = {
	note: async () => await Promise.resolve(false),
	remove: async () => await Promise.resolve(),
};
