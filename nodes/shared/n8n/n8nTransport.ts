import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { RequestError } from '../lib/errors';
import { untilAborted } from '../lib/clock';
import { unexpectedResponse } from '../api/responseErrors';
import { checkFileUrl } from '../api/fileUrl';
import type {
	ApiCall,
	ApiResponse,
	ApiTransport,
	ByteStream,
	Download,
	Headers,
	Transport,
} from '../api/transport';
import { authenticate } from './authenticate';

export const CREDENTIAL = 'magicHourVideoApi';

/** Largest answer that is read, in bytes. The API's answers have a few kB. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Videos get no smaller. What comes compressed all the same is unpacked by n8n's HTTP client, as far as it knows how. */
const UNCOMPRESSED = { 'Accept-Encoding': 'identity' };

const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 5;

/** Requests through n8n's HTTP helper, so that n8n's proxy and TLS settings, and its protection of internal hosts, hold. */
export function n8nTransport(
	n8n: IExecuteFunctions | ILoadOptionsFunctions,
	baseUrl: string,
): Transport {
	const common = {
		returnFullResponse: true,
		// Statuses are looked at by the caller. It also keeps n8n from repeating a request by itself after a 401.
		ignoreHttpStatusErrors: true,
		encoding: 'stream',
		// The signal has the time.
		timeout: 0,
		// n8n would follow redirects anywhere, and keep a whole file in memory to be able to send it again.
		disableFollowRedirect: true,
	} as const;

	/** Redirects are not followed: n8n would follow them anywhere. */
	const openOnce = async (url: string, signal: AbortSignal): Promise<Download> => {
		const request = n8n.helpers.httpRequest({
			...common,
			method: 'GET',
			url,
			abortSignal: signal,
			headers: UNCOMPRESSED,
		});
		const response = (await untilAborted(request, signal)) as IN8nHttpFullResponse;
		return {
			status: response.statusCode,
			headers: response.headers as Headers,
			stream: response.body as ByteStream,
		};
	};

	return {
		async api(call, signal) {
			const options: IHttpRequestOptions = {
				...common,
				...requestOf(baseUrl, call),
				abortSignal: signal,
			};
			const request = n8n.helpers.httpRequestWithAuthentication.call(
				endedBy(signal, n8n),
				CREDENTIAL,
				options,
			);
			const response = (await untilAborted(request, signal)) as IN8nHttpFullResponse;
			return await readAnswer(response, signal);
		},

		async put(url, { content, length, mimeType }, signal) {
			try {
				checkFileUrl(url, baseUrl, 'upload the image');
				const request = n8n.helpers.httpRequest({
					...common,
					method: 'PUT',
					url,
					body: content,
					headers: { 'Content-Type': mimeType, 'Content-Length': length },
					abortSignal: signal,
				});
				const response = (await untilAborted(request, signal)) as IN8nHttpFullResponse;
				return await readAnswer(response, signal);
			} finally {
				// A request that failed leaves it open, with its file.
				if (!Buffer.isBuffer(content)) content.destroy();
			}
		},

		async open(url, signal) {
			let next = url;
			for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
				checkFileUrl(next, baseUrl, 'download the video');
				const download = await openOnce(next, signal);
				const { location } = download.headers;
				if (!REDIRECTS.includes(download.status) || location === undefined) return download;
				download.stream.destroy();
				next = resolveLocation(location, next);
			}
			throw new RequestError({
				code: 'MAGIC_HOUR_REDIRECTED',
				message: `Could not download the video: its address redirects more than ${MAX_REDIRECTS} times`,
				hint: 'Try again.',
				fate: 'refused',
				temporary: true,
			});
		},
	};
}

/**
 * Calls of the API from the test of a credential. n8n gives it this one helper, which is deprecated elsewhere: it has no
 * authentication of its own, and can't be stopped.
 */
export function credentialTestTransport(
	n8n: ICredentialTestFunctions,
	credential: ICredentialDataDecryptedObject,
	baseUrl: string,
): ApiTransport {
	return {
		async api(call, signal) {
			const options = {
				...(await authenticate(credential, requestOf(baseUrl, call))),
				resolveWithFullResponse: true,
				simple: false,
				useStream: true,
			};
			const request = n8n.helpers.request(options) as Promise<IN8nHttpFullResponse>;
			return await readAnswer(await untilAborted(request, signal), signal);
		},
	};
}

function requestOf(baseUrl: string, { method, path, body }: ApiCall): IHttpRequestOptions {
	return {
		method,
		url: urlOf(baseUrl, path),
		body,
		json: true,
		// Of an answer that breaks off, what has come can be read.
		headers: { 'Accept-Encoding': 'identity' },
	};
}

async function readAnswer(
	response: IN8nHttpFullResponse,
	signal: AbortSignal,
): Promise<ApiResponse> {
	return {
		status: response.statusCode,
		headers: response.headers as Headers,
		...(await readText(response.body as ByteStream, signal)),
	};
}

/**
 * Where a redirect leads. Node gives the bytes of a header as Latin-1: those that are not ASCII stay the bytes that the
 * server has sent, which mostly are UTF-8. One that can't be read is refused by the check of addresses.
 */
function resolveLocation(location: string, from: string): string {
	const ascii = location.replace(
		/[\u0080-\u00ff]/g,
		(byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return URL.canParse(ascii, from) ? new URL(ascii, from).href : ascii;
}

/**
 * The same functions, with another signal. The helper (n8n-core 2.41.1, `request-helpers/authentication.js`) puts that of
 * the execution on every request, so that a Stop would tear down one that pays, and lose its answer.
 */
function endedBy(
	signal: AbortSignal,
	n8n: IExecuteFunctions | ILoadOptionsFunctions,
): IExecuteFunctions {
	return Object.create(n8n, {
		getExecutionCancelSignal: { value: () => signal },
	}) as IExecuteFunctions;
}

function urlOf(baseUrl: string, path: string): string {
	return `${baseUrl.replace(/\/+$/, '')}${path}`;
}

/** Reads a text as far as it comes until the signal fires; gives up when it is absurdly long. */
async function readText(
	stream: ByteStream,
	signal: AbortSignal,
): Promise<Pick<ApiResponse, 'text' | 'brokenOff'>> {
	const chunks: Buffer[] = [];
	let length = 0;
	// Not "for await": that loses what has come when the connection breaks.
	const brokenOff = await new Promise<Error | undefined>((resolve) => {
		stream.on('data', (chunk: Buffer) => {
			length += chunk.length;
			if (length > MAX_RESPONSE_BYTES)
				resolve(unreadable('it is larger than any answer of the API'));
			else chunks.push(chunk);
		});
		stream.once('end', () => resolve(undefined));
		// Not once: there may be a second, which nobody else listens to.
		stream.on('error', resolve);
		const onClose = () => resolve(new Error('The answer has no end'));
		stream.once('close', onClose);
		if (stream.closed) onClose();
		signal.addEventListener('abort', onClose);
	});
	stream.destroy();
	return { text: Buffer.concat(chunks).toString('utf8'), brokenOff };
}

function unreadable(what: string): RequestError {
	return unexpectedResponse(`Could not read Magic Hour's answer: ${what}`);
}
