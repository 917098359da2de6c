import { UnexpectedResponseError } from '../shared/api/schemas';
import type { ErrorCode } from '../shared/lib/errorCodes';
import { readEvent, type MagicHourEvent } from './events';
import { SignatureVerificationError, verifySignature, type SignedRequest } from './signature';
import type { RequestSettings } from './settings';

/** An answer that starts nothing. Anything but 200 makes Magic Hour send the event again. */
export type Rejection =
	| { readonly status: 200; readonly message: string }
	| { readonly status: 400 | 401 | 500; readonly message: string; readonly code: ErrorCode };

export type WebhookDecision = { readonly event: MagicHourEvent } | Rejection;

/**
 * What becomes of a request, by what it says alone.
 * @param secret not needed where nothing is verified
 * @param now milliseconds since 1970
 */
export function evaluateRequest(
	request: SignedRequest,
	{ choice, verify, toleranceSeconds }: RequestSettings,
	secret: string,
	now: number,
): WebhookDecision {
	try {
		if (verify) verifySignature(request, { secret, toleranceSeconds, now });
		const event = readEvent(request.body, choice);
		return 'why' in event ? { status: 200, message: event.why } : { event };
	} catch (error) {
		if (error instanceof SignatureVerificationError) {
			return { status: 401, message: error.message, code: error.code };
		}
		if (error instanceof UnexpectedResponseError) {
			return { status: 400, message: error.message, code: error.code };
		}
		throw error as Error;
	}
}
