import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { Project } from '../api/schemas';
import type { CallOptions } from '../api/client';
import type { FileTransfer } from '../api/fileTransfer';
import { joinSignals, type Clock } from '../lib/clock';
import { AbortError, messageOf, ProjectError, RequestError } from '../lib/errors';
import { MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';
import { videoFileName } from '../media/videoFileName';
import { Mp4Inspector, type Mp4Report } from '../media/mp4';
import { readNetworkError } from '../api/networkErrors';
import { isWithoutConnection, POOL_HINT } from './databasePool';
import { DOWNLOADING, DOWNLOADING_ONE_URL, withRetries } from '../api/retry';
import type { ByteStream } from '../api/transport';

const MIME_TYPE = 'video/mp4';

/** A finished video may take this long to arrive, in milliseconds, although the time for waiting is over. */
const MIN_DOWNLOAD_TIMEOUT_MS = 300_000;

/** Where a download's URL comes from. */
export interface DownloadSource {
	/** Says the URL that is tried first. */
	readonly project: Project;
	/** Asks for the project again, for a fresh URL; absent where there is no API key to do so. */
	readonly refresh?: (options: CallOptions) => Promise<Project>;
	/** What to do when no try brought the video. */
	readonly hint: string;
}

/**
 * Streams a complete project's video into n8n's binary storage. A download that fails half-way is repeated, with a fresh
 * URL if there is a way to get one, and a file that is not whole is never handed on.
 * @throws {ProjectError} when no try brought a whole file
 */
export async function downloadVideo(
	n8n: IExecuteFunctions,
	files: FileTransfer,
	clock: Clock,
	{ project, refresh, hint }: DownloadSource,
	options: CallOptions,
): Promise<IBinaryData> {
	const deadline = Math.max(options.deadline, clock.now() + MIN_DOWNLOAD_TIMEOUT_MS);
	const patient = { ...options, deadline };
	const limit = joinSignals(clock.timeoutSignal(deadline - clock.now()), options.signal);
	const rule = refresh ? DOWNLOADING : DOWNLOADING_ONE_URL;
	let isFirst = true;
	const work = async (): Promise<IBinaryData> => {
		const latest = isFirst || !refresh ? project : await refresh(patient);
		isFirst = false;
		return await downloadOnce(n8n, files, latest, limit.signal).catch((error: unknown) => {
			const isLate = error instanceof AbortError && !options.signal?.aborted;
			throw isLate ? incomplete('the time for it was over') : (error as Error);
		});
	};
	return await withRetries(work, { ...patient, clock, rule })
		.catch((error: unknown) => {
			if (!(error instanceof RequestError)) throw error as Error;
			throw new ProjectError(
				`The video of project ${project.id} is finished, but it could not be downloaded: ${error.message}`,
				project.id,
				// What helps against a temporary failure is no help against a URL that can't be renewed.
				refresh ? `${hint} ${error.hint}`.trim() : hint,
				'MAGIC_HOUR_DOWNLOAD_FAILED',
				error.status,
			);
		})
		.finally(limit.release);
}

async function downloadOnce(
	n8n: IExecuteFunctions,
	files: FileTransfer,
	project: Project,
	signal: AbortSignal,
): Promise<IBinaryData> {
	const url = project.downloads[0]?.url;
	if (url === undefined) throw incomplete('Magic Hour gave no download URL');
	const { stream, headers } = await files.open(url, signal);
	const report = inspectPassing(stream);
	const name = videoFileName(project.name, project.id);
	const binary = await n8n.helpers
		.prepareBinaryData(stream, name, MIME_TYPE)
		.catch((error: unknown) => {
			if (stream.errored instanceof BeyondMending) return undefined;
			throw (
				notStored(error) ?? incomplete(`the download broke off (${readNetworkError(error).what})`)
			);
		});

	// Not with Content-Length: Node itself fails a download that is shorter, and n8n may have unpacked this one.
	const { problem } = report();
	if (binary && problem === undefined) return binary;
	const packed = headers['content-encoding'];
	throw incomplete(
		packed === undefined || packed === 'identity'
			? `the file is not whole: ${problem}`
			: `it came compressed as ${singleLine(packed, 80)}, which n8n can't unpack`,
	);
}

/** What ends a download that no further byte can mend. */
class BeyondMending extends Error {}

/**
 * Looks at a video while n8n stores it, so that nothing is read twice. A paused stream does not begin to flow for a
 * listener, and shows it every chunk that is taken from it, in whichever way n8n does that (Node's documentation of
 * 'data'). n8n's storage in a database or in memory takes it by a listener, too, and would wait for ever: that wakes it.
 * @returns what has come, to be asked when the stream is through
 */
function inspectPassing(stream: ByteStream): () => Mp4Report {
	const inspector = new Mp4Inspector();
	stream.pause();
	stream.on('data', (chunk: Buffer) => {
		if (!inspector.write(chunk)) stream.destroy(new BeyondMending());
	});
	stream.on('newListener', (event) => {
		if (event === 'data') stream.resume();
	});
	return () => inspector.end();
}

/** How Node words errors of files, which are not those of connections: "ENOSPC: no space left on device, write". */
const FILE_ERROR = /\bE[A-Z]+: .+, [a-z]+/;

/** The failure of n8n's storage, if it is one: to look at the network would be no use. */
function notStored(error: unknown): RequestError | undefined {
	const isPool = isWithoutConnection(error);
	const message = messageOf(error);
	if (!isPool && !FILE_ERROR.test(message)) return undefined;
	const what = singleLine(message, MAX_API_MESSAGE_LENGTH);
	return incomplete(`n8n could not store it (${what})`, isPool ? POOL_HINT : '');
}

function incomplete(message: string, hint = ''): RequestError {
	return new RequestError({
		code: 'MAGIC_HOUR_DOWNLOAD_FAILED',
		message,
		hint,
		fate: 'refused',
		temporary: true,
	});
}
