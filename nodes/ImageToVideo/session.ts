import type { IExecuteFunctions } from 'n8n-workflow';
import { MagicHourClient } from '../shared/client';
import { systemClock, type Clock } from '../shared/clock';
import { ledgerIn, type Ledger } from '../shared/ledger';
import { CREDENTIAL, n8nTransport } from '../shared/n8nTransport';

/** What all items of one run of the node share. */
export interface Session {
	readonly n8n: IExecuteFunctions;
	readonly client: MagicHourClient;
	readonly clock: Clock;
	readonly ledger: Ledger;
	/** How often n8n has run this node before in this execution: loops run it again. */
	readonly runIndex: number;
}

/** Begins a run. Reads the credential, and makes no request. */
export async function beginSession(n8n: IExecuteFunctions): Promise<Session> {
	const credential = await n8n.getCredentials(CREDENTIAL);
	const clock = systemClock;
	return {
		n8n,
		clock,
		client: new MagicHourClient(n8nTransport(n8n, String(credential.baseUrl)), clock),
		ledger: ledgerIn(n8n.getContext('node')),
		runIndex: Number(n8n.evaluateExpression('{{ $runIndex }}', 0)),
	};
}

/** Longest time, in milliseconds, that operations without a Timeout option go on trying. */
const PATIENCE = 300_000;

/** Deadline for an operation without a Timeout option. */
export function deadlineOf({ clock }: Session): number {
	return clock.now() + PATIENCE;
}
