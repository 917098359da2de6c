import { Gates } from '../api/rateLimitGate';
import type { Clock } from '../lib/clock';
import { PlanRoom } from './planRoom';

/** What all executions of this process that use one API key share: Magic Hour counts by the key. */
export interface KeyPace {
	readonly gates: Gates;
	readonly room: PlanRoom;
}

/** By a hash of address and key, as long as somebody uses it. */
const PACES = new Map<string, { readonly pace: KeyPace; users: number }>();

/** @param credentialHash tells address and key from others; @returns the pace of the key, and what has to be called, once, when it is not used any more */
export function joinPace(
	credentialHash: string,
	clock: Clock,
): { readonly pace: KeyPace; readonly leave: () => void } {
	const entry = PACES.get(credentialHash) ?? {
		pace: { gates: new Gates(clock), room: new PlanRoom(clock) },
		users: 0,
	};
	PACES.set(credentialHash, entry);
	entry.users++;
	return {
		pace: entry.pace,
		leave: () => {
			if (--entry.users === 0) PACES.delete(credentialHash);
		},
	};
}
