import type { IExecuteFunctions } from 'n8n-workflow';
import { checkBaseUrl } from '../api/baseUrl';
import { MagicHourClient } from '../api/client';
import type { Account } from '../api/schemas';
import { systemClock, type Clock } from '../lib/clock';
import { once } from '../lib/once';
import { hashOfCredential } from '../n8n/authenticate';
import { CREDENTIAL, n8nTransport } from '../n8n/n8nTransport';
import { readAccount } from './creditReserve';
import type { Journal } from './journal';
import { joinPace } from './keyPace';
import type { PlanRoom } from './planRoom';

/** What all items of one call of the node share. */
export interface RunContext {
	readonly n8n: IExecuteFunctions;
	readonly client: MagicHourClient;
	readonly clock: Clock;
	readonly journal: Journal;
	/** The account as it is on the first call: Magic Hour is asked once a run, and not without need. @throws {RequestError} */
	readonly account: () => Promise<Account>;
	/** Shared by all that use the same API key in this process. */
	readonly room: PlanRoom;
	/** To be called when the run is over. */
	readonly close: () => void;
}

/** Reads the credential, and makes no request. @throws {InvalidInputError} when its API Base URL can't be one */
export async function openContext(n8n: IExecuteFunctions, journal: Journal): Promise<RunContext> {
	const credential = await n8n.getCredentials(CREDENTIAL);
	const clock = systemClock;
	const transport = n8nTransport(n8n, checkBaseUrl(credential.baseUrl));
	const { pace, leave } = joinPace(hashOfCredential(credential), clock);
	const { gates, room } = pace;
	const client = new MagicHourClient(transport, clock, gates);
	const account = once(
		async () =>
			await readAccount(
				async () =>
					await client.getAccount({
						deadline: clock.now() + ACCOUNT_TIMEOUT_MS,
						signal: n8n.getExecutionCancelSignal(),
					}),
			),
	);
	return { n8n, clock, client, journal, account, room, close: leave };
}

/** Longest time, in milliseconds, that a run waits for what it may do without. */
const ACCOUNT_TIMEOUT_MS = 60_000;

/** Longest time, in milliseconds, that operations without a Timeout option go on trying. */
export const DEFAULT_TIMEOUT_MS = 300_000;

/** Deadline for an operation without a Timeout option. */
export function deadlineOf({ clock }: RunContext): number {
	return clock.now() + DEFAULT_TIMEOUT_MS;
}
