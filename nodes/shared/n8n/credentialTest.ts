import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import type { z } from 'zod';
import { checkBaseUrl } from '../api/baseUrl';
import { createUploadUrls, getAccount, type CallWithAnswer } from '../api/calls';
import { readResponse } from '../api/responseErrors';
import { wholeAnswerOf } from '../api/responseOf';
import type { Account } from '../api/schemas';
import { systemClock } from '../lib/clock';
import { InvalidInputError, RequestError } from '../lib/errors';
import { credentialTestTransport } from './n8nTransport';

/** How long a person waits for each of two answers at most, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** Without a plan to tell, as servers from before October 2026 are. */
const NO_ACCOUNT = 'The API key is good. This server does not tell the plan and the credits.';

/** Asks Magic Hour whether the API key is right, at no cost. Each node that uses the credential names it in `testedBy`. */
export async function apiKeyTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const ask = async <T extends z.ZodTypeAny>(call: CallWithAnswer<T>): Promise<z.infer<T>> => {
		const transport = credentialTestTransport(this, data, checkBaseUrl(data.baseUrl));
		const limits = { clock: systemClock, timeoutMs: TIMEOUT_MS };
		const request = async (end: AbortSignal) => await transport.api(call.request, end);
		return readResponse(await wholeAnswerOf(call, limits, request), call, systemClock);
	};
	try {
		const account = await ask(getAccount()).catch(async (error: unknown) => {
			if (!(error instanceof RequestError) || error.status !== 404) throw error as Error;
			// The call that all servers know and that costs nothing, either.
			await ask(createUploadUrls(['png']));
			return undefined;
		});
		return { status: 'OK', message: account === undefined ? NO_ACCOUNT : describe(account) };
	} catch (error) {
		return { status: 'Error', message: problemOf(error) };
	}
}

/** n8n 2.41.1 hands it to programs, and shows people that the test has succeeded. */
function describe({ tier, credits, subscription }: Account): string {
	const plan = tier ? `Plan: ${tier}` : 'The plan is not known';
	const left = typeof credits === 'number' ? `, ${credits} credits left` : '';
	const overdue = subscription?.status === 'past_due' ? '. The subscription is past due' : '';
	return `${plan}${left}${overdue}.`;
}

/** @throws what nobody has foreseen */
function problemOf(error: unknown): string {
	if (error instanceof RequestError) {
		return error.code === 'MAGIC_HOUR_UNAUTHORIZED'
			? 'Magic Hour did not accept this API key. Create a new one in the Developer Hub and copy it whole.'
			: `${error.message}. ${error.hint}`;
	}
	if (error instanceof InvalidInputError) return error.message;
	throw error as Error;
}
