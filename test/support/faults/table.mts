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
	| 'unknown'
	/** The execution is stopped: nothing is sent any more, and a project that there is, or will be, is named. */
	| 'stopped';

/** A cell that can't exist, and why. */
interface NotApplicable {
	readonly none: string;
}

/** Which limit is over first, that of a request or that of the item, depends on how busy the machine is. */
const TIME_IS_OVER = /in time|broke off|time for it was over/;

export interface FaultRow {
	readonly name: string;
	readonly how: (stage: Stage, cell: CellContext) => Fault | { readonly detour: DetourKind };
	/** What the message has to say of it. */
	readonly says: RegExp | ((stage: Stage) => RegExp);
	/** A person stops the execution when the request has arrived. The workflow's timeout is the same to the node. */
	readonly stop?: true;
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

/** The answer is none of the API's own: of a create request, nobody knows. */
const UNSURE: Behaviour[] = ['final', 'final', 'unknown', 'final', 'passes'];
const WAITS_BUT_CREATE: Behaviour[] = ['waits', 'waits', 'unknown', 'waits', 'waits'];

const NO_ANSWER_BODY: NotApplicable = { none: 'the storage answers a PUT without a body' };
const NO_URL: NotApplicable = { none: 'this request goes to no signed URL of that kind' };

const NO_JSON: NotApplicable = { none: 'this answer is no JSON' };
const NO_CREDITS: NotApplicable = { none: 'this answer has no credits' };
const NO_ID: NotApplicable = { none: 'no project comes into being with this answer' };

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

/** An answer that somebody else gives after the request was carried out. */
const ofProxy = (
	name: string,
	code: number,
	at: FaultRow['at'],
	raw: string,
	says: FaultRow['says'] = new RegExp(`\\b${code}\\b`),
): FaultRow => ({
	name,
	how: () => ({ status: code, raw, contentType: 'text/html', after: true }),
	says,
	at,
	leaves: 1,
});

const tooMany = (name: string, more: Parameters<typeof status>[2] = {}): FaultRow =>
	status(429, WAITS, {
		name,
		// A download that is under way at the deadline is cut off.
		says: (stage) => (stage === 'download' ? /\b429\b|broke off|time for it was over/ : /\b429\b/),
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

/** Real milliseconds from a request to its answer, and to the stop in between. */
const LATE = 500;

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

/** An answer that is cut in the middle: that to a create request behind the id. */
const BEHIND_ID: FaultRow['at'] = ['passes', NO_ANSWER_BODY, 'harmless', 'passes', 'passes'];

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
		says: TIME_IS_OVER,
		at: UNKNOWN,
		leaves: 1,
	},
	{
		...detour('time-out: the answer stops half-way', 'stall', TIME_IS_OVER),
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
		says: TIME_IS_OVER,
		// The answer to a create request has its id in time. As long as bytes come, a download is not given up before the deadline, and then there is no time for another.
		at: ['passes', 'passes', 'harmless', 'passes', 'final'],
	},
	{
		name: 'Stop, before the answer begins',
		how: () => ({ late: LATE }),
		stop: true,
		says: /stopped/i,
		at: everywhere('stopped'),
	},
	{
		name: 'Stop, while the answer comes',
		how: (stage) => ({ drip: STEADY[stage] }),
		stop: true,
		says: /stopped/i,
		at: everywhere('stopped'),
	},
	{
		name: 'Stop, and no answer comes',
		how: () => ({ hang: 'after' }),
		stop: true,
		silent: true,
		says: (stage) => (stage === 'create' ? /in time/ : /stopped/i),
		at: ['stopped', 'stopped', 'unknown', 'stopped', 'stopped'],
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
	...[502, 503, 504].flatMap((code) => [
		ofProxy(`${code} of a proxy`, code, UNKNOWN, `<html><h1>${code}</h1></html>`),
		ofProxy(`${code} with an empty body`, code, UNKNOWN, ''),
	]),
	ofProxy('407 of a proxy', 407, UNSURE, '<html>Log in</html>'),
	ofProxy('413 of a proxy', 413, UNSURE, '<html>Too large</html>'),
	ofProxy('429 of a proxy', 429, WAITS_BUT_CREATE, '<html>Slow down</html>', (stage) =>
		stage === 'download' ? /\b429\b|broke off|time for it was over/ : /\b429\b/,
	),
	{
		name: '101: another protocol',
		how: () => ({
			...{ status: 101, body: {}, after: true },
			headers: { connection: 'Upgrade', upgrade: 'websocket' },
		}),
		silent: true,
		says: TIME_IS_OVER,
		at: UNKNOWN,
		leaves: 1,
	},
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
	...[301, 302, 303, 307, 308].map(
		(code): FaultRow => ({
			name: `${code}: redirect to another host`,
			how: (_, { elsewhere }) => ({ redirect: elsewhere, status: code }),
			says: (stage) => (stage === 'download' ? /not an MP4/ : /redirect/),
			at: UNSURE,
		}),
	),
	{
		name: 'truncated: the connection breaks off',
		how: () => ({ truncate: 0.5 }),
		says: /broke off/,
		at: BEHIND_ID,
	},
	{
		name: 'truncated, with a length to match',
		how: () => ({ truncate: 0.5, length: 'short' }),
		says: (stage) => (stage === 'download' ? /cut off/ : /not JSON/),
		at: BEHIND_ID,
	},
	{
		name: 'truncated within the ID',
		how: () => ({ truncate: 0.2 }),
		says: /the answer names the ID "\w+"/,
		at: [NO_ID, NO_ID, 'unknown', NO_ID, NO_ID],
		leaves: 1,
	},
	{
		name: 'a byte order mark before the JSON',
		how: () => ({ find: '^', replaceBy: '\uFEFF' }),
		says: /./,
		at: ['harmless', NO_ANSWER_BODY, 'harmless', 'harmless', NO_JSON],
	},
	{
		name: 'text behind the JSON',
		how: () => ({ find: '$', replaceBy: '<!-- from a cache -->' }),
		says: /not JSON/,
		at: ['passes', NO_ANSWER_BODY, 'harmless', 'waits', NO_JSON],
	},
	{
		name: 'credits as a text',
		how: () => ({ find: '("credits_charged":)(\\d+)', replaceBy: '$1"$2"' }),
		says: /credits_charged/,
		at: [NO_CREDITS, NO_CREDITS, 'harmless', 'harmless', NO_CREDITS],
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
