import type { RequestKind } from '../../../local-api/server.mts';
import { until } from '../until.mts';
import type { Lab } from './lab.mts';

/** Waits until the API has had so many requests of a kind in all. @throws when they don't come */
export async function untilRequested(lab: Lab, kind: RequestKind, times = 1): Promise<void> {
	await until(
		`${times} requests of the kind ${kind}`,
		() => lab.kinds().filter((each) => each === kind).length >= times,
	);
}
