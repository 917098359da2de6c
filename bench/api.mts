import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type {
	Fault,
	LocalApi,
	LocalApiOptions,
	RecordedRequest,
	RequestKind,
} from '../local-api/server.mts';

export type ApiAddress = Pick<LocalApi, 'url' | 'keys'>;

/** How the API is started: what of its options can be told to another process. */
export interface ApiSettings {
	/** How many times faster than real time jobs go. */
	readonly speed: number;
	/** Job length, before `speed`. */
	readonly jobSeconds: number;
}

/** What the local API allows a key unless it is told otherwise. */
const REQUESTS_PER_SECOND = 500;

/** The local API in another process. */
export interface Api extends ApiAddress {
	/** Every request since the start or {@link reset}. */
	requests(): Promise<RecordedRequest[]>;
	setFault(kind: RequestKind, fault: Fault): Promise<void>;
	/** Forgets requests, faults and projects. */
	reset(): Promise<void>;
	close(): Promise<void>;
}

export async function startApi(settings: ApiSettings): Promise<Api> {
	const options: LocalApiOptions = {
		...settings,
		// Of the node's seconds, which go faster, too.
		requestsPerSecond: REQUESTS_PER_SECOND * settings.speed,
	};
	const child = fork(join(import.meta.dirname, 'api-process.mts'), [JSON.stringify(options)]);
	const [address] = (await Promise.race([
		once(child, 'message'),
		once(child, 'exit').then(() => {
			throw new Error('The local API did not start');
		}),
	])) as [ApiAddress];

	const control = async (method: string, path: string, body?: object): Promise<Response> => {
		const answer = await fetch(`${address.url}/local/${path}`, {
			method,
			...(body === undefined
				? {}
				: { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
		return answer;
	};

	return {
		...address,
		requests: async () => (await (await control('GET', 'requests')).json()) as RecordedRequest[],
		async setFault(kind, fault) {
			await control('POST', 'faults', { kind, fault });
		},
		async reset() {
			await control('POST', 'reset');
		},
		async close() {
			const exited = once(child, 'exit');
			child.disconnect();
			await exited;
		},
	};
}

/** How many requests of a kind there were, answered with a status if one is given. */
export function countOf(
	requests: readonly RecordedRequest[],
	kind: RequestKind,
	status?: number,
): number {
	return requests.filter(
		(request) => request.kind === kind && (status === undefined || request.status === status),
	).length;
}
