import type { IncomingHttpHeaders } from 'node:http';

import type { Account } from './accounts.mts';

export const REQUEST_KINDS = [
	...(['upload-urls', 'upload', 'create', 'poll', 'download', 'delete', 'account'] as const),
	...(['saved-items'] as const),
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** A request as it came in, with no secret in it. */
export interface RecordedRequest {
	readonly kind: RequestKind | 'other';
	readonly method: string;
	/** Without its query, which signs a pre-signed URL. */
	readonly path: string;
	/** What was answered; null if nothing was (yet). */
	status: number | null;
	/** `authorization` is always there: 'absent', 'present (creator)' or 'present (unknown key)'. */
	readonly headers: Readonly<Record<string, string>>;
	/** The JSON body, parsed. */
	body?: unknown;
	/** Of an upload: bytes received. */
	bytes?: number;
	/** By the clock, in ms. */
	readonly at: number;
	projectId?: string;
}

/** The requests that came, in order. */
export class RequestLog {
	private entries: RecordedRequest[] = [];

	constructor(
		private readonly accounts: readonly Account[],
		private readonly clock: () => number,
	) {}

	get all(): readonly RecordedRequest[] {
		return this.entries;
	}

	add(request: {
		kind: RecordedRequest['kind'];
		method: string;
		url: string;
		headers: IncomingHttpHeaders;
	}): RecordedRequest {
		const headers: Record<string, string> = {};
		for (const [name, value] of Object.entries(request.headers)) {
			headers[name] = this.redact(String(value));
		}
		headers['authorization'] = this.describe(request.headers.authorization);
		const entry: RecordedRequest = {
			kind: request.kind,
			method: request.method,
			path: this.redact(request.url.split('?', 1)[0] ?? ''),
			status: null,
			headers,
			at: this.clock(),
		};
		this.entries.push(entry);
		return entry;
	}

	/** A body as it may be kept: a key that turns up in it is replaced by the name of its account. */
	redactBody(body: unknown): unknown {
		return body === undefined
			? undefined
			: (JSON.parse(this.redact(JSON.stringify(body))) as unknown);
	}

	/** A new list: one that a test holds from before keeps its entries. */
	clear(): void {
		this.entries = [];
	}

	private describe(authorization: string | undefined): string {
		if (authorization === undefined) return 'absent';
		const account = this.accounts.find(({ key }) => authorization.includes(key));
		return `present (${account?.name ?? 'unknown key'})`;
	}

	private redact(text: string): string {
		return this.accounts.reduce(
			(redacted, { key, name }) => redacted.replaceAll(key, `[key of ${name}]`),
			text,
		);
	}
}
