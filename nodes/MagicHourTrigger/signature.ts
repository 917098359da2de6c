import { createHmac, timingSafeEqual } from 'crypto';
import type { ErrorCode } from '../shared/lib/errorCodes';

/**
 * The signature of Magic Hour's webhook events (https://docs.magichour.ai/integration/webhook/secure-handler):
 * hex HMAC-SHA256 with the webhook's signing secret over `{timestamp}.{raw body}`.
 */

export const TIMESTAMP_HEADER = 'magic-hour-event-timestamp';
export const SIGNATURE_HEADER = 'magic-hour-event-signature';

export interface SignedRequest {
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	/** The bytes that came: JSON that was parsed and written again has another signature. */
	readonly body: Buffer;
}

export interface Verification {
	readonly secret: string;
	/** How far the timestamp may be from now, in seconds, in both directions. */
	readonly toleranceSeconds: number;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** An event is not shown to come from Magic Hour. The message says what was wrong, and holds no secret. */
export class SignatureVerificationError extends Error {
	override name = 'SignatureVerificationError';
	readonly code: ErrorCode = 'MAGIC_HOUR_INVALID_SIGNATURE';
}

/** @throws {SignatureVerificationError} unless the request was signed with the secret, just now */
export function verifySignature(request: SignedRequest, verification: Verification): void {
	const { secret, toleranceSeconds, now } = verification;
	if (secret === '') throw new SignatureVerificationError('The signing secret is empty');
	const timestamp = headerOf(request, TIMESTAMP_HEADER);
	const signature = headerOf(request, SIGNATURE_HEADER);

	if (!/^\d{1,12}$/.test(timestamp)) {
		throw new SignatureVerificationError(
			`The header ${TIMESTAMP_HEADER} is not a time in Unix seconds`,
		);
	}
	if (!/^[0-9a-f]{64}$/i.test(signature)) {
		throw new SignatureVerificationError(
			`The header ${SIGNATURE_HEADER} is not a SHA-256 signature in hex`,
		);
	}
	const expected = createHmac('sha256', secret)
		.update(`${timestamp}.`)
		.update(request.body)
		.digest();
	if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
		throw new SignatureVerificationError(
			'The signature does not match: the event was not signed with this signing secret, or was changed on its way',
		);
	}
	// After the signature: only of a timestamp that Magic Hour has written can be said that it is old.
	const age = now / 1_000 - Number(timestamp);
	if (Math.abs(age) > toleranceSeconds) {
		throw new SignatureVerificationError(
			`The event was signed ${Math.round(Math.abs(age))} s ${age > 0 ? 'ago' : 'ahead of this clock'}; ${toleranceSeconds} s are allowed`,
		);
	}
}

function headerOf({ headers }: SignedRequest, name: string): string {
	const value = headers[name];
	if (typeof value === 'string' && value !== '') return value;
	throw new SignatureVerificationError(`The header ${name} is missing`);
}
