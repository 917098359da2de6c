import { ApiError } from './api-error.mts';
import type { RequestKind } from './request-log.mts';

/** Another answer. */
export type Replacement =
	/** This answer instead; with `after`, the request takes effect all the same. */
	| {
			readonly status: number;
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
			readonly after?: boolean;
	  }
	/** This text as the answer: HTML, JSON of another shape, nothing. Status 200 unless given. */
	| {
			readonly raw: string;
			readonly contentType?: string;
			readonly status?: number;
			readonly headers?: Readonly<Record<string, string>>;
			readonly after?: boolean;
	  };

/** Something that goes wrong with a request. Plain data, so that it can also come over HTTP. */
export type Fault =
	| Replacement
	/** The connection is reset, before the request takes effect or after it. */
	| { readonly reset: 'before' | 'after' }
	/** The answer comes so many milliseconds late. */
	| { readonly late: number }
	/** The answer comes when the faults are cleared; of a file, its first half comes at once. */
	| { readonly held: true }
	/** The answer never comes. */
	| { readonly hang: 'before' | 'after' }
	/** Bytes per second of the answer's body; for an upload, at which its body is read. Its URLs may be moved, too. */
	| { readonly drip: number; readonly urlOrigin?: string }
	/**
	 * Only this share (0 to 1) of the answer's body comes. With length 'full' (default) the connection
	 * breaks off; with 'short' the answer is complete by its own content-length.
	 */
	| { readonly truncate: number; readonly length?: 'full' | 'short' }
	/** What a regular expression finds in the answer is replaced. */
	| { readonly find: string; readonly replaceBy: string; readonly urlOrigin?: string }
	/** Sent elsewhere, before the request takes effect. Status 302 unless given. */
	| { readonly redirect: string; readonly status?: number }
	/** The pre-signed URL has expired: uploads and downloads only. */
	| { readonly expired: true }
	/** A body of so many bytes, of blanks, which is valid for no format. */
	| { readonly huge: number; readonly contentType?: string }
	/** The video is grown to so many bytes by an MP4 `free` box: it stays valid. Downloads only. */
	| { readonly padTo: number }
	/** The URLs in the answer point at this origin: an upload or download host that is down. */
	| { readonly urlOrigin: string };

export const isReplacement = (fault: Fault): fault is Replacement =>
	'raw' in fault || ('status' in fault && !('redirect' in fault));

/** The kinds of request that a fault can be tied to, where it is not all of them. */
const ONLY: Readonly<Record<string, readonly RequestKind[]>> = {
	expired: ['upload', 'download'],
	padTo: ['download'],
	urlOrigin: ['upload-urls', 'poll'],
};

interface Queued {
	readonly fault: Fault;
	left: number;
}

/** The faults that are switched on: a queue for each kind of request. */
export class Faults {
	private readonly queues = new Map<RequestKind, Queued[]>();
	/** How many requests are under way that are never answered. */
	hanging = 0;
	private readonly held: (() => void)[] = [];

	/**
	 * Lets the next requests of a kind go wrong, after those that earlier calls are for.
	 * @param times number of requests; Infinity until {@link clear}
	 * @throws ApiError 400 if the fault makes no sense for the kind
	 */
	set(kind: RequestKind, fault: Fault, times = Infinity): void {
		for (const [name, kinds] of Object.entries(ONLY)) {
			if (name in fault && !kinds.includes(kind)) {
				throw new ApiError(400, `The fault '${name}' is for ${kinds.join(', ')}, not for ${kind}`);
			}
		}
		const queue = this.queues.get(kind) ?? [];
		queue.push({ fault, left: times });
		this.queues.set(kind, queue);
	}

	/** The fault for a request that has come in, which uses it up. */
	take(kind: RequestKind): Fault | undefined {
		const queue = this.queues.get(kind);
		const first = queue?.[0];
		if (!queue || !first) return undefined;
		first.left--;
		if (first.left <= 0) queue.shift();
		return first.fault;
	}

	/** Resolves at the next {@link clear}. */
	whenCleared(): Promise<void> {
		return new Promise((resolve) => this.held.push(resolve));
	}

	clear(): void {
		this.queues.clear();
		for (const goOn of this.held.splice(0)) goOn();
	}
}
