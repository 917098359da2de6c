import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/**
 * What can arrive at the URL of a Magic Hour Trigger, and what becomes of it: the table that trigger.test.mts tries out in
 * a real n8n, and that docs/webhook-cases.md shows.
 */

export const SECRET = 'whsec_Tests & Grüße';

export interface TriggerParameters {
	readonly events?: readonly string[];
	readonly verifySignature?: boolean;
	readonly options: {
		readonly projectTypes?: readonly string[];
		readonly simplify?: boolean | string;
		readonly timestampTolerance?: number;
	};
}

type TriggerName =
	| 'usual'
	| 'unverified'
	| 'lipSync'
	| 'patient'
	| 'everything'
	| 'failing'
	| 'broken'
	| 'inactive';

/** The triggers that the cases are sent to. */
export const TRIGGERS: Readonly<Record<TriggerName, TriggerParameters>> = {
	usual: { options: {} },
	unverified: { verifySignature: false, options: {} },
	lipSync: { options: { projectTypes: ['LIP_SYNC', 'TALKING_PHOTO'] } },
	patient: { options: { timestampTolerance: 3600 } },
	everything: {
		events: ['image.completed', 'audio.errored', 'video.started', 'video.completed'],
		options: { simplify: false },
	},
	failing: { options: { simplify: "={{ $('Nowhere').first().json.simplify }}" } },
	/** Published as it is here; test/e2e/trigger.test.mts makes the tolerance 0 afterwards. */
	broken: { options: { timestampTolerance: 4711 } },
	inactive: { options: {} },
};

export interface WebhookCase {
	readonly what: string;
	readonly to?: TriggerName;
	/** Made when it is sent: signatures are of that moment. */
	readonly request: () => SentRequest;
	readonly status: number;
	/** Executions that it starts. */
	readonly starts: 0 | 1;
	/** The answer comes from n8n, before the node is asked. */
	readonly byN8n?: true;
	/** It is not what was sent alone that decides: n8n unpacks it, or something is wrong with the trigger. */
	readonly onlyInN8n?: true;
	/** What the message says. */
	readonly says?: string;
	/** What the message of the execution says that it starts; without it, the execution succeeds. */
	readonly fails?: string;
}

export interface SentRequest {
	readonly body: string | Buffer;
	readonly headers: Readonly<Record<string, string>>;
}

/** An event as Magic Hour writes it. */
export function eventBody(
	id: string,
	{ type = 'video.completed', ...payload }: Record<string, unknown> & { type?: string } = {},
): string {
	return JSON.stringify({ type, payload: projectPayload(id, payload) });
}

export function projectPayload(
	id: string,
	fields: Record<string, unknown> = {},
): Record<string, unknown> {
	return {
		id,
		name: 'Lighthouse',
		status: 'complete',
		type: 'IMAGE_TO_VIDEO',
		created_at: '2026-11-23T12:00:00.000Z',
		width: 854,
		height: 480,
		enabled: true,
		start_seconds: 0,
		end_seconds: 5,
		credits_charged: 120,
		fps: 24,
		error: null,
		downloads: [{ url: 'https://videos.example/a.mp4', expires_at: '2026-11-24T12:00:00.000Z' }],
		...fields,
	};
}

export interface SigningWishes {
	readonly secret?: string;
	/** Seconds before now; negative: in the future. */
	readonly age?: number;
	readonly contentType?: string;
}

/** Signs a body as Magic Hour does, by the definition of HMAC (RFC 2104): not with the code that is tested. */
export function signed(
	body: string | Buffer,
	{ secret = SECRET, age = 0, contentType = 'application/json' }: SigningWishes = {},
): SentRequest {
	const timestamp = String(Math.floor(Date.now() / 1000) - age);
	const message = Buffer.concat([Buffer.from(`${timestamp}.`), Buffer.from(body)]);
	return {
		body,
		headers: {
			'content-type': contentType,
			'magic-hour-event-timestamp': timestamp,
			'magic-hour-event-signature': hmacSha256(secret, message),
		},
	};
}

function hmacSha256(secret: string, message: Buffer): string {
	const BLOCK = 64;
	const key = Buffer.alloc(BLOCK);
	Buffer.from(secret).copy(key);
	const padded = (pad: number) => Buffer.from(key.map((byte) => byte ^ pad));
	const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
	return sha256(padded(0x5c), sha256(padded(0x36), message)).toString('hex');
}

function changed(request: SentRequest, change: Partial<SentRequest>): SentRequest {
	return { body: change.body ?? request.body, headers: { ...request.headers, ...change.headers } };
}

/** As a proxy may send it on: the signature is that of the bytes before. */
function compressed(request: SentRequest): SentRequest {
	return changed(request, {
		body: gzipSync(request.body),
		headers: { 'content-encoding': 'gzip' },
	});
}

/** With the header twice; HTTP makes a list of it. */
function twice(request: SentRequest, header: string): SentRequest {
	const value = request.headers[header] ?? '';
	return changed(request, { headers: { [header]: `${value}, ${value}` } });
}

/** A timestamp as JavaScript has it, and a signature that fits. */
function inMilliseconds(request: SentRequest): SentRequest {
	const timestamp = `${request.headers[TIMESTAMP]}000`;
	const message = Buffer.concat([Buffer.from(`${timestamp}.`), Buffer.from(request.body)]);
	return changed(request, {
		headers: { [TIMESTAMP]: timestamp, [SIGNATURE]: hmacSha256(SECRET, message) },
	});
}

function inUpperCase(request: SentRequest): SentRequest {
	return changed(request, {
		headers: { [SIGNATURE]: request.headers[SIGNATURE]?.toUpperCase() ?? '' },
	});
}

function without(request: SentRequest, header: string): SentRequest {
	return {
		...request,
		headers: Object.fromEntries(
			Object.entries(request.headers).filter(([name]) => name !== header),
		),
	};
}

const TIMESTAMP = 'magic-hour-event-timestamp';
const SIGNATURE = 'magic-hour-event-signature';
const BIG = 10_000_000;

/** Events that are accepted here are used again by the tests of duplicates. */
export const ACCEPTED_IDS = ['accepted', 'spaced', 'reordered', 'unicode'] as const;

const good = (): SentRequest => signed(eventBody('forged'));

export const WEBHOOK_CASES: readonly WebhookCase[] = [
	{ what: 'A signed event', request: () => signed(eventBody('accepted')), status: 200, starts: 1 },
	{
		what: 'An event of a failed video',
		request: () =>
			signed(
				eventBody('failed', {
					type: 'video.errored',
					status: 'error',
					error: { code: 'no_source_face', message: 'No face' },
					downloads: [],
				}),
			),
		status: 200,
		starts: 1,
	},
	{
		what: 'A body with unusual spacing and line ends',
		request: () =>
			signed(
				`\r\n{ "type" :\t"video.completed" ,\n "payload": ${JSON.stringify(projectPayload('spaced'), null, '\t ')} }  \n`,
			),
		status: 200,
		starts: 1,
	},
	{
		what: 'A body with its keys in another order, and numbers and escapes that JSON would write otherwise',
		request: () =>
			signed(
				`{"payload":{"status":"complete","fps":2.40e1,"name":"\\u0041\\/b","id":"reordered","downloads":[]},"type":"video.completed"}`,
			),
		status: 200,
		starts: 1,
	},
	{
		what: 'A body with non-ASCII text',
		request: () => signed(eventBody('unicode', { name: 'Grüße 海の灯台 🗼' })),
		status: 200,
		starts: 1,
	},
	{
		what: 'A body of 10 MB',
		request: () => signed(eventBody('big', { name: 'é'.repeat(BIG / 2) })),
		status: 200,
		starts: 1,
	},
	{
		what: 'A signature in upper case',
		request: () => inUpperCase(signed(eventBody('upper'))),
		status: 200,
		starts: 1,
	},
	{
		what: 'A content type that is not JSON',
		request: () => signed(eventBody('plain'), { contentType: 'text/plain' }),
		status: 200,
		starts: 1,
	},
	{
		what: 'No content type',
		request: () => without(signed(Buffer.from(eventBody('untyped'))), 'content-type'),
		status: 200,
		starts: 1,
	},
	{
		what: 'A body that was compressed on its way (gzip)',
		request: () => compressed(signed(eventBody('compressed'))),
		status: 200,
		starts: 1,
		onlyInN8n: true,
	},
	{
		what: 'Signed 4 minutes ago',
		request: () => signed(eventBody('late'), { age: 240 }),
		status: 200,
		starts: 1,
	},
	{
		what: 'Forged: no signature at all',
		request: () => ({ body: good().body, headers: { 'content-type': 'application/json' } }),
		status: 401,
		starts: 0,
		says: `The header ${TIMESTAMP} is missing`,
	},
	{
		what: 'Forged: the header with the timestamp is missing',
		request: () => without(good(), TIMESTAMP),
		status: 401,
		starts: 0,
		says: `The header ${TIMESTAMP} is missing`,
	},
	{
		what: 'Forged: the header with the signature is missing',
		request: () => without(good(), SIGNATURE),
		status: 401,
		starts: 0,
		says: `The header ${SIGNATURE} is missing`,
	},
	{
		what: 'Forged: signed with another secret',
		request: () => signed(eventBody('forged'), { secret: 'another secret' }),
		status: 401,
		starts: 0,
		says: 'The signature does not match',
	},
	{
		what: 'Forged: signed with an empty secret',
		request: () => signed(eventBody('forged'), { secret: '' }),
		status: 401,
		starts: 0,
		says: 'The signature does not match',
	},
	{
		what: 'Forged: one byte of the body was changed',
		request: () =>
			changed(good(), { body: String(good().body).replace('Lighthouse', 'lighthouse') }),
		status: 401,
		starts: 0,
		says: 'The signature does not match',
	},
	{
		what: 'Forged: the body was parsed and written again',
		request: () =>
			changed(good(), { body: JSON.stringify(JSON.parse(String(good().body)), null, 1) }),
		status: 401,
		starts: 0,
		says: 'The signature does not match',
	},
	{
		what: 'Forged: the signature has the wrong length',
		request: () => changed(good(), { headers: { [SIGNATURE]: 'ab12' } }),
		status: 401,
		starts: 0,
		says: 'is not a SHA-256 signature in hex',
	},
	{
		what: 'Forged: the timestamp is no number',
		request: () => changed(good(), { headers: { [TIMESTAMP]: 'now' } }),
		status: 401,
		starts: 0,
		says: 'is not a time in Unix seconds',
	},
	{
		what: 'The timestamp is in milliseconds',
		request: () => inMilliseconds(good()),
		status: 401,
		starts: 0,
		says: 'is not a time in Unix seconds',
	},
	{
		what: 'Forged: the header with the signature comes twice',
		request: () => twice(good(), SIGNATURE),
		status: 401,
		starts: 0,
		says: 'is not a SHA-256 signature in hex',
	},
	{
		what: 'Replayed: an old event with its own, old timestamp',
		request: () => signed(eventBody('accepted'), { age: 86_400 }),
		status: 401,
		starts: 0,
		says: '300 s are allowed',
	},
	{
		what: 'Replayed: an old event with a new timestamp',
		request: () =>
			changed(signed(eventBody('replayed'), { age: 86_400 }), {
				headers: { [TIMESTAMP]: good().headers[TIMESTAMP] ?? '' },
			}),
		status: 401,
		starts: 0,
		says: 'The signature does not match',
	},
	{
		what: 'Stale: signed 6 minutes ago',
		request: () => signed(eventBody('stale'), { age: 360 }),
		status: 401,
		starts: 0,
		says: 'ago; 300 s are allowed',
	},
	{
		what: 'Signed 6 minutes in the future',
		request: () => signed(eventBody('future'), { age: -360 }),
		status: 401,
		starts: 0,
		says: 'ahead of this clock; 300 s are allowed',
	},
	{
		what: 'Signed 6 minutes ago, with a tolerance of an hour',
		to: 'patient',
		request: () => signed(eventBody('stale'), { age: 360 }),
		status: 200,
		starts: 1,
	},
	{
		what: 'Malformed: JSON that is cut off',
		request: () => signed(eventBody('malformed').slice(0, -9)),
		status: 422,
		starts: 0,
		byN8n: true,
	},
	{
		what: 'Malformed: JSON that is cut off, as text/plain',
		request: () => signed(eventBody('malformed').slice(0, -9), { contentType: 'text/plain' }),
		status: 400,
		starts: 0,
		says: 'The body is not JSON',
	},
	{
		what: 'Malformed: an empty body',
		request: () => signed(''),
		status: 400,
		starts: 0,
		says: 'The body is empty',
	},
	{
		what: 'Malformed: a multipart form',
		request: () =>
			signed(
				'--x\r\ncontent-disposition: form-data; name="type"\r\n\r\nvideo.completed\r\n--x--\r\n',
				{ contentType: 'multipart/form-data; boundary=x' },
			),
		status: 401,
		starts: 0,
		onlyInN8n: true,
		says: 'The signature does not match',
	},
	{
		what: 'No event: a list',
		request: () => signed('[1,2]'),
		status: 400,
		starts: 0,
		says: 'The body has an unexpected shape',
	},
	{
		what: 'No event: no type',
		request: () => signed(JSON.stringify({ payload: projectPayload('untyped') })),
		status: 400,
		starts: 0,
		says: 'type: Required',
	},
	{
		what: 'No event: no project in it',
		request: () => signed(JSON.stringify({ type: 'video.completed', payload: {} })),
		status: 400,
		starts: 0,
		says: 'payload.id: Required',
	},
	{
		what: 'No event: null for a project',
		request: () => signed(JSON.stringify({ type: 'video.completed', payload: null })),
		status: 400,
		starts: 0,
		says: 'payload: Expected object',
	},
	{
		what: 'An event that is not chosen',
		request: () => signed(eventBody('unchosen', { type: 'video.started', status: 'rendering' })),
		status: 200,
		starts: 0,
		says: 'The event video.started is not chosen',
	},
	{
		what: 'An event that this package does not know',
		request: () => signed(eventBody('unknown', { type: 'video.forgotten' })),
		status: 200,
		starts: 0,
		says: 'The event video.forgotten is not chosen',
	},
	{
		what: 'An event that this package does not know, of something that is no project',
		request: () => signed(JSON.stringify({ type: 'credits.low_balance', payload: { left: 3 } })),
		status: 200,
		starts: 0,
		says: 'The event credits.low_balance is not chosen',
	},
	{
		what: 'An event of an image, where it is chosen',
		to: 'everything',
		request: () =>
			signed(
				eventBody('image', { type: 'image.completed', fps: undefined, end_seconds: undefined }),
			),
		status: 200,
		starts: 1,
	},
	{
		what: 'A project type that is not chosen',
		to: 'lipSync',
		request: () => signed(eventBody('type')),
		status: 200,
		starts: 0,
		says: 'Projects of the type IMAGE_TO_VIDEO are not chosen',
	},
	{
		what: 'A project type that is chosen',
		to: 'lipSync',
		request: () => signed(eventBody('lips').replace('IMAGE_TO_VIDEO', 'LIP_SYNC')),
		status: 200,
		starts: 1,
	},
	{
		what: 'No signature, where none is asked for',
		to: 'unverified',
		request: () => ({
			body: eventBody('unsigned'),
			headers: { 'content-type': 'application/json' },
		}),
		status: 200,
		starts: 1,
	},
	{
		what: 'No signature where none is asked for, and no event',
		to: 'unverified',
		request: () => ({ body: '{}', headers: { 'content-type': 'application/json' } }),
		status: 400,
		starts: 0,
		says: 'The body has an unexpected shape',
	},
	{
		what: 'A signed event, where an expression in Simplify has an error: the execution fails, and can be retried',
		to: 'failing',
		request: () => signed(eventBody('failing')),
		status: 200,
		starts: 1,
		fails: 'Options: n8n could not work out its value',
	},
	{
		what: 'No signature, where an expression in Simplify has an error',
		to: 'failing',
		request: () => ({ body: '', headers: {} }),
		status: 401,
		starts: 0,
		says: `The header ${TIMESTAMP} is missing`,
	},
	{
		what: 'A signed event, where a setting of the trigger has a value that it does not take',
		to: 'broken',
		request: () => signed(eventBody('broken')),
		status: 500,
		starts: 0,
		onlyInN8n: true,
		says: 'The settings of this trigger could not be read',
	},
	{
		what: 'A signed event for a workflow that is not published',
		to: 'inactive',
		request: () => signed(eventBody('inactive')),
		status: 404,
		starts: 0,
		byN8n: true,
	},
];
