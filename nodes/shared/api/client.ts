import type { z } from 'zod';
import {
	createdAnswer,
	errorMessageOf,
	parseAnswer,
	projectAnswer,
	UnexpectedAnswer,
	uploadUrlsAnswer,
	type Created,
	type Project,
	type UploadUrl,
} from './schemas';
import type { Clock } from '../lib/clock';
import { RequestFailure, Stopped, strangeAnswer } from '../lib/errors';
import { readNetworkError } from './networkErrors';
import { Pace } from './rateLimitGate';
import {
	AFTER_PAYING,
	BEFORE_PAYING,
	PAYING,
	readRetryAfter,
	TEMPORARY,
	withRetries,
	type RetryRule,
} from './retry';
import type { Answer, ApiCall, Download, Payload, Transport } from './transport';
import { LONGEST_SAID, oneLine } from '../lib/text';

/** Body of `POST /v1/image-to-video`. */
export interface CreateBody {
	readonly name: string;
	readonly model: string;
	readonly end_seconds: number;
	readonly resolution?: string;
	readonly audio?: boolean;
	readonly style: { readonly prompt?: string };
	readonly assets: { readonly image_file_path: string; readonly end_image_file_path?: string };
}

export interface CallOptions {
	/** Time (of the clock) after which nothing is tried again. */
	readonly deadline: number;
	readonly signal?: AbortSignal;
}

/** An image that can be uploaded. */
export interface Uploadable {
	/** Extension that Magic Hour is told. */
	readonly format: string;
	/** Called for every try, since a stream can be sent only once. */
	open(): Promise<Payload>;
}

/** How long a 429 that names no time holds back all requests, in milliseconds. */
const LEAST_HOLD = 1_000;

/** Statuses with which a storage refuses a signed URL that has expired. */
const EXPIRED = [403, 410];

/** An expired URL is replaced by a fresh one, so that is worth another try, too. */
const UPLOADING: RetryRule = {
	...BEFORE_PAYING,
	statuses: [...BEFORE_PAYING.statuses, ...EXPIRED],
};

/**
 * The calls of the Magic Hour API that this package uses, each with its retry rule, its answers parsed.
 * Every method throws `RequestFailure`, whose message says what happened and whose hint says what to do.
 */
export class MagicHourClient {
	/** Holds back every request after a 429. */
	private readonly pace: Pace;
	/** Holds back creating alone: a 429 there mostly means that the plan has no room for another project. */
	private readonly createPace: Pace;

	constructor(
		private readonly transport: Transport,
		private readonly clock: Clock,
	) {
		this.pace = new Pace(clock);
		this.createPace = new Pace(clock);
	}

	/** Asks where to put files. @param extensions one for each file; the answer has their order */
	async uploadUrls(extensions: readonly string[], options: CallOptions): Promise<UploadUrl[]> {
		const items = extensions.map((extension) => ({ type: 'image', extension }));
		const call: ApiCall = { method: 'POST', path: '/v1/files/upload-urls', body: { items } };
		const answer = await this.call(call, PREPARE_UPLOAD, uploadUrlsAnswer, BEFORE_PAYING, options);
		if (answer.items.length === extensions.length) return answer.items;
		throw new RequestFailure({
			message: `Magic Hour gave ${answer.items.length} upload URLs where ${extensions.length} were asked for`,
			hint: 'Nothing was created or charged. Try again later.',
			fate: 'refused',
			temporary: false,
		});
	}

	/**
	 * Puts an image to a signed URL; asks for a fresh URL when that one has expired.
	 * @returns where the image is now
	 */
	async upload(image: Uploadable, first: UploadUrl, options: CallOptions): Promise<UploadUrl> {
		let url = first;
		await this.withRetries(UPLOADING, options, async () => {
			const file = await image.open();
			const answer = await this.answerOf(UPLOAD, () =>
				this.transport.put(url.upload_url, file, options.signal),
			);
			if (EXPIRED.includes(answer.status)) {
				[url] = (await this.uploadUrls([image.format], options)) as [UploadUrl];
			}
			refuseError(answer, UPLOAD, this.clock, true);
		});
		return url;
	}

	/**
	 * Creates a project: **this charges credits**. Never repeated unless it is certain that there is no project, and not
	 * after a 429: when to come back depends on the other projects, which only the caller knows.
	 */
	async create(body: CreateBody, options: CallOptions): Promise<Created> {
		const call: ApiCall = { method: 'POST', path: '/v1/image-to-video', body };
		await this.createPace.ready(options.deadline, options.signal);
		return await this.call(call, 'create the video', createdAnswer, PAYING, options);
	}

	async project(id: string, options: CallOptions): Promise<Project> {
		const call: ApiCall = { method: 'GET', path: projectPath(id) };
		return await this.call(call, `get project ${id}`, projectAnswer, AFTER_PAYING, options);
	}

	/** Deletes a project's video for good. It is gone, too, if a second try does not find what the first may have deleted. */
	async deleteProject(id: string, options: CallOptions): Promise<void> {
		const what = `delete project ${id}`;
		let mayBeGone = false;
		await this.withRetries(BEFORE_PAYING, options, async () => {
			try {
				const answer = await this.answerOf(what, () =>
					this.transport.api({ method: 'DELETE', path: projectPath(id) }),
				);
				if (mayBeGone && answer.status === 404) return;
				refuseError(answer, what, this.clock);
			} catch (error) {
				if (error instanceof RequestFailure && error.fate === 'unknown') mayBeGone = true;
				throw error as Error;
			}
		});
	}

	/** Opens a download once: a second try needs a fresh URL, which is the caller's to get. */
	async openDownload(url: string, signal?: AbortSignal): Promise<Download> {
		await this.pace.ready(Infinity, signal);
		const download = await this.answerOf('download the video', () =>
			this.transport.open(url, signal),
		);
		try {
			refuseError({ ...download, text: '' }, 'download the video', this.clock, true);
			return download;
		} catch (error) {
			download.stream.destroy();
			throw error as Error;
		}
	}

	private async call<T extends z.ZodTypeAny>(
		call: ApiCall,
		what: string,
		schema: T,
		rule: RetryRule,
		options: CallOptions,
	): Promise<z.infer<T>> {
		return await this.withRetries(rule, options, async () => {
			const answer = await this.answerOf(what, () => this.transport.api(call));
			refuseError(answer, what, this.clock);
			return parseOrFail(schema, answer, what);
		});
	}

	private async withRetries<T>(
		rule: RetryRule,
		{ deadline, signal }: CallOptions,
		work: () => Promise<T>,
	): Promise<T> {
		const paced = async () => {
			await this.pace.ready(deadline, signal);
			return await work().catch((error: unknown) => {
				if (error instanceof RequestFailure && error.status === 429) this.slowDown(rule, error);
				throw error as Error;
			});
		};
		return await withRetries(paced, { rule, clock: this.clock, deadline, signal });
	}

	private slowDown(rule: RetryRule, failure: RequestFailure): void {
		if (rule === PAYING) this.createPace.hold(failure.retryAfterMs ?? 0, failure);
		else this.pace.hold(failure.retryAfterMs ?? LEAST_HOLD, failure);
	}

	/** Turns an error that came instead of an answer into a `RequestFailure`. */
	private async answerOf<T>(what: string, request: () => Promise<T>): Promise<T> {
		return await request().catch((error: unknown) => {
			throw error instanceof RequestFailure || error instanceof Stopped
				? error
				: networkFailure(error, what, NOTHING_CHARGED[what] ?? '');
		});
	}
}

function projectPath(id: string): string {
	return `/v1/video-projects/${encodeURIComponent(id)}`;
}

const PREPARE_UPLOAD = 'prepare the upload';
const UPLOAD = 'upload the image';

/** What a failure of a request that comes before the create request means for the credits. */
const NOTHING_CHARGED: Readonly<Record<string, string>> = {
	[PREPARE_UPLOAD]: ' Nothing was created or charged.',
	[UPLOAD]: ' Nothing was created or charged.',
};

function networkFailure(error: unknown, what: string, consequence: string): RequestFailure {
	const { what: happened, fate, temporary, code } = readNetworkError(error);
	const details = code === undefined ? '' : ` (${code})`;
	return new RequestFailure({
		message: `Could not ${what}: ${happened}`,
		hint:
			(fate === 'unsent'
				? `The request never reached the server${details}. Check the API Base URL of the credential and the network of the n8n server.`
				: `Check the network of the n8n server${details}, and try again.`) + consequence,
		fate,
		temporary,
	});
}

type StatusMeanings = Readonly<Record<number, { meaning: string; hint: string }>>;

/** What the statuses of the API mean and what to do, as `docs/magic-hour-api.md` documents them. */
const STATUS_MEANINGS: StatusMeanings = {
	400: { meaning: 'the request is invalid', hint: 'Change what the message names.' },
	401: {
		meaning: 'the API key was not accepted',
		hint: 'Open the Magic Hour credential, check the API key (and the API Base URL, if you changed it) and test it.',
	},
	402: {
		meaning: 'the account is out of credits',
		hint: 'Buy credits or upgrade at Magic Hour, or choose a shorter video, a lower resolution or a cheaper model.',
	},
	403: {
		meaning: 'the plan of the account does not include this',
		hint: 'Choose a model and resolution that your Magic Hour plan includes, or upgrade the plan.',
	},
	404: {
		meaning: 'not found',
		hint: 'Check the project ID: the project may have been deleted, or belong to another account.',
	},
	422: { meaning: 'the request was not accepted', hint: 'Change what the message names.' },
	429: {
		meaning: 'too many requests, or too many videos at once for the plan',
		hint: 'Wait until running videos are finished, or give the node a longer Timeout.',
	},
};

/** What the statuses of the storage mean: its URLs are signed, so a refusal means that one has expired. */
const STORAGE_STATUS_MEANINGS: StatusMeanings = {
	400: { meaning: 'the storage did not accept the request', hint: 'Try again.' },
	403: { meaning: 'the signed URL has expired', hint: 'Try again.' },
	404: { meaning: 'the file is not there (any more)', hint: 'Try again.' },
	410: { meaning: 'the signed URL has expired', hint: 'Try again.' },
	413: {
		meaning: 'the file is too large for the plan',
		hint: 'Use a smaller image, or upgrade the plan.',
	},
};

const SERVER_ERROR = {
	meaning: 'Magic Hour had a temporary problem',
	hint: 'Try again in a few minutes.',
};
const REDIRECTED = {
	meaning:
		'the server redirected the request elsewhere, which is not followed to protect the API key',
	hint: 'Check the API Base URL of the credential.',
};
const OTHER_STATUS = {
	meaning: 'the answer was unexpected',
	hint: 'Check the API Base URL of the credential.',
};

/** Whether a request that was answered with this status may have been carried out: 502 and 503 are documented not to be. */
function mayBeDone(status: number): boolean {
	return status === 408 || status === 499 || (status >= 500 && status !== 502 && status !== 503);
}

/** @throws {RequestFailure} unless the status says success */
function refuseError(answer: Answer, what: string, clock: Clock, storage = false): void {
	const { status, headers, text } = answer;
	if (status >= 200 && status < 300) return;
	const fallback =
		status >= 500 ? SERVER_ERROR : status >= 300 && status < 400 ? REDIRECTED : OTHER_STATUS;
	const { meaning, hint } =
		(storage ? STORAGE_STATUS_MEANINGS : STATUS_MEANINGS)[status] ?? fallback;
	const said = errorMessageOf(text);
	throw new RequestFailure({
		message: `Could not ${what}: ${meaning} (${status}${said === undefined ? '' : `: ${oneLine(said, LONGEST_SAID)}`})`,
		hint,
		fate: mayBeDone(status) ? 'unknown' : 'refused',
		status,
		retryAfterMs: readRetryAfter(headers['retry-after'], clock.now()),
		temporary: TEMPORARY.includes(status) || (storage && EXPIRED.includes(status)),
	});
}

function parseOrFail<T extends z.ZodTypeAny>(schema: T, answer: Answer, what: string): z.infer<T> {
	try {
		return parseAnswer(schema, answer.text);
	} catch (error) {
		if (!(error instanceof UnexpectedAnswer)) throw error as Error;
		throw strangeAnswer(`Could not ${what}: ${error.message}`);
	}
}
