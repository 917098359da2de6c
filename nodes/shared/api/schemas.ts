import { z } from 'zod';
import type { ErrorCode } from '../lib/errorCodes';
import { MAX_API_MESSAGE_LENGTH, singleLine, wellFormed } from '../lib/text';

/**
 * The answers of the Magic Hour API: parsed here and nowhere else. Only what a paid video can't be handed on without
 * is required. Of a project, other fields may be absent, or anything else. Unknown fields pass.
 */

/** Ids of projects as they can stand in a path, a message and a log: Magic Hour's have some 25 letters and digits. */
export const PROJECT_ID = /^[\w-]{1,128}$/;
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

export interface CreateResponse {
	readonly id: string;
	/** Estimate of the server, in credits, until the project is complete. */
	readonly credits_charged?: number | null;
}

/** It is paid for: what is odd beside the id is dropped, and what only the project itself can say. */
export const createResponseSchema = z
	.object({ id: projectId, credits_charged: z.number().nullish().catch(undefined) })
	.passthrough()
	.transform(({ id, credits_charged: credits, ...others }): CreateResponse => {
		const fields: readonly string[] = PROJECT_FIELDS;
		const more = Object.entries(others).filter(([name]) => !fields.includes(name));
		const charged = credits === undefined ? {} : { credits_charged: credits };
		return { ...Object.fromEntries(more), id, ...charged };
	});

/** Absent, too, if it is something else than documented: it keeps no finished video from its owner. */
const unimportant = <T extends z.ZodTypeAny>(schema: T) => schema.nullish().catch(undefined);

/** Also where it comes as text. */
const numberSchema = z.preprocess(
	(value) => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
	z.number().finite(),
);

/** Characters of a word that nobody knows, such as a new status. */
const MAX_WORD_LENGTH = 80;

const wordSchema = z
	.string()
	.transform((word) => singleLine(word, MAX_WORD_LENGTH).trim())
	.pipe(z.string().min(1));

const subscriptionSchema = z.object({
	name: unimportant(wordSchema),
	/** `active` or `past_due`. */
	status: unimportant(wordSchema),
	/** `month` or `year`. */
	billing_interval: unimportant(wordSchema),
	/** ISO 8601. */
	current_period_end: unimportant(wordSchema),
	cancel_at_period_end: unimportant(z.boolean()),
});

const accountFieldsSchema = z.object({
	/** The plan, in lower case: `free`, `creator`, `pro`, `business`, or one that is new. */
	tier: unimportant(wordSchema.transform((tier) => tier.toLowerCase())),
	/** Credits left to spend. */
	credits: unimportant(numberSchema),
	subscription: unimportant(subscriptionSchema),
});

export interface Account extends z.infer<typeof accountFieldsSchema> {
	/** All of the answer, as it came. */
	readonly raw: Readonly<Record<string, unknown>>;
}

/** Of the plan and the balance one has to be there: whoever needs the other looks for it. */
export const accountSchema = z.record(z.unknown()).transform((raw, context): Account => {
	const account = accountFieldsSchema.parse(raw);
	if (!isEmpty(account.tier) || !isEmpty(account.credits)) return { ...account, raw };
	context.addIssue({ code: 'custom', message: 'neither tier nor credits can be read' });
	return z.NEVER;
});

/** Those of a list that can be read. */
const readableOf = <T extends z.ZodTypeAny>(schema: T) =>
	z.array(z.unknown()).transform((values) =>
		values.flatMap((value): Array<z.infer<T>> => {
			const parsed = schema.safeParse(value);
			return parsed.success ? [parsed.data as z.infer<T>] : [];
		}),
	);

const savedAssetSchema = z.object({
	/** Never expires, and goes where that of an upload goes. */
	file_path: z.string().min(1),
	/** `IMAGE`, `VIDEO` or `AUDIO`. */
	media_kind: z.string(),
	is_primary: unimportant(z.boolean()),
});

const savedItemSchema = z.object({
	/** `character`, `reference`, `moodboard` and others. */
	type: unimportant(wordSchema),
	name: unimportant(wordSchema),
	assets: readableOf(savedAssetSchema),
});
export type SavedItem = z.infer<typeof savedItemSchema>;

/** A page of what is kept in the account; an item that can't be read is not there. */
export const savedItemsSchema = z.object({
	items: readableOf(savedItemSchema),
	/** With which the next page is asked for; there is none without. */
	next_cursor: unimportant(z.string().min(1)),
});
export type SavedItems = z.infer<typeof savedItemsSchema>;

/** Statuses of a project that goes on no more. Any other, known or not, means that it is not finished. */
export const FINAL_STATUSES: readonly string[] = ['complete', 'error', 'canceled'];

const statusSchema = z
	.string()
	.min(1)
	.transform((status) => {
		const usual = status.trim().toLowerCase().replace('cancelled', 'canceled');
		return FINAL_STATUSES.includes(usual) ? usual : singleLine(status, MAX_WORD_LENGTH);
	});

const downloadSchema = z.object({
	url: z.string().trim().refine(isWebUrl),
	/** ISO 8601. */
	expires_at: unimportant(z.string()),
});
export type ProjectDownload = z.infer<typeof downloadSchema>;

const reasonSchema = z.object({
	code: unimportant(z.string().min(1)),
	message: unimportant(z.string().min(1)),
});

const projectFieldsSchema = z.object({
	/** Also where it comes as a number. */
	id: z.preprocess((id) => (Number.isSafeInteger(id) ? String(id) : id), z.string().min(1)),
	name: unimportant(z.string()),
	status: statusSchema,
	type: unimportant(z.string()),
	created_at: unimportant(z.string()),
	/** Pixels; -1 means that it can be ignored. */
	width: unimportant(numberSchema),
	height: unimportant(numberSchema),
	start_seconds: unimportant(numberSchema),
	end_seconds: unimportant(numberSchema),
	credits_charged: unimportant(numberSchema),
	fps: unimportant(numberSchema),
	/** Why it failed, as far as that is said. */
	error: z.unknown().transform(readReason),
	/** Those that can be fetched. */
	downloads: z.unknown().transform(readDownloads),
});

/** Names of the fields of a project that are looked at. */
export const PROJECT_FIELDS = Object.keys(projectFieldsSchema.shape) as Array<keyof ProjectFields>;

/** What is looked at of a project. */
export type ProjectFields = z.infer<typeof projectFieldsSchema>;

export interface Project extends ProjectFields {
	/** All of the answer, as it came. */
	readonly raw: Readonly<Record<string, unknown>>;
	/** Fields that came and could not be read. */
	readonly unreadable: readonly string[];
}

/** A project, of which the id and the status count. @param status the one of a project that comes without one that can be read */
export const projectSchemaWith = (status?: string) =>
	z.record(z.unknown()).transform((raw, context): Project => {
		const parsed = projectFieldsSchema.safeParse({
			...raw,
			status: isText(raw.status) ? raw.status : (status ?? raw.status),
			// The deprecated field has a URL, too.
			downloads: [raw.downloads, raw.download],
		});
		if (parsed.success) return { ...parsed.data, raw, unreadable: unreadableOf(raw, parsed.data) };
		parsed.error.issues.forEach((issue) => context.addIssue(issue));
		return z.NEVER;
	});

export const projectSchema = projectSchemaWith();

function readReason(error: unknown): { code?: string; message?: string } | undefined {
	const parsed = reasonSchema.safeParse(typeof error === 'string' ? { message: error } : error);
	if (!parsed.success) return undefined;
	const { code, message } = parsed.data;
	if (!code && !message) return undefined;
	return { ...(code ? { code } : {}), ...(message ? { message } : {}) };
}

/** @param candidates the list, and what may stand in for it */
function readDownloads(candidates: unknown): ProjectDownload[] {
	for (const candidate of candidates as unknown[]) {
		const usable = [candidate].flat().flatMap((download) => {
			const parsed = downloadSchema.safeParse(isText(download) ? { url: download } : download);
			return parsed.success ? [parsed.data] : [];
		});
		if (usable.length > 0) return usable;
	}
	return [];
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function isWebUrl(text: string): boolean {
	return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function unreadableOf(raw: Readonly<Record<string, unknown>>, fields: ProjectFields): string[] {
	const unread = PROJECT_FIELDS.filter((name) => !isEmpty(raw[name]) && isEmpty(fields[name]));
	const { downloads } = raw;
	const isPartly = Array.isArray(downloads) && downloads.length > fields.downloads.length;
	return isPartly && !unread.includes('downloads') ? [...unread, 'downloads'] : unread;
}

/** Says nothing. */
function isEmpty(value: unknown): boolean {
	return (
		value === undefined ||
		value === null ||
		(typeof value === 'object' && Object.keys(value).length === 0)
	);
}

const errorSchema = z.object({
	/** Since October 2026. */
	code: z.string().optional().catch(undefined),
	message: z.string().min(1).optional().catch(undefined),
});

export interface ApiErrorAnswer extends z.infer<typeof errorSchema> {
	/** It has a code or a message, and nothing else, as the API's errors have. */
	readonly isBare: boolean;
}

/** Most problems of an answer that are told: a long list can have one in each entry. */
const MAX_PROBLEMS = 3;

/** An answer that is not what the API promises. */
export class UnexpectedResponseError extends Error {
	override name = 'UnexpectedResponseError';
	readonly code: ErrorCode = 'MAGIC_HOUR_UNEXPECTED_RESPONSE';
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
	return parseAs(schema, parseJson(text, what), what);
}

/** Parses a value that came as JSON. @throws {UnexpectedResponseError} as `parseJsonAs` does */
export function parseAs<T extends z.ZodTypeAny>(
	schema: T,
	value: unknown,
	what: string,
): z.infer<T> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data as z.infer<T>;
	const problems = parsed.error.issues
		.slice(0, MAX_PROBLEMS)
		.map(
			(issue) =>
				`${issue.path.join('.') || what}: ${singleLine(issue.message, MAX_API_MESSAGE_LENGTH)}`,
		);
	throw new UnexpectedResponseError(`The ${what} has an unexpected shape (${problems.join('; ')})`);
}

/** What an error answer says; nothing when the answer is something else, such as a proxy's HTML page. */
export function apiErrorOf(text: string): ApiErrorAnswer {
	let json: unknown;
	try {
		json = readJson(text);
	} catch {
		return { isBare: false };
	}
	const said = errorSchema.safeParse(json).data;
	if (said === undefined) return { isBare: false };
	return {
		...said,
		isBare: Object.keys(json as object).every((name) => name in errorSchema.shape),
	};
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

/**
 * What comes from outside goes into output items whole: no key of it may be taken for an object's prototype, and no text
 * may have halves of characters, which JSON can spell.
 */
function safeValue(key: string, value: unknown): unknown {
	if (key === '__proto__') return undefined;
	return typeof value === 'string' ? wellFormed(value) : value;
}

/** Some servers put a byte order mark before their JSON. @throws {SyntaxError} */
function readJson(text: string): unknown {
	return JSON.parse(text.replace(/^\uFEFF/, ''), safeValue);
}

function unexpected(message: string): never {
	throw new UnexpectedResponseError(message);
}
