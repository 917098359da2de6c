import { z } from 'zod';
import { MAX_API_MESSAGE_LENGTH, singleLine } from '../lib/text';

/**
 * The answers of the Magic Hour API: parsed here and nowhere else. Only what a paid video can't be handed on without
 * is required; other documented fields may be absent, but are never of another type. Unknown fields pass.
 */

/** Ids of projects as they can stand in a path, a message and a log: Magic Hour's have some 25 letters and digits. */
export const PROJECT_ID = /^[\w-][\w.~-]{0,127}$/;
const projectId = z.string().regex(PROJECT_ID);

const uploadUrlSchema = z
	.object({
		upload_url: z.string().url(),
		/** ISO 8601; the URL takes a file until then. */
		expires_at: z.string().min(1),
		/** What create requests call the file. */
		file_path: z.string().min(1),
	})
	.passthrough();

export const uploadUrlsSchema = z.object({ items: z.array(uploadUrlSchema) }).passthrough();
export type UploadUrl = z.infer<typeof uploadUrlSchema>;

/** It is paid for: what is odd beside the id is dropped. */
export const createResponseSchema = z
	.object({
		id: projectId,
		/** Estimate of the server, in credits, until the project is complete. */
		credits_charged: z.number().nullish().catch(undefined),
	})
	.passthrough();
export type CreateResponse = z.infer<typeof createResponseSchema>;

export const projectSchema = z
	.object({
		id: projectId,
		name: z.string().nullish(),
		status: z.enum(['draft', 'queued', 'rendering', 'complete', 'error', 'canceled']),
		type: z.string().nullish(),
		created_at: z.string().nullish(),
		/** Pixels; -1 means that it can be ignored. */
		width: z.number().nullish(),
		height: z.number().nullish(),
		start_seconds: z.number().nullish(),
		end_seconds: z.number().nullish(),
		credits_charged: z.number().nullish(),
		fps: z.number().nullish(),
		error: z.object({ code: z.string(), message: z.string() }).passthrough().nullish(),
		downloads: z.array(
			z.object({ url: z.string().url(), expires_at: z.string().nullish() }).passthrough(),
		),
	})
	.passthrough();
export type Project = z.infer<typeof projectSchema>;

const errorSchema = z.object({ message: z.string().min(1) }).passthrough();

/** Most problems of an answer that are told: a long list can have one in each entry. */
const MAX_PROBLEMS = 3;

/** An answer that is not what the API promises. */
export class UnexpectedResponseError extends Error {
	override name = 'UnexpectedResponseError';
}

/**
 * Parses the text of an answer.
 * @param what what the text is called in the message
 * @throws {UnexpectedResponseError} that names the field and what was wrong with it
 */
export function parseJsonAs<T extends z.ZodTypeAny>(
	schema: T,
	text: string,
	what = 'answer',
): z.infer<T> {
	const parsed = schema.safeParse(parseJson(text, what));
	if (parsed.success) return parsed.data as z.infer<T>;
	const problems = parsed.error.issues
		.slice(0, MAX_PROBLEMS)
		.map(
			(issue) =>
				`${issue.path.join('.') || what}: ${singleLine(issue.message, MAX_API_MESSAGE_LENGTH)}`,
		);
	throw new UnexpectedResponseError(`The ${what} has an unexpected shape (${problems.join('; ')})`);
}

/** The `message` of an error answer; `undefined` when the answer is something else, such as a proxy's HTML page. */
export function errorMessageOf(text: string): string | undefined {
	let json: unknown;
	try {
		json = readJson(text);
	} catch {
		return undefined;
	}
	const parsed = errorSchema.safeParse(json);
	return parsed.success ? parsed.data.message : undefined;
}

function parseJson(text: string, what: string): unknown {
	try {
		return readJson(text);
	} catch {
		const isHtml = /^\s*</.test(text);
		const looks = text.trim() === '' ? 'empty' : isHtml ? 'an HTML page' : 'not JSON';
		return unexpected(`The ${what} is ${looks}`);
	}
}

/** Some servers put a byte order mark before their JSON. @throws {SyntaxError} */
function readJson(text: string): unknown {
	return JSON.parse(text.replace(/^\uFEFF/, ''));
}

function unexpected(message: string): never {
	throw new UnexpectedResponseError(message);
}
