import { stopped, type Clock } from '../lib/clock';
import { DEFAULT_TIMEOUT_MS, DOWNLOAD_VIDEO, UPLOAD_IMAGE } from './calls';
import { RateLimitGate } from './rateLimitGate';
import { responseOf, wholeAnswerOf } from './responseOf';
import { throwForStatus } from './responseErrors';
import type { ApiResponse, Download, FileTransport, Payload } from './transport';

/** The least speed of an upload, in bytes per millisecond. */
const MIN_UPLOAD_BYTES_PER_MS = 25;

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
		const timeoutMs = DEFAULT_TIMEOUT_MS + file.length / MIN_UPLOAD_BYTES_PER_MS;
		return await wholeAnswerOf(
			UPLOAD_IMAGE,
			{ clock: this.clock, timeoutMs, signal },
			async (end) => await this.transport.put(url, file, end),
		);
	}

	/** Opens a download, once; the signal ends its stream, too. @throws {RequestError} */
	async open(url: string, signal?: AbortSignal): Promise<Download> {
		await this.gate.waitUntilOpen(Infinity, signal);
		const download = await responseOf(
			DOWNLOAD_VIDEO,
			{ clock: this.clock, timeoutMs: DEFAULT_TIMEOUT_MS, signal },
			async (end) => await this.transport.open(url, end),
		);
		try {
			throwForStatus({ ...download, text: '' }, DOWNLOAD_VIDEO, this.clock);
			signal?.addEventListener('abort', () => download.stream.destroy(stopped()));
			return download;
		} catch (error) {
			download.stream.destroy();
			throw error as Error;
		}
	}
}
