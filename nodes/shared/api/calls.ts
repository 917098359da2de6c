import type { z } from 'zod';
import { findCreatedProject } from './createdProject';
import { AFTER_PAYING, BEFORE_PAYING, PAYING, type RetryRule } from './retry';
import { EXPIRED_URL_STATUSES } from './responseErrors';
import {
	accountSchema,
	createResponseSchema,
	projectSchema,
	savedItemsSchema,
	uploadUrlsSchema,
} from './schemas';
import type { ApiCall } from './transport';

/** The requests of this package as data: `docs/magic-hour-api.md` says where the rules come from. */
export interface CallDescriptor {
	/** What could not be done if it fails: "Could not …". */
	readonly action: string;
	readonly retry: RetryRule;
	/** It charges credits: once it is sent, its answer is waited for, also when the execution is stopped meanwhile. */
	readonly pays?: true;
	/** From its beginning to the end of its answer. Default: {@link DEFAULT_TIMEOUT_MS}. */
	readonly timeoutMs?: number;
	/** Which server answers: they mean different things by the same status. Default: the API. */
	readonly server?: 'api' | 'storage';
	/** Which requests an answer of 429 holds back. Default: all. */
	readonly gate?: 'create';
	/** What it means for the credits that the request did not get through. */
	readonly ifItFails?: string;
	/** What to do about a 404, if it does not mean that there is no such project. */
	readonly ifNotFound?: string;
}

/** Milliseconds after which a request is given up. Of a file, not counting the time that it may take on its way. */
export const DEFAULT_TIMEOUT_MS = 120_000;
/** The same of the one that pays: an answer that is given up may be an id that is lost. */
const PAYING_TIMEOUT_MS = 300_000;

/** A call of the API with an answer. */
export interface CallWithAnswer<T extends z.ZodTypeAny> extends CallDescriptor {
	readonly request: ApiCall;
	readonly schema: T;
	/** Reads what counts out of an answer that is not as promised, or broke off. */
	readonly salvage?: (text: string) => z.infer<T> | undefined;
}

/** Milliseconds after which a request is given up that most runs can do without. */
const SHORT_TIMEOUT_MS = 20_000;

const CHECK_BASE_URL = 'Check the API Base URL of the credential, and what the message names.';
const NOTHING_CHARGED = 'Nothing was created or charged.';

interface CommonBody {
	readonly name: string;
	readonly model: string;
	readonly end_seconds: number;
	readonly resolution?: string;
	readonly audio?: boolean;
}

/** Body of `POST /v1/image-to-video`. */
export interface CreateBody extends CommonBody {
	readonly style: { readonly prompt?: string };
	readonly assets: { readonly image_file_path: string; readonly end_image_file_path?: string };
}

/** Body of `POST /v1/text-to-video`. */
export interface TextToVideoBody extends CommonBody {
	readonly style: { readonly prompt: string };
	readonly aspect_ratio: string;
	readonly references?: ReadonlyArray<{ readonly name: string; readonly file_path: string }>;
}

/** @param extensions one for each file; the answer has their order */
export function createUploadUrls(extensions: readonly string[]) {
	return {
		action: 'prepare the upload',
		request: {
			method: 'POST',
			path: '/v1/files/upload-urls',
			body: { items: extensions.map((extension) => ({ type: 'image', extension })) },
		},
		schema: uploadUrlsSchema,
		retry: BEFORE_PAYING,
		ifItFails: NOTHING_CHARGED,
		ifNotFound: CHECK_BASE_URL,
	} satisfies CallWithAnswer<typeof uploadUrlsSchema>;
}

/** **This charges credits.** A 429 there mostly means that the plan has no room for another project. */
function create(path: string, body: CommonBody) {
	return {
		action: 'create the video',
		request: { method: 'POST', path, body },
		schema: createResponseSchema,
		salvage: findCreatedProject,
		retry: PAYING,
		pays: true,
		timeoutMs: PAYING_TIMEOUT_MS,
		gate: 'create',
		ifNotFound: CHECK_BASE_URL,
	} satisfies CallWithAnswer<typeof createResponseSchema>;
}
export type CreateCall = ReturnType<typeof create>;

export function createImageToVideo(body: CreateBody): CreateCall {
	return create('/v1/image-to-video', body);
}

export function createTextToVideo(body: TextToVideoBody): CreateCall {
	return create('/v1/text-to-video', body);
}

/** An answer about another project, such as a cache may give, is none: it must never bring another's video. */
export function getProject(id: string) {
	const schema = projectSchema.refine((project) => project.id === id, {
		path: ['id'],
		message: 'this is another project than was asked for',
	});
	return {
		action: `get project ${id}`,
		request: { method: 'GET', path: projectPath(id) },
		schema,
		retry: AFTER_PAYING,
	} satisfies CallWithAnswer<typeof schema>;
}

/** The plan and the balance. A server from before October 2026 does not know it, and answers 404. */
export function getAccount() {
	return {
		action: 'read the account',
		request: { method: 'GET', path: '/v1/account' },
		schema: accountSchema,
		retry: BEFORE_PAYING,
		timeoutMs: SHORT_TIMEOUT_MS,
		ifNotFound: 'This server has no accounts yet. Check the API Base URL of the credential.',
	} satisfies CallWithAnswer<typeof accountSchema>;
}

/** Which saved items are asked for. */
export interface SavedItemsQuery {
	/** `character`, `reference`, `voice`, `moodboard` or `brand_kit`. Default: all. */
	readonly type?: string;
	/** Items of a page, 1 to 100. */
	readonly limit: number;
	/** What the page before gave. */
	readonly cursor?: string;
}

/** What is kept in the account, a page of it. A server from before October 2026 does not know it, and answers 404. */
export function listSavedItems({ type, limit, cursor }: SavedItemsQuery) {
	const query = Object.entries({ type, limit, cursor }).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
	);
	return {
		action: 'list the saved items',
		request: { method: 'GET', path: `/v1/saved-items?${query.join('&')}` },
		schema: savedItemsSchema,
		retry: BEFORE_PAYING,
		timeoutMs: SHORT_TIMEOUT_MS,
		ifNotFound: 'This server has no saved items yet. Check the API Base URL of the credential.',
	} satisfies CallWithAnswer<typeof savedItemsSchema>;
}

/** Has no answer but its status. */
export function deleteProject(id: string) {
	return {
		action: `delete project ${id}`,
		request: { method: 'DELETE', path: projectPath(id) },
		retry: BEFORE_PAYING,
	} satisfies CallDescriptor & { request: ApiCall };
}

function projectPath(id: string): string {
	return `/v1/video-projects/${encodeURIComponent(id)}`;
}

/** An expired URL is replaced by a fresh one, so that is worth another try, too. */
export const UPLOAD_IMAGE: CallDescriptor = {
	action: 'upload the image',
	server: 'storage',
	retry: {
		...BEFORE_PAYING,
		statuses: [...BEFORE_PAYING.statuses, ...EXPIRED_URL_STATUSES],
	},
	ifItFails: NOTHING_CHARGED,
};

/** Is not tried again by itself: a second try needs a fresh URL, which is the caller's to get. */
export const DOWNLOAD_VIDEO: Pick<CallDescriptor, 'action' | 'server'> = {
	action: 'download the video',
	server: 'storage',
};
