import type { IExecuteFunctions } from 'n8n-workflow';
import { checkBaseUrl } from '../api/baseUrl';
import { MagicHourClient } from '../api/client';
import { systemClock, type Clock } from '../lib/clock';
import { hasJournal, journalIn, type Journal } from './journal';
import { CREDENTIAL, n8nTransport } from '../n8n/n8nTransport';
import { sentMarks, type SentMarks } from './sentMarks';

/** What all items of one run of the node share. */
export interface RunContext {
	readonly n8n: IExecuteFunctions;
	readonly client: MagicHourClient;
	readonly clock: Clock;
	readonly journal: Journal;
	readonly marks: SentMarks;
	/** An earlier try was killed together with n8n, and what it had created is not in the journal. */
	readonly interrupted: boolean;
	/** How often n8n has run this node before in this execution: loops run it again. */
	readonly runIndex: number;
}

export type RetryState = Pick<RunContext, 'journal' | 'interrupted' | 'runIndex'>;

/** Where the node's context has that a retry has found no journal. Part of saved executions: never rename it. */
const INTERRUPTED = 'magicHourInterrupted';

/**
 * Opens what this execution remembers of earlier tries of the node. To be called before anything can fail: that the
 * journal is missing in a retry then means that n8n was killed, since it saves the node's context when the node ends.
 * What was lost stays lost: it is noted for later tries and runs of the node, and for a retry of the retry.
 */
export function openRetryState(n8n: IExecuteFunctions): RetryState {
	const context = n8n.getContext('node');
	const isRetry = n8n.getMode() === 'retry' && hasRunBefore(n8n);
	if (isRetry && !hasJournal(context)) context[INTERRUPTED] = true;
	const interrupted = context[INTERRUPTED] === true;
	const runIndex = Number(n8n.evaluateExpression('{{ $runIndex }}', 0));
	return { journal: journalIn(context), interrupted, runIndex };
}

/** Whether the execution that is tried again had begun this node. */
function hasRunBefore(n8n: IExecuteFunctions): boolean {
	const node = n8n.getWorkflowDataProxy(0).$(n8n.getNode().name) as { isExecuted?: boolean };
	return node.isExecuted === true;
}

/** Begins a run. Reads the credential, and makes no request. @throws {InvalidInputError} when its API Base URL can't be one */
export async function openContext(
	n8n: IExecuteFunctions,
	retryState: RetryState,
): Promise<RunContext> {
	const credential = await n8n.getCredentials(CREDENTIAL);
	const clock = systemClock;
	return {
		n8n,
		clock,
		client: new MagicHourClient(n8nTransport(n8n, checkBaseUrl(credential.baseUrl)), clock),
		marks: sentMarks(n8n),
		...retryState,
	};
}

/** Longest time, in milliseconds, that operations without a Timeout option go on trying. */
const DEFAULT_TIMEOUT_MS = 300_000;

/** Deadline for an operation without a Timeout option. */
export function deadlineOf({ clock }: RunContext): number {
	return clock.now() + DEFAULT_TIMEOUT_MS;
}
