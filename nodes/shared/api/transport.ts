import type { BinaryHelperFunctions } from 'n8n-workflow';

/**
 * How requests get out: the part that needs n8n, as an interface, so that what decides about requests doesn't. The signal
 * ends a request at any time, and nothing else does; of an answer that has begun, what has come is returned.
 */
export type Transport = ApiTransport & FileTransport;

export interface ApiTransport {
	/** A call of the Magic Hour API, with the credential. Redirects are not followed. */
	api(call: ApiCall, signal: AbortSignal): Promise<ApiResponse>;
}

export interface FileTransport {
	/** Puts a file to a pre-signed URL, without the credential. Redirects are not followed. */
	put(url: string, file: Payload, signal: AbortSignal): Promise<ApiResponse>;
	/** Opens a download, without the credential, following redirects to where files can be. The stream is the caller's to end. */
	open(url: string, signal: AbortSignal): Promise<Download>;
}

export interface ApiCall {
	readonly method: 'GET' | 'POST' | 'DELETE';
	/** Behind the base URL, with a leading slash. */
	readonly path: string;
	readonly body?: object;
}

export interface ApiResponse {
	readonly status: number;
	readonly headers: Headers;
	/** As much of it as has come. */
	readonly text: string;
	/** Why the rest of the text did not come. */
	readonly brokenOff?: Error;
}

/** Names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** A stream as n8n's helpers give and take it (Node's `Readable`, which shipped code may not import). */
export type ByteStream = Awaited<ReturnType<BinaryHelperFunctions['getBinaryStream']>>;

export interface Payload {
	readonly content: Buffer | ByteStream;
	/** Bytes. */
	readonly length: number;
	readonly mimeType: string;
}

export interface Download {
	readonly status: number;
	readonly headers: Headers;
	readonly stream: ByteStream;
}
