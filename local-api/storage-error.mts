/** An answer of the storage hosts, which speak the XML of S3, not the API's JSON. */
export class StorageError extends Error {
	constructor(
		readonly statusCode: number,
		readonly code: string,
		message: string,
	) {
		super(message);
	}

	get xml(): string {
		return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${this.code}</Code><Message>${this.message}</Message></Error>`;
	}
}

export const URL_EXPIRED = new StorageError(403, 'AccessDenied', 'Request has expired');
export const URL_FORGED = new StorageError(
	403,
	'SignatureDoesNotMatch',
	'The signature does not match',
);
export const HAS_AUTHORIZATION = new StorageError(
	400,
	'InvalidArgument',
	'Only one auth mechanism allowed: a pre-signed URL takes no Authorization header',
);
export const NO_LENGTH = new StorageError(
	411,
	'MissingContentLength',
	'You must provide the Content-Length HTTP header',
);
export const NO_BODY = new StorageError(400, 'IncompleteBody', 'The body is empty');
export const TOO_LARGE = new StorageError(
	400,
	'EntityTooLarge',
	'Your upload exceeds the size that your plan allows',
);
export const NO_SUCH_FILE = new StorageError(404, 'NoSuchKey', 'The file does not exist');
