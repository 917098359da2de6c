import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Account } from './accounts.mts';
import { ApiError, unauthorized } from './api-error.mts';

/**
 * Lets only good keys through, and not too many requests a second for each of them.
 * @param limit requests a second
 */
export function addAuth(
	app: FastifyInstance,
	accounts: readonly Account[],
	limit: number,
	clock: () => number,
): void {
	const windows = new Map<string, { second: number; count: number }>();

	app.addHook('preValidation', (request, _reply, done) => {
		const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
		const account = accounts.find((candidate) => candidate.key === key);
		if (!account) {
			done(unauthorized());
			return;
		}

		const second = Math.floor(clock() / 1000);
		const last = windows.get(account.name);
		const count = last?.second === second ? last.count + 1 : 1;
		windows.set(account.name, { second, count });
		request.account = account;
		done(count > limit ? new ApiError(429, 'Too many requests') : undefined);
	});
}

/** The account of a request that has passed {@link addAuth}. */
export function accountOf(request: FastifyRequest): Account {
	if (!request.account) throw unauthorized();
	return request.account;
}
