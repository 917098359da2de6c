import type { Fault } from '../../../local-api/server.mts';
import type { DetourKind } from './detours.mts';

/** The requests of a job, in order; named as the local API names them. */
export const STAGES = ['upload-urls', 'upload', 'create', 'poll', 'download'] as const;
export type Stage = (typeof STAGES)[number];

/** How often a fault hits, from the first request of its stage on. */
export const COUNTS = [1, 3, Infinity] as const;
export type Count = (typeof COUNTS)[number];

/**
 * What has to become of the item. Where these come from: `docs/magic-hour-api.md` ("Is a create request safe to repeat?")
 * for create requests; elsewhere: a request that can be repeated for nothing is repeated, unless the API itself has said
 * that the request is wrong.
 */
export type Behaviour =
	/** The node does not mind. */
	| 'harmless'
	/** Sent again, with patience: the video comes if the fault goes away. */
	| 'passes'
	/** Like `passes`, and never given up before the item's timeout. */
	| 'waits'
	/** Sending it again is no use: fails at once. */
	| 'final'
	/** Of a create request: nobody knows what became of it, so it is never sent again. */
	| 'unknown';

/** A cell that can't exist, and why. */
interface NotApplicable {
	readonly none: string;
}

export interface FaultRow {
	readonly name: string;
	readonly how: (stage: Stage, cell: CellContext) => Fault | { readonly detour: DetourKind };
	/** What the message has to say of it. */
	readonly says: RegExp | ((stage: Stage) => RegExp);
	/** In the order of {@link STAGES}. */
	readonly at: readonly (Behaviour | NotApplicable)[];
	/** Projects that a create request with this fault leaves behind, where nobody knows. */
	readonly leaves?: 0 | 1;
	/** The stage at which the API says with it that there is no such project: nothing to go on with. */
	readonly gone?: Stage;
	/** Least seconds of the node's time between two tries. */
	readonly leastWait?: Partial<Record<Stage, number>>;
	/** Seconds from the beginning of a cell, before which there is no second try. */
	readonly notBefore?: number;
	/** The node gives up for want of an answer, or of its end: real time has to pass. */
	readonly silent?: true;
}

/** What a fault can't know beforehand. */
interface CellContext {
	/** The node's time, in ms, when the cell begins. */
	readonly begun: number;
	/** A URL of another host. */
	readonly elsewhere: string;
}

const everywhere = <T,>(value: T): T[] => STAGES.map(() => value);

/** Safe to repeat: certain not to have been carried out. */
const PASSES = everywhere<Behaviour>('passes');
/** Safe to repeat but for the create request. */
const UNKNOWN: Behaviour[] = ['passes', 'passes', 'unknown', 'passes', 'passes'];
/** A person has to change something. A download is tried again all the same, with a fresh URL. */
const FINAL: Behaviour[] = ['final', 'final', 'final', 'final', 'passes'];
const WAITS = everywhere<Behaviour>('waits');

const NO_ANSWER_BODY: NotApplicable = { none: 'the storage answers a PUT without a body' };
const NO_URL: NotApplicable = { none: 'this request goes to no signed URL of that kind' };

/** The same, with no cell for PUT. */
const withoutPut = (
	[urls, , ...others]: readonly (Behaviour | NotApplicable)[],
	put: Behaviour | NotApplicable = NO_ANSWER_BODY,
): (Behaviour | NotApplicable)[] => [urls ?? 'passes', put, ...others];

/** An answer with a status, which came although the request was carried out (`after`), or because it was not. */
const status = (
	code: number,
	at: readonly Behaviour[],
	more: { after?: boolean; headers?: Record<string, string> } & Partial<FaultRow> = {},
): FaultRow => {
	const { after = false, headers = {}, ...row } = more;
	const fault = { status: code, body: { message: `Fault ${code}` }, headers, after };
	return {
		name: String(code),
		how: () => fault,
		says: new RegExp(`\\b${code}\\b`),
		at,
		leaves: after ? 1 : 0,
		...row,
	};
};

const tooMany = (name: string, more: Parameters<typeof status>[2] = {}): FaultRow =>
	status(429, WAITS, {
		name,
		// A download that is under way at the deadline is cut off.
		says: (stage) => (stage === 'download' ? /\b429\b|broke off/ : /\b429\b/),
		...more,
	});

const detour = (
	name: string,
	kind: DetourKind,
	says: RegExp,
	at: FaultRow['at'] = PASSES,
): FaultRow => ({ name, how: () => ({ detour: kind }), says, at });

/** Seconds to wait. */
const RETRY_AFTER = 40;
/** Seconds from the beginning of a cell: later than the first request of any stage. */
const RETRY_DATE = 200;

/** Slower than any patience: 20 bytes in a second of real time, which are 30 of the node's. */
const ENDLESS_BYTES_PER_SECOND = 1;
/** Bytes in a second of real time: an answer of the API takes about half a second. */
const STEADY: Readonly<Record<Stage, number>> = {
	'upload-urls': 1_000,
	upload: 20_000,
	create: 200,
	poll: 2_000,
	download: 50_000,
};

/** What goes wrong: the rows of docs/fault-matrix.md. */
export const FAULTS: readonly FaultRow[] = [
	detour('connection refused', 'refused', /connection was refused/),
	detour('DNS failure', 'no such host', /host name could not be resolved/),
	detour('TLS: certificate not trusted', 'unknown certificate', /secure connection/, FINAL),
	detour('TLS: not TLS at all', 'not TLS', /secure connection/, FINAL),
	detour('TLS: handshake broken off', 'broken handshake', /broke off/),
	{
		name: 'reset before the request took effect',
		how: () => ({ reset: 'before' }),
		says: /broke off/,
		at: UNKNOWN,
		leaves: 0,
	},
	{
		name: 'reset after the request took effect',
		how: () => ({ reset: 'after' }),
		says: /broke off/,
		at: UNKNOWN,
		leaves: 1,
	},
	{
		name: 'time-out: no answer',
		how: () => ({ hang: 'after' }),
		silent: true,
		says: /in time/,
		at: UNKNOWN,
		leaves: 1,
	},
	{
		...detour('time-out: the answer stops half-way', 'stall', /in time|broke off/),
		silent: true,
		at: withoutPut(UNKNOWN),
		leaves: 1,
	},
	{
		name: 'slow drip that comes to an end',
		how: (stage) => ({ drip: STEADY[stage] }),
		says: /./,
		at: everywhere('harmless'),
	},
	{
		name: 'slow drip without end',
		how: () => ({ drip: ENDLESS_BYTES_PER_SECOND }),
		silent: true,
		says: /in time|broke off/,
		// As long as bytes come, a download is not given up before the deadline, and then there is no time for another.
		at: [...UNKNOWN.slice(0, 4), 'final'],
		leaves: 1,
	},
	status(400, FINAL),
	status(401, FINAL),
	status(402, FINAL),
	// To a PUT: the storage's word for a signed URL that has expired.
	status(403, ['final', 'passes', 'final', 'final', 'passes']),
	status(404, FINAL, { gone: 'poll' }),
	status(408, UNKNOWN, { after: true }),
	status(422, FINAL),
	tooMany('429'),
	tooMany('429, Retry-After in seconds', {
		headers: { 'retry-after': String(RETRY_AFTER) },
		leastWait: Object.fromEntries(STAGES.map((stage) => [stage, RETRY_AFTER])),
	}),
	tooMany('429, Retry-After as a date', {
		how: (_, { begun }) => ({
			status: 429,
			body: { message: 'Fault 429' },
			headers: { 'retry-after': new Date(begun + RETRY_DATE * 1_000).toUTCString() },
		}),
		// An HTTP date has no fractions of a second.
		notBefore: RETRY_DATE - 1,
	}),
	status(500, UNKNOWN, { after: true }),
	// "No job was created: repeat after 30-60 s."
	status(502, PASSES, { leastWait: { create: 30 } }),
	status(503, PASSES),
	status(504, UNKNOWN, { after: true }),
	{
		name: 'empty body',
		how: () => ({ raw: '', after: true }),
		says: /empty/,
		at: withoutPut(UNKNOWN),
		leaves: 1,
	},
	{
		name: 'HTML instead of JSON, or of the video',
		how: () => ({
			raw: '<html><body>Welcome</body></html>',
			contentType: 'text/html',
			after: true,
		}),
		says: (stage) => (stage === 'download' ? /not an MP4/ : /HTML/),
		at: withoutPut(UNKNOWN, 'harmless'),
		leaves: 1,
	},
	{
		name: 'JSON of the wrong shape',
		how: () => ({ raw: '{"jobs":[{"status":"dancing"}]}', after: true }),
		says: (stage) => (stage === 'download' ? /not an MP4/ : /shape/),
		at: withoutPut(UNKNOWN),
		leaves: 1,
	},
	{
		name: 'huge body',
		how: () => ({ huge: 3_000_000 }),
		says: (stage) => (stage === 'download' ? /not an MP4/ : /larger/),
		at: UNKNOWN,
		leaves: 0,
	},
	{
		name: 'redirect to another host',
		how: (_, { elsewhere }) => ({ redirect: elsewhere, status: 307 }),
		says: (stage) => (stage === 'download' ? /not an MP4/ : /redirect/),
		at: ['final', 'final', 'unknown', 'final', 'passes'],
	},
	{
		name: 'truncated: the connection breaks off',
		how: () => ({ truncate: 0.5 }),
		says: /broke off/,
		at: withoutPut(UNKNOWN),
		leaves: 1,
	},
	{
		name: 'truncated, with a length to match',
		how: () => ({ truncate: 0.5, length: 'short' }),
		says: (stage) => (stage === 'download' ? /cut off/ : /not JSON/),
		at: withoutPut(UNKNOWN),
		leaves: 1,
	},
	{
		...detour('wrong content type', 'relabelled', /./),
		at: withoutPut(everywhere('harmless')),
	},
	{
		name: 'expired upload URL',
		how: () => ({ expired: true }),
		says: /expired/,
		at: [NO_URL, 'passes', NO_URL, NO_URL, NO_URL],
	},
	{
		name: 'expired download URL',
		how: () => ({ expired: true }),
		says: /expired/,
		at: [NO_URL, NO_URL, NO_URL, NO_URL, 'passes'],
	},
];
