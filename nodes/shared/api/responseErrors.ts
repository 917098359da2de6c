import type { z } from 'zod';
import type { Clock } from '../lib/clock';
import { AbortError, RequestError } from '../lib/errors';
import { MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';
import type { CallDescriptor, CallWithAnswer } from './calls';
import { findId } from './createdProject';
import { readNetworkError } from './networkErrors';
import { readRetryAfter, RETRYABLE_STATUSES } from './retry';
import { errorMessageOf, parseJsonAs, UnexpectedResponseError } from './schemas';
import type { ApiResponse } from './transport';

/** What an answer that is no success, or an error that came instead of one, means to the person who pays. */

type StatusMeanings = Readonly<Record<number, { meaning: string; hint: string }>>;

/** What the statuses of the API mean and what to do, as `docs/magic-hour-api.md` has them. */
const STATUS_MEANINGS: StatusMeanings = {
	400: { meaning: 'the request is invalid', hint: 'Change what the message names.' },
	401: {
		meaning: 'the API key was not accepted',
		hint: 'Open the Magic Hour credential, check the API key (and the API Base URL, if you changed it) and test it.',
	},
	402: {
		meaning: 'the account is out of credits',
		hint: 'Buy credits or upgrade at Magic Hour, or choose a shorter video, a lower resolution or a cheaper model.',
	},
	403: {
		meaning: 'the plan of the account does not include this',
		hint: 'Choose a model and resolution that your Magic Hour plan includes, or upgrade the plan.',
	},
	404: {
		meaning: 'not found',
		hint: 'Check the project ID: the project may have been deleted, or belong to another account.',
	},
	422: { meaning: 'the request was not accepted', hint: 'Change what the message names.' },
	429: {
		meaning: 'too many requests, or too many videos at once for the plan',
		hint: 'Wait until running videos are finished, or give the node a longer Timeout.',
	},
};

/** What the statuses of the storage mean: its URLs are signed, so a refusal means that one has expired. */
const STORAGE_STATUS_MEANINGS: StatusMeanings = {
	400: { meaning: 'the storage did not accept the request', hint: 'Try again.' },
	403: { meaning: 'the signed URL has expired', hint: 'Try again.' },
	404: { meaning: 'the file is not there (any more)', hint: 'Try again.' },
	410: { meaning: 'the signed URL has expired', hint: 'Try again.' },
	413: {
		meaning: 'the file is too large for the plan',
		hint: 'Choose a smaller image, or upgrade the plan.',
	},
};

const SERVER_ERROR = {
	meaning: 'Magic Hour had a temporary problem',
	hint: 'Try again in a few minutes.',
};
const REDIRECTED = {
	meaning:
		'the server redirected the request elsewhere, which is not followed to protect the API key',
	hint: 'Check the API Base URL of the credential.',
};
const OTHER_STATUS = {
	meaning: 'the answer was unexpected',
	hint: 'Check the API Base URL of the credential.',
};

/** Statuses with which the API says that it did nothing: the one list behind "certainly not created". */
const REFUSALS: readonly number[] = [400, 401, 402, 403, 404, 422, 429, 502, 503];

/** Statuses with which a storage refuses a signed URL that has expired. */
export const EXPIRED_URL_STATUSES: readonly number[] = [403, 410];

/** @throws {RequestError} unless the status says success */
export function throwForStatus(
	{ status, headers, text }: ApiResponse,
	{ action, server = 'api' }: Pick<CallDescriptor, 'action' | 'server'>,
	clock: Clock,
): void {
	if (status >= 200 && status < 300) return;
	const isStorage = server === 'storage';
	const fallback =
		status >= 500 ? SERVER_ERROR : status >= 300 && status < 400 ? REDIRECTED : OTHER_STATUS;
	const { meaning, hint } =
		(isStorage ? STORAGE_STATUS_MEANINGS : STATUS_MEANINGS)[status] ?? fallback;
	const said = errorMessageOf(text);
	const details = said === undefined ? '' : `: ${singleLine(said, MAX_API_MESSAGE_LENGTH)}`;
	throw new RequestError({
		message: `Could not ${action}: ${meaning} (${status}${details})`,
		hint,
		// Only the API's own word is certain: a proxy in between answers in another form, maybe after the request was carried out.
		fate: said !== undefined && REFUSALS.includes(status) ? 'refused' : 'unknown',
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
	call: Pick<CallWithAnswer<T>, 'action' | 'schema' | 'salvage'>,
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
	return new RequestError({
		message,
		hint: 'Check that the API Base URL of the credential is that of the Magic Hour API; a proxy may have answered instead.',
		fate: 'unknown',
		temporary: true,
	});
}
