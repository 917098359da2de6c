/** An answer of the API other than success: thrown by a rule, sent as `{message}` by the server. */
export class ApiError extends Error {
	constructor(
		readonly statusCode: number,
		message: string,
	) {
		super(message);
	}
}

/** The two messages that the OpenAPI description fixes word for word. */
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized');
export const notFound = (): ApiError => new ApiError(404, 'Not Found');
