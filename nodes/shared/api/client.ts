import type { z } from 'zod';
import type { Clock } from '../lib/clock';
import { RequestError } from '../lib/errors';
import {
	createImageToVideo,
	createTextToVideo,
	createUploadUrls,
	deleteProject,
	getAccount,
	getProject,
	listSavedItems,
	DEFAULT_TIMEOUT_MS,
	UPLOAD_IMAGE,
	type CallDescriptor,
	type CallWithAnswer,
	type CreateBody,
	type SavedItemsQuery,
	type CreateCall,
	type TextToVideoBody,
} from './calls';
import { FileTransfer } from './fileTransfer';
import { Gates } from './rateLimitGate';
import { EXPIRED_URL_STATUSES, readResponse, throwForStatus } from './responseErrors';
import { responseOf, wholeAnswerOf } from './responseOf';
import { withRetries } from './retry';
import type { Account, CreateResponse, Project, SavedItems, UploadUrl } from './schemas';
import type { ApiCall, ApiResponse, Payload, Transport } from './transport';

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
const MIN_PAUSE_MS = 1_000;

/**
 * The calls of the Magic Hour API that this package uses, as `calls.ts` describes them, their answers parsed.
 * Every method throws `RequestError`, whose message says what happened and whose hint says what to do.
 */
export class MagicHourClient {
	/** Moves files, and waits with them while requests wait. */
	readonly files: FileTransfer;

	/** @param gates those of others that use the same API key */
	constructor(
		private readonly transport: Transport,
		private readonly clock: Clock,
		private readonly gates = new Gates(clock),
	) {
		this.files = new FileTransfer(transport, clock, gates.all);
	}

	/** Asks where to put files. @param extensions one for each file; the answer has their order */
	async createUploadUrls(
		extensions: readonly string[],
		options: CallOptions,
	): Promise<UploadUrl[]> {
		const { items } = await this.call(createUploadUrls(extensions), options);
		if (items.length === extensions.length) return items;
		throw new RequestError({
			code: 'MAGIC_HOUR_UNEXPECTED_RESPONSE',
			message: `Magic Hour gave ${items.length} upload URLs where ${extensions.length} were asked for`,
			hint: 'Nothing was created or charged. Try again later.',
			fate: 'refused',
			temporary: false,
		});
	}

	/**
	 * Puts an image to a signed URL; asks for a fresh URL when that one has expired.
	 * @returns where the image is now
	 */
	async uploadImage(image: Uploadable, first: UploadUrl, options: CallOptions): Promise<UploadUrl> {
		let url = first;
		await this.withRetries(UPLOAD_IMAGE, options, async () => {
			const answer = await this.files.put(url.upload_url, await image.open(), options.signal);
			if (EXPIRED_URL_STATUSES.includes(answer.status)) {
				[url] = (await this.createUploadUrls([image.format], options)) as [UploadUrl];
			}
			throwForStatus(answer, UPLOAD_IMAGE, this.clock);
		});
		return url;
	}

	/** Creates a project: **this charges credits**. As {@link create}. */
	async createImageToVideo(body: CreateBody, options: CallOptions): Promise<CreateResponse> {
		return await this.create(createImageToVideo(body), options);
	}

	/** Creates a project: **this charges credits**. As {@link create}. */
	async createTextToVideo(body: TextToVideoBody, options: CallOptions): Promise<CreateResponse> {
		return await this.create(createTextToVideo(body), options);
	}

	/**
	 * Creates a project: **this charges credits**. Never repeated unless it is certain that there is no project, and not
	 * after a 429: when to come back depends on the other projects, which only the caller knows.
	 */
	private async create(call: CreateCall, options: CallOptions): Promise<CreateResponse> {
		await this.gates.create.waitUntilOpen(options.deadline, options.signal);
		return await this.call(call, options);
	}

	async getProject(id: string, options: CallOptions): Promise<Project> {
		return await this.call(getProject(id), options);
	}

	/** Costs nothing. The one way to know the plan, and what is left to spend. */
	async getAccount(options: CallOptions): Promise<Account> {
		return await this.call(getAccount(), options);
	}

	/** Costs nothing. */
	async listSavedItems(query: SavedItemsQuery, options: CallOptions): Promise<SavedItems> {
		return await this.call(listSavedItems(query), options);
	}

	/** Deletes a project's video for good. It is gone, too, if a second try does not find what the first may have deleted. */
	async deleteProject(id: string, options: CallOptions): Promise<void> {
		const call = deleteProject(id);
		let mayBeGone = false;
		await this.withRetries(call, options, async () => {
			try {
				const answer = await this.answerOf(call, options, wholeAnswerOf);
				if (mayBeGone && answer.status === 404) return;
				throwForStatus(answer, call, this.clock);
			} catch (error) {
				if (error instanceof RequestError && error.fate === 'unknown') mayBeGone = true;
				throw error as Error;
			}
		});
	}

	private async call<T extends z.ZodTypeAny>(
		call: CallWithAnswer<T>,
		options: CallOptions,
	): Promise<z.infer<T>> {
		return await this.withRetries(call, options, async () => {
			const answer = await this.answerOf(call, options, call.salvage ? responseOf : wholeAnswerOf);
			return readResponse(answer, call, this.clock);
		});
	}

	private async answerOf(
		call: CallDescriptor & { readonly request: ApiCall },
		{ signal }: CallOptions,
		receive: typeof wholeAnswerOf,
	): Promise<ApiResponse> {
		const { pays, timeoutMs = DEFAULT_TIMEOUT_MS } = call;
		const limits = { clock: this.clock, timeoutMs, signal: pays ? undefined : signal };
		return await receive(call, limits, async (end) => await this.transport.api(call.request, end));
	}

	private async withRetries<T>(
		call: CallDescriptor,
		{ deadline, signal }: CallOptions,
		work: () => Promise<T>,
	): Promise<T> {
		const paced = async () => {
			await this.gates.all.waitUntilOpen(deadline, signal);
			return await work().catch((error: unknown) => {
				if (error instanceof RequestError && error.status === 429) this.slowDown(call, error);
				throw error as Error;
			});
		};
		return await withRetries(paced, { rule: call.retry, clock: this.clock, deadline, signal });
	}

	private slowDown({ gate }: CallDescriptor, failure: RequestError): void {
		if (gate === 'create') this.gates.create.pauseFor(failure.retryAfterMs ?? 0, failure);
		else this.gates.all.pauseFor(failure.retryAfterMs ?? MIN_PAUSE_MS, failure);
	}
}
