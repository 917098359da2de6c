import type { z } from 'zod';
import type { Clock } from '../lib/clock';
import { ERROR_CODES, type ErrorCode } from '../lib/errorCodes';
import { AbortError, RequestError } from '../lib/errors';
import { MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';
import type { CallDescriptor, CallWithAnswer } from './calls';
import { findId } from './createdProject';
import { readNetworkError } from './networkErrors';
import { readRetryAfter, RETRYABLE_STATUSES } from './retry';
import { apiErrorOf, parseJsonAs, UnexpectedResponseError, type ApiErrorAnswer } from './schemas';
import type { ApiResponse } from './transport';

/** What an answer that is no success, or an error that came instead of one, means to the person who pays. */

/** What to do is said by the table of the codes. */
interface Meaning {
	readonly code: ErrorCode;
	readonly meaning: string;
}
type StatusMeanings = Readonly<Record<number, Meaning>>;

const UNAUTHORIZED: Meaning = {
	code: 'MAGIC_HOUR_UNAUTHORIZED',
	meaning: 'the API key was not accepted',
};
const OUT_OF_CREDITS: Meaning = {
	code: 'MAGIC_HOUR_INSUFFICIENT_CREDITS',
	meaning: 'the account is out of credits',
};
const SUBSCRIPTION_REQUIRED: Meaning = {
	code: 'MAGIC_HOUR_SUBSCRIPTION_REQUIRED',
	meaning: 'the account has no subscription, and this needs one',
};
const NOT_IN_PLAN: Meaning = {
	code: 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED',
	meaning: 'the plan of the account does not include this',
};
const NOT_FOUND: Meaning = { code: 'MAGIC_HOUR_NOT_FOUND', meaning: 'not found' };
const INVALID_REQUEST: Meaning = {
	code: 'MAGIC_HOUR_INVALID_REQUEST',
	meaning: 'the request is invalid',
};
const UNPROCESSABLE: Meaning = {
	code: 'MAGIC_HOUR_INVALID_REQUEST',
	meaning: 'the request was not accepted',
};
const SERVER_ERROR: Meaning = {
	code: 'MAGIC_HOUR_SERVER_ERROR',
	meaning: 'Magic Hour had a temporary problem',
};
const REDIRECTED: Meaning = {
	code: 'MAGIC_HOUR_REDIRECTED',
	meaning:
		'the server redirected the request elsewhere, which is not followed to protect the API key',
};
const OTHER_STATUS: Meaning = {
	code: 'MAGIC_HOUR_UNEXPECTED_RESPONSE',
	meaning: 'the answer was unexpected',
};

/** What the codes of the API mean. They say more than the status: each of the three of 402 asks for something else. */
const API_CODE_MEANINGS: ReadonlyMap<unknown, Meaning> = new Map([
	['invalid_request', INVALID_REQUEST],
	['unauthorized', UNAUTHORIZED],
	['insufficient_credits', OUT_OF_CREDITS],
	['subscription_required', SUBSCRIPTION_REQUIRED],
	['plan_upgrade_required', NOT_IN_PLAN],
	['not_found', NOT_FOUND],
	['unprocessable_entity', UNPROCESSABLE],
	['internal_server_error', SERVER_ERROR],
]);

/** What the statuses of the API mean where there is no code that is known, as `docs/magic-hour-api.md` has them. */
const STATUS_MEANINGS: StatusMeanings = {
	400: INVALID_REQUEST,
	401: UNAUTHORIZED,
	402: OUT_OF_CREDITS,
	403: NOT_IN_PLAN,
	404: NOT_FOUND,
	422: UNPROCESSABLE,
	429: {
		code: 'MAGIC_HOUR_RATE_LIMITED',
		meaning: 'too many requests, or too many videos at once for the plan',
	},
};

/** What the statuses of the storage mean: its URLs are signed, so a refusal means that one has expired. */
const STORAGE_STATUS_MEANINGS: StatusMeanings = {
	400: {
		code: 'MAGIC_HOUR_STORAGE_ERROR',
		meaning: 'the storage did not accept the request',
	},
	403: { code: 'MAGIC_HOUR_URL_EXPIRED', meaning: 'the signed URL has expired' },
	404: { code: 'MAGIC_HOUR_STORAGE_ERROR', meaning: 'the file is not there (any more)' },
	410: { code: 'MAGIC_HOUR_URL_EXPIRED', meaning: 'the signed URL has expired' },
	413: { code: 'MAGIC_HOUR_FILE_TOO_LARGE', meaning: 'the file is too large for the plan' },
};

function meaningOf(status: number, apiCode: string | undefined, isStorage: boolean): Meaning {
	const byCode = isStorage ? undefined : API_CODE_MEANINGS.get(apiCode);
	const byStatus = (isStorage ? STORAGE_STATUS_MEANINGS : STATUS_MEANINGS)[status];
	const fallback =
		status >= 500 ? SERVER_ERROR : status >= 300 && status < 400 ? REDIRECTED : OTHER_STATUS;
	return byCode ?? byStatus ?? fallback;
}

/** Statuses with which the API says that it did nothing: the one list behind "certainly not created". */
const REFUSALS: readonly number[] = [400, 401, 402, 403, 404, 422, 429, 502, 503];

/** Those that a gateway gives, too, when it has lost the answer of a request that may have been carried out. */
const OF_GATEWAYS: readonly number[] = [502, 503];

/**
 * Messages of gateways that answer in the API's form: the words of a status alone, as AWS API Gateway does, and what Kong
 * says of the server behind it. Should Magic Hour use such words, too, a person has to look in the library.
 */
const GATEWAY_MESSAGE =
	/^\W*(bad gateway|service (temporarily )?unavailable|internal server error|gateway time-?out|(endpoint )?request timed out)\W*$|\bupstream server\b/i;

/**
 * Whether the API itself says that it did nothing. A proxy in between answers in another form, maybe after the request was
 * carried out; so may a gateway that speaks JSON: `docs/magic-hour-api.md` says what tells it apart, and what does not.
 */
function isRefusal(status: number, { code, message, isBare }: ApiErrorAnswer): boolean {
	if (message === undefined || !REFUSALS.includes(status)) return false;
	if (API_CODE_MEANINGS.get(code) === SERVER_ERROR) return false;
	if (!OF_GATEWAYS.includes(status)) return true;
	if (!isBare) return false;
	return code === undefined ? !GATEWAY_MESSAGE.test(message) : API_CODE_MEANINGS.has(code);
}

/** Statuses with which a storage refuses a signed URL that has expired. */
export const EXPIRED_URL_STATUSES: readonly number[] = [403, 410];

/** @throws {RequestError} unless the status says success */
export function throwForStatus(
	{ status, headers, text }: ApiResponse,
	{ action, server = 'api', ifNotFound }: Pick<CallDescriptor, 'action' | 'server' | 'ifNotFound'>,
	clock: Clock,
): void {
	if (status >= 200 && status < 300) return;
	const isStorage = server === 'storage';
	const said = apiErrorOf(text);
	const { code, meaning } = meaningOf(status, said.code, isStorage);
	const details =
		said.message === undefined ? '' : `: ${singleLine(said.message, MAX_API_MESSAGE_LENGTH)}`;
	throw new RequestError({
		code,
		message: `Could not ${action}: ${meaning} (${status}${details})`,
		hint: (code === 'MAGIC_HOUR_NOT_FOUND' ? ifNotFound : undefined) ?? ERROR_CODES[code].fix,
		fate: isRefusal(status, said) ? 'refused' : 'unknown',
		status,
		retryAfterMs: readRetryAfter(headers['retry-after'], clock.date()),
		temporary:
			RETRYABLE_STATUSES.includes(status) || (isStorage && EXPIRED_URL_STATUSES.includes(status)),
	});
}

/** Turns an error that came instead of an answer, or of its end, into one that says what to do. */
export function failureOf(
	error: unknown,
	{ action, ifItFails = '' }: Pick<CallDescriptor, 'action' | 'ifItFails'>,
): RequestError | AbortError {
	if (error instanceof RequestError || error instanceof AbortError) return error;
	const { what: happened, fate, temporary, code } = readNetworkError(error);
	const details = code === undefined ? '' : ` (${code})`;
	const advice =
		fate === 'unsent'
			? `The request never reached the server${details}. Check the API Base URL of the credential and the network of the n8n server.`
			: `Check the network of the n8n server${details}, and try again.`;
	return new RequestError({
		code: 'MAGIC_HOUR_NETWORK_ERROR',
		message: `Could not ${action}: ${happened}`,
		hint: `${advice} ${ifItFails}`.trim(),
		fate,
		temporary,
	});
}

/**
 * Reads an answer: its status, and the shape that the API promises.
 * @throws {RequestError} that names the id which is in the answer all the same, where that may be a paid project's
 */
export function readResponse<T extends z.ZodTypeAny>(
	answer: ApiResponse,
	call: Pick<CallWithAnswer<T>, 'action' | 'schema' | 'salvage' | 'ifNotFound'>,
	clock: Clock,
): z.infer<T> {
	try {
		throwForStatus(answer, call, clock);
		return parseResponse(answer, call);
	} catch (error) {
		throw call.salvage ? namingId(error as Error, answer) : (error as Error);
	}
}

/** Where it is not known whether there is a project, an id in the answer may be its id. */
function namingId(error: Error, { text }: ApiResponse): Error {
	const id = findId(text)?.id;
	if (!(error instanceof RequestError) || error.fate !== 'unknown' || !id) return error;
	const told = singleLine(id, MAX_API_MESSAGE_LENGTH);
	return new RequestError({
		...error,
		message: `${error.message}; the answer names the ID "${told}"`,
	});
}

function parseResponse<T extends z.ZodTypeAny>(
	{ text, brokenOff }: ApiResponse,
	call: Pick<CallWithAnswer<T>, 'action' | 'schema' | 'salvage'>,
): z.infer<T> {
	try {
		return parseJsonAs(call.schema, text);
	} catch (error) {
		if (!(error instanceof UnexpectedResponseError)) throw error as Error;
		const salvaged = call.salvage?.(text);
		if (salvaged !== undefined) return salvaged;
		throw brokenOff
			? failureOf(brokenOff, call)
			: unexpectedResponse(`Could not ${call.action}: ${error.message}`);
	}
}

/** An answer came, and it is none that the API gives. */
export function unexpectedResponse(message: string): RequestError {
	const code = 'MAGIC_HOUR_UNEXPECTED_RESPONSE';
	return new RequestError({
		code,
		message,
		hint: ERROR_CODES[code].fix,
		fate: 'unknown',
		temporary: true,
	});
}
