/**
 * Codes by status, as the OpenAPI description of October 2026 has them; it has none for other statuses, and two more for
 * 402: `subscription_required` and `plan_upgrade_required`.
 */
const CODES: Readonly<Record<number, string>> = {
	400: 'invalid_request',
	401: 'unauthorized',
	402: 'insufficient_credits',
	404: 'not_found',
	422: 'unprocessable_entity',
	500: 'internal_server_error',
};

/** An answer of the API other than success: thrown by a rule, sent as `{code, message}` by the server. */
export class ApiError extends Error {
	constructor(
		readonly statusCode: number,
		message: string,
		readonly code = CODES[statusCode],
	) {
		super(message);
	}

	get body(): { readonly code: string | undefined; readonly message: string } {
		return { code: this.code, message: this.message };
	}
}

/** The two messages that the OpenAPI description fixes word for word. */
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized');
export const notFound = (): ApiError => new ApiError(404, 'Not Found');
