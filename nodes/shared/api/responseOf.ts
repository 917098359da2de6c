import { joinSignals, stopped, type Clock } from '../lib/clock';
import type { CallDescriptor } from './calls';
import { failureOf } from './responseErrors';
import type { ApiResponse, Download } from './transport';

/** What ends a request. */
export interface Limits {
	readonly clock: Clock;
	/** Milliseconds after which it is given up. */
	readonly timeoutMs: number;
	readonly signal?: AbortSignal;
}

type Call = Pick<CallDescriptor, 'action' | 'ifItFails'>;

/** What happened when the time is over: in the terms of the network. */
const TOO_LATE = { code: 'ETIMEDOUT' };

/**
 * Sends a request, once, and within its time. n8n's HTTP client (axios 1.18) has a time-out of its own, which leaves out the
 * body of an answer; and it waits for ever after an answer of 101.
 * @param request has to end soon after its signal fires
 * @throws {RequestError} in the place of the error that came instead of an answer
 * @throws {AbortError} when the signal has fired
 */
export async function responseOf<T extends ApiResponse | Download>(
	call: Call,
	{ clock, timeoutMs, signal }: Limits,
	request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const late = clock.timeoutSignal(timeoutMs);
	const over = joinSignals(late, signal);

	const explain = (error: unknown) => {
		if (signal?.aborted) return stopped();
		return failureOf(late.aborted ? TOO_LATE : error, call);
	};
	try {
		const response = await request(over.signal);
		const brokenOff = 'brokenOff' in response && response.brokenOff;
		return brokenOff ? { ...response, brokenOff: explain(brokenOff) } : response;
	} catch (error) {
		throw explain(error);
	} finally {
		over.release();
	}
}

/** The same, for an answer of which all has to come. */
export async function wholeAnswerOf(
	call: Call,
	limits: Limits,
	request: (signal: AbortSignal) => Promise<ApiResponse>,
): Promise<ApiResponse> {
	const answer = await responseOf(call, limits, request);
	if (answer.brokenOff) throw answer.brokenOff;
	return answer;
}
