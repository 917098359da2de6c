import type { Clock } from '../lib/clock';
import { DOWNLOAD_VIDEO, UPLOAD_IMAGE, type CallDescriptor } from './calls';
import { RateLimitGate } from './rateLimitGate';
import { failureOf, throwForStatus } from './responseErrors';
import type { ApiResponse, Download, FileTransport, Payload } from './transport';

/** Moves files to and from Magic Hour's storage by signed URLs: needs no API key. */
export class FileTransfer {
	/** @param gate holds downloads back while Magic Hour wants requests to be slower */
	constructor(
		private readonly transport: FileTransport,
		private readonly clock: Clock,
		private readonly gate = new RateLimitGate(clock),
	) {}

	/** Puts a file to a signed URL, once. The answer's status is the caller's to look at: an expired URL can be renewed. */
	async put(url: string, file: Payload, signal?: AbortSignal): Promise<ApiResponse> {
		return await wholeAnswerOf(
			UPLOAD_IMAGE,
			async () => await this.transport.put(url, file, signal),
		);
	}

	/** Opens a download, once. @throws {RequestError} */
	async open(url: string, signal?: AbortSignal): Promise<Download> {
		await this.gate.waitUntilOpen(Infinity, signal);
		const download = await responseOf(
			DOWNLOAD_VIDEO,
			async () => await this.transport.open(url, signal),
		);
		try {
			throwForStatus({ ...download, text: '' }, DOWNLOAD_VIDEO, this.clock);
			return download;
		} catch (error) {
			download.stream.destroy();
			throw error as Error;
		}
	}
}

/** Turns an error that came instead of an answer into a `RequestError`. */
export async function responseOf<T>(
	call: Pick<CallDescriptor, 'action' | 'ifItFails'>,
	request: () => Promise<T>,
): Promise<T> {
	return await request().catch((error: unknown) => {
		throw failureOf(error, call);
	});
}

/** The same, for an answer of which all has to come. */
export async function wholeAnswerOf(
	call: Pick<CallDescriptor, 'action' | 'ifItFails'>,
	request: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
	const answer = await responseOf(call, request);
	if (answer.brokenOff) throw failureOf(answer.brokenOff, call);
	return answer;
}
