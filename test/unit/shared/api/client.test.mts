import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import type { CreateBody, TextToVideoBody } from '../../../../nodes/shared/api/calls.ts';
import {
	MagicHourClient,
	type CallOptions,
	type Uploadable,
} from '../../../../nodes/shared/api/client.ts';
import type { ErrorCode } from '../../../../nodes/shared/lib/errorCodes.ts';
import { RequestError, AbortError, type Fate } from '../../../../nodes/shared/lib/errors.ts';
import { turns } from '../../../support/deferred.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport, refusal, type Reply } from '../../../support/fake-transport.mts';

const BODY: CreateBody = {
	name: 'Lighthouse',
	model: 'kling-3.0',
	end_seconds: 5,
	resolution: '720p',
	style: { prompt: 'waves' },
	assets: { image_file_path: 'api-assets/1.png' },
};
const TEXT_BODY: TextToVideoBody = {
	name: 'Dunes',
	model: 'kling-3.0',
	end_seconds: 5,
	style: { prompt: 'wind over dunes' },
	aspect_ratio: '16:9',
};
const CREATED = { id: 'p1', credits_charged: 240 };
const PROJECT = { id: 'p1', status: 'rendering', downloads: [] };

function lab(...replies: Reply[]) {
	const clock = new FakeClock();
	const transport = new FakeTransport();
	transport.answer(...replies);
	const client = new MagicHourClient(transport, clock);
	const options = { deadline: clock.now() + 1_800_000 };
	return { clock, transport, client, options, requests: transport.requests };
}

function networkError(code: string, syscall?: string): Error {
	const cause = Object.assign(new Error(code), { code, ...(syscall && { syscall }) });
	const config = { headers: { Authorization: 'Bearer mhk_live_secret' } };
	return Object.assign(new Error(`Request failed: ${code}`, { cause }), { config });
}

const REFUSED_CONNECTION = networkError('ECONNREFUSED', 'connect');
const RESET = networkError('ECONNRESET', 'read');

/** What holds for a request that costs money holds for each kind of it. */
const CREATES = [
	{
		path: '/v1/image-to-video',
		body: BODY,
		create: async (client: MagicHourClient, options: CallOptions) =>
			await client.createImageToVideo(BODY, options),
	},
	{
		path: '/v1/text-to-video',
		body: TEXT_BODY,
		create: async (client: MagicHourClient, options: CallOptions) =>
			await client.createTextToVideo(TEXT_BODY, options),
	},
];

describe.each(CREATES)('create by $path', ({ path, body, create }) => {
	test('sends the body, and returns what was created', async () => {
		const { client, options, requests } = lab({ json: { ...CREATED, estimated_frame_cost: 240 } });
		await expect(create(client, options)).resolves.toMatchObject(CREATED);
		expect(requests).toEqual([{ kind: 'api', call: { method: 'POST', path, body } }]);
	});

	/** A create may charge once: how often it is sent, and what is known about it when it fails for ever. */
	test.each<[string, Reply, number, Fate]>([
		...[400, 401, 402, 403, 404, 422, 429].map((status): [string, Reply, number, Fate] => [
			`${status}`,
			refusal(status),
			1,
			'refused',
		]),
		['502: no job was created', refusal(502), 4, 'refused'],
		['503: overloaded', refusal(503), 4, 'refused'],
		['connection refused', REFUSED_CONNECTION, 4, 'unsent'],
		['DNS failure', networkError('ENOTFOUND', 'getaddrinfo'), 4, 'unsent'],
		['a certificate that is not trusted', networkError('CERT_HAS_EXPIRED'), 1, 'unsent'],
		// Not documented to have created nothing.
		...[
			300, 301, 302, 303, 304, 305, 307, 308, 405, 407, 408, 409, 410, 411, 413, 414, 415, 421, 425,
			431, 451, 499, 500, 501, 504, 505, 507, 511, 520, 521, 522, 523, 524, 525, 526, 530, 599,
		].map((status): [string, Reply, number, Fate] => [`${status}`, refusal(status), 1, 'unknown']),
		// Of another form than the API's: a proxy says it, maybe after the request was carried out.
		...[400, 401, 402, 403, 404, 422, 429, 502, 503].flatMap(
			(status): [string, Reply, number, Fate][] => [
				[`${status} and a page`, { status, text: '<html>Bad</html>' }, 1, 'unknown'],
				[`${status} and nothing`, { status, text: '' }, 1, 'unknown'],
				[`${status} and a word`, { status, text: 'upstream error' }, 1, 'unknown'],
				[`${status} and other JSON`, { status, json: { error: 'upstream' } }, 1, 'unknown'],
			],
		),
		// Of the API's form as far as it goes: a gateway, maybe after the request was carried out.
		...[502, 503].flatMap((status): [string, Reply, number, Fate][] => {
			const message = 'An invalid response was received from the upstream server';
			return [
				[
					`${status} and a field of its own`,
					{ status, json: { message, request_id: '1' } },
					1,
					'unknown',
				],
				[
					`${status} and a code of its own`,
					{ status, json: { message, code: 'UPSTREAM' } },
					1,
					'unknown',
				],
				[
					`${status} and a code that is none`,
					{ status, json: { message: 'Try again later', code: 502 } },
					4,
					'refused',
				],
				...[
					message,
					'Bad Gateway',
					'Service Unavailable',
					'service temporarily unavailable.',
					'Internal server error',
					'Gateway Time-out',
					'Gateway Timeout',
					'Endpoint request timed out',
				].map((words): [string, Reply, number, Fate] => [
					`${status} and the words of gateways: ${words}`,
					{ status, json: { message: words } },
					1,
					'unknown',
				]),
				[
					`${status} and such words in a sentence`,
					{ status, json: { message: 'The service is unavailable: no job was created' } },
					4,
					'refused',
				],
				[
					`${status} and a code of the API`,
					{ status, json: { message, code: 'unauthorized' } },
					4,
					'refused',
				],
			];
		}),
		// The code says that nobody knows.
		...[400, 422, 429, 502, 503].map((status): [string, Reply, number, Fate] => [
			`${status} internal_server_error`,
			{ status, json: { code: 'internal_server_error', message: 'Oops' } },
			1,
			'unknown',
		]),
		['a redirect', { status: 307, headers: { location: 'https://evil.example' } }, 1, 'unknown'],
		['a reset', RESET, 1, 'unknown'],
		['a time-out', networkError('ECONNABORTED'), 1, 'unknown'],
		['an empty answer', { text: '' }, 1, 'unknown'],
		['an HTML page', { text: '<html></html>' }, 1, 'unknown'],
		['an answer without an id', { json: { credits_charged: 1 } }, 1, 'unknown'],
	])('%s', async (_, reply, times, fate) => {
		const { client, options, requests } = lab(reply);
		const failure = await rejectionOf(RequestError, create(client, options));
		expect(requests).toHaveLength(times);
		expect(failure.fate).toBe(fate);
		expect(failure.message).toMatch(/^Could not create the video: /);
	});

	/** The answer is cut off at every byte: the connection breaks, or that is all there is. */
	describe.each<[string, { brokenOff?: Error }]>([
		['and the connection breaks', { brokenOff: RESET }],
		['and that is all', {}],
	])('an answer that is cut off %s', (_, end) => {
		const ID = 'cm3xy8k2q0000v1l4d5e6f7g8';
		const WHOLE = JSON.stringify({ id: ID, estimated_frame_cost: 240, credits_charged: 240 });
		const ID_BEGINS = WHOLE.indexOf(ID);
		const ID_IS_WHOLE = ID_BEGINS + ID.length + 1;
		const cuts = Array.from({ length: WHOLE.length + 1 }, (_, length) => length);

		test.each(cuts.filter((length) => length >= ID_IS_WHOLE))(
			'after byte %i: has its id',
			async (length) => {
				const { client, options, requests } = lab({ text: WHOLE.slice(0, length), ...end });
				await expect(create(client, options)).resolves.toMatchObject({ id: ID });
				expect(requests).toHaveLength(1);
			},
		);

		test.each(cuts.filter((length) => length < ID_IS_WHOLE))(
			'after byte %i: is sent once, and what there is of the id is told',
			async (length) => {
				const { client, options, requests } = lab({ text: WHOLE.slice(0, length), ...end });
				const failure = await rejectionOf(RequestError, create(client, options));
				expect(requests).toHaveLength(1);
				expect(failure.fate).toBe('unknown');
				const begun = ID.slice(0, Math.max(0, length - ID_BEGINS));
				if (begun) expect(failure.message).toContain(`names the ID "${begun}"`);
				else expect(failure.message).not.toContain('names the ID');
			},
		);
	});

	test.each<[string, Reply]>([
		['credits that are no number', { json: { id: 'p1', credits_charged: '240' } }],
		['a byte order mark', { text: '\uFEFF{"id":"p1"}' }],
		['something behind it', { text: '{"id":"p1"}<!-- from cache -->' }],
		['something before it', { text: ')]}\',\n{"id":"p1"}' }],
		['a list around it', { json: [{ id: 'p1' }] }],
		['a broken connection, but all of it', { text: '{"id":"p1"}', brokenOff: RESET }],
	])('an answer with %s has its id', async (_, reply) => {
		const { client, options, requests } = lab(reply);
		await expect(create(client, options)).resolves.toEqual({ id: 'p1' });
		expect(requests).toHaveLength(1);
	});

	test.each<[string, Reply, string]>([
		['no plain one', { json: { id: '../p 1' } }, '../p 1'],
		['one with lines', { json: { id: 'p1\n2026 info: all is well' } }, 'p1 2026 info: all is well'],
		['inside something else', { json: { data: { id: 'p1' } } }, 'p1'],
		['in an answer of 500', { status: 500, json: { id: 'p1', message: 'Oops' } }, 'p1'],
		['in an answer of 504', { status: 504, json: { id: 'p1' } }, 'p1'],
	])('an id that is %s is told, and not used', async (_, reply, told) => {
		const { client, options, requests } = lab(reply);
		const failure = await rejectionOf(RequestError, create(client, options));
		expect(failure).toMatchObject({ fate: 'unknown' });
		expect(failure.message).toContain(`; the answer names the ID "${told}"`);
		expect(requests).toHaveLength(1);
	});

	test('what the API says of an error is told in one line, and not without end', async () => {
		const message = `model: not\nincluded \u001b[31m${'x'.repeat(500_000)}`;
		const { client, options } = lab({ status: 422, text: JSON.stringify({ message }) });
		const failure = await rejectionOf(RequestError, create(client, options));

		expect(failure.message).toContain('model: not included');
		expect(failure.message).not.toMatch(/\p{Cc}/u);
		expect(failure.message.length).toBeLessThan(700);
	});

	test('429 is given back: when there is room again is known by the batch alone', async () => {
		const { client, options, requests, clock } = lab(refusal(429, { 'retry-after': '17' }));
		const failure = await rejectionOf(RequestError, create(client, options));
		expect(requests).toHaveLength(1);
		expect(clock.sleeps).toEqual([]);
		expect(failure).toMatchObject({ fate: 'refused', status: 429, retryAfterMs: 17_000 });
	});

	test('503, connection refused, 503, then it works', async () => {
		const { client, options, requests } = lab(refusal(503), REFUSED_CONNECTION, refusal(503), {
			json: CREATED,
		});
		await expect(create(client, options)).resolves.toMatchObject(CREATED);
		expect(requests).toHaveLength(4);
	});

	test('502 is followed by a wait of 30 to 60 s', async () => {
		const { client, options, clock } = lab(refusal(502), { json: CREATED });
		await create(client, options);
		expect(clock.sleeps).toHaveLength(1);
		expect(clock.sleeps[0]).toBeGreaterThanOrEqual(30_000);
		expect(clock.sleeps[0]).toBeLessThanOrEqual(60_000);
	});

	test('Retry-After may be a date', async () => {
		const { client, options, clock, transport } = lab();
		const date = new Date(clock.date() + 42_000).toUTCString();
		transport.answer(refusal(503, { 'retry-after': date }), { json: CREATED });
		await create(client, options);
		expect(clock.sleeps).toEqual([42_000]);
	});

	test('once it is sent, a stop does not end it', async () => {
		const { client, options, transport } = lab();
		const stop = new AbortController();
		transport.answerWith(() => {
			stop.abort();
			return { json: CREATED };
		});
		const created = create(client, { ...options, signal: stop.signal });
		await expect(created).resolves.toMatchObject(CREATED);
		expect(transport.signals.map(({ aborted }) => aborted)).toEqual([false]);
	});

	test('is not sent once the execution has been stopped', async () => {
		const { client, options, requests } = lab({ json: CREATED });
		const signal = AbortSignal.abort();
		await rejectionOf(AbortError, create(client, { ...options, signal }));
		expect(requests).toEqual([]);
	});
});

/** Every request is given up in its own time, the answer that stops half-way included. */
describe('a request without an answer', () => {
	const IMAGE = (length: number): Uploadable => ({
		format: 'png',
		open: async () =>
			await Promise.resolve({ content: Buffer.from('x'), length, mimeType: 'image/png' }),
	});
	const URL = { upload_url: 'https://s.example/1', expires_at: '2999-01-01', file_path: 'f/1' };
	type Client = ReturnType<typeof lab>['client'];
	type Options = ReturnType<typeof lab>['options'];

	test.each<[string, number, Fate, (client: Client, options: Options) => Promise<unknown>]>([
		['create', 300_000, 'unknown', (client, options) => client.createImageToVideo(BODY, options)],
		['poll', 120_000, 'unknown', (client, options) => client.getProject('p1', options)],
		['account', 20_000, 'unknown', (client, options) => client.getAccount(options)],
		['delete', 120_000, 'unknown', (client, options) => client.deleteProject('p1', options)],
		[
			'upload URLs',
			120_000,
			'unknown',
			(client, options) => client.createUploadUrls(['png'], options),
		],
		['upload', 120_000, 'unknown', (client, options) => client.uploadImage(IMAGE(0), URL, options)],
		[
			'upload of 50 MB',
			2_120_000,
			'unknown',
			(client, options) => client.uploadImage(IMAGE(50_000_000), URL, options),
		],
		['download', 120_000, 'unknown', (client) => client.files.open('https://s.example/v.mp4')],
	])('%s is given up after %i ms', async (_, limit, fate, request) => {
		const { client, clock, transport } = lab('silence');
		// No time for another try.
		const asked = request(client, { deadline: clock.now() + 1 });
		const settled = jest.fn();
		void asked.catch(settled);
		await turns();
		clock.advance(limit - 1);
		await turns();
		expect(settled).not.toHaveBeenCalled();
		clock.advance(1);
		const failure = await rejectionOf(RequestError, asked);
		expect(failure).toMatchObject({ fate, temporary: true });
		expect(failure.message).toMatch(/^Could not .*: no answer came in time$/);
		expect(transport.requests).toHaveLength(1);
	});

	test('leaves nothing behind that listens to the signal of the execution', async () => {
		const { client, options } = lab({ json: PROJECT });
		const { signal } = new AbortController();
		const added = jest.spyOn(signal, 'addEventListener');
		const removed = jest.spyOn(signal, 'removeEventListener');
		await client.getProject('p1', { ...options, signal });
		expect(added.mock.calls.length).toBeGreaterThan(0);
		expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
			added.mock.calls.map(([, listener]) => listener),
		);
	});
});

describe('after a 429', () => {
	const PATIENCE = refusal(429, { 'retry-after': '20' });
	const slept = (clock: FakeClock) => clock.sleeps.reduce((sum, each) => sum + each, 0);

	test('of any request, everything waits as long as Magic Hour wants', async () => {
		const { client, options, clock, requests } = lab(PATIENCE, { json: PROJECT });
		const first = { deadline: clock.now() + 5_000 };
		await rejectionOf(RequestError, client.getProject('p1', first));
		expect(clock.sleeps).toEqual([]);

		await client.getProject('p1', options);
		expect(requests).toHaveLength(2);
		expect(slept(clock)).toBeGreaterThanOrEqual(20_000);
		expect(slept(clock)).toBeLessThan(21_000);
	});

	test('of a create, only creating waits', async () => {
		const { client, options, clock, transport } = lab(PATIENCE, { json: PROJECT });
		await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		await client.getProject('p1', options);
		expect(clock.sleeps).toEqual([]);

		transport.answer({ json: CREATED });
		await client.createImageToVideo(BODY, options);
		expect(slept(clock)).toBeGreaterThanOrEqual(20_000);
	});

	test('a create that would have to wait beyond its deadline fails without being sent', async () => {
		const { client, options, clock, requests } = lab(PATIENCE);
		await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		const second = client.createImageToVideo(BODY, { deadline: clock.now() + 10_000 });
		expect(await rejectionOf(RequestError, second)).toMatchObject({
			status: 429,
			fate: 'refused',
		});
		expect(requests).toHaveLength(1);
	});
});

describe('messages of refused requests', () => {
	test.each([
		[
			400,
			'end_seconds must be 5 or 10',
			/invalid.*400: end_seconds must be 5 or 10/,
			/message names/,
		],
		[401, 'Unauthorized', /API key was not accepted.*401: Unauthorized/, /credential/],
		[402, 'Payment required', /out of credits.*402/, /credits.*cheaper model/],
		[403, 'Upgrade', /plan.*403: Upgrade/, /plan/],
		[422, 'Unable to create video', /422: Unable to create video/, /message names/],
		[302, '', /redirected.*302/, /API Base URL/],
		[418, 'teapot', /unexpected.*418: teapot/, /API Base URL/],
		[501, '', /temporary problem.*501/, /again/],
	])('%i', async (status, message, says, advises) => {
		const { client, options } = lab({ status, json: { message } });
		const failure = await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		expect(failure.message).toMatch(says);
		expect(failure.hint).toMatch(advises);
		expect(failure.status).toBe(status);
	});

	/** October 2026 answers with codes; before, and from a proxy, the status is all there is. */
	test.each<[number, unknown, ErrorCode, RegExp, RegExp]>([
		[402, 'insufficient_credits', 'MAGIC_HOUR_INSUFFICIENT_CREDITS', /out of credits/, /^Buy/],
		[402, 'subscription_required', 'MAGIC_HOUR_SUBSCRIPTION_REQUIRED', /subscription/, /^Start/],
		[402, 'plan_upgrade_required', 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED', /the plan/, /upgrade/],
		[402, 'a new one', 'MAGIC_HOUR_INSUFFICIENT_CREDITS', /out of credits/, /^Buy/],
		[402, undefined, 'MAGIC_HOUR_INSUFFICIENT_CREDITS', /out of credits/, /^Buy/],
		[403, 'plan_upgrade_required', 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED', /the plan/, /upgrade/],
		[403, undefined, 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED', /the plan/, /upgrade/],
		[403, 'insufficient_credits', 'MAGIC_HOUR_INSUFFICIENT_CREDITS', /out of credits/, /^Buy/],
		[400, 'invalid_request', 'MAGIC_HOUR_INVALID_REQUEST', /is invalid/, /Change/],
		[422, 'unprocessable_entity', 'MAGIC_HOUR_INVALID_REQUEST', /not accepted/, /Change/],
		[422, 'constructor', 'MAGIC_HOUR_INVALID_REQUEST', /not accepted/, /Change/],
		[401, { is: 'no text' }, 'MAGIC_HOUR_UNAUTHORIZED', /API key/, /credential/],
		[409, undefined, 'MAGIC_HOUR_UNEXPECTED_RESPONSE', /unexpected/, /proxy/],
	])('%i with the code %j: %s', async (status, code, expected, says, advises) => {
		const { client, options } = lab({ status, json: { code, message: 'No' } });
		const failure = await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		expect(failure).toMatchObject({
			code: expected,
			message: expect.stringMatching(says) as string,
			hint: expect.stringMatching(advises) as string,
			status,
		});
		expect(failure.message).toContain(`(${status}: No)`);
	});

	test('a code does not decide whether a request may have been carried out', async () => {
		const { client, options, requests } = lab({ status: 500, json: { code: 'invalid_request' } });
		const failure = await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		expect(failure.fate).toBe('unknown');
		expect(requests).toHaveLength(1);
	});

	test('404 of a project names its id', async () => {
		const { client, options } = lab({ status: 404, json: { message: 'Not Found' } });
		const failure = await rejectionOf(RequestError, client.getProject('p1', options));
		expect(failure.message).toBe('Could not get project p1: not found (404: Not Found)');
	});

	test("a proxy's page is not shown", async () => {
		const { client, options } = lab({
			status: 403,
			text: '<html><script>alert(1)</script></html>',
		});
		const failure = await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
		expect(failure.message).not.toContain('<');
	});

	test('an answer of the wrong shape names the field', async () => {
		const { client, options } = lab({ json: { ...PROJECT, status: 7 } });
		const failure = await rejectionOf(RequestError, client.getProject('p1', options));
		expect(failure.message).toMatch(/^Could not get project p1: .*status: /);
		expect(failure.hint).toContain('API Base URL');
	});

	test.each([REFUSED_CONNECTION, RESET, networkError('CERT_HAS_EXPIRED')])(
		'%s: nothing of the request gets into the failure',
		async (error) => {
			const { client, options } = lab(error);
			const failure = await rejectionOf(RequestError, client.createImageToVideo(BODY, options));
			expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('secret');
		},
	);
});

describe('get a project', () => {
	test.each([
		['p1', '/v1/video-projects/p1'],
		['../files?a=b#c', '/v1/video-projects/..%2Ffiles%3Fa%3Db%23c'],
	])('%s', async (id, path) => {
		const { client, options, requests } = lab({ json: { ...PROJECT, id } });
		await expect(client.getProject(id, options)).resolves.toMatchObject({ ...PROJECT, id });
		expect(requests).toEqual([{ kind: 'api', call: { method: 'GET', path } }]);
	});

	test('an answer about another project is none: it is asked for again', async () => {
		const other = { ...PROJECT, id: 'p2' };
		const { client, options, requests } = lab({ json: other }, { json: other }, { json: PROJECT });
		await expect(client.getProject('p1', options)).resolves.toMatchObject(PROJECT);
		expect(requests).toHaveLength(3);
	});

	test('can be stopped', async () => {
		const { client, options, requests } = lab('silence');
		const stop = new AbortController();
		const asked = client.getProject('p1', { ...options, signal: stop.signal });
		await turns();
		stop.abort();
		await rejectionOf(AbortError, asked);
		expect(requests).toHaveLength(1);
	});

	test('goes on through everything that passes: the video is paid for', async () => {
		const { client, options, requests } = lab(
			...[408, 425, 429, 500, 502, 503, 504].map((status) => ({ status })),
			RESET,
			REFUSED_CONNECTION,
			{ text: '<html>maintenance</html>' },
			{ text: '' },
			{ json: PROJECT },
		);
		await expect(client.getProject('p1', options)).resolves.toMatchObject(PROJECT);
		expect(requests).toHaveLength(12);
	});

	test('an answer that broke off is asked for again, even if it looks whole', async () => {
		const text = JSON.stringify(PROJECT);
		const { client, options, requests } = lab({ text, brokenOff: RESET }, { json: PROJECT });
		await expect(client.getProject('p1', options)).resolves.toMatchObject(PROJECT);
		expect(requests).toHaveLength(2);
	});

	test.each([400, 401, 403, 404])('%i is final', async (status) => {
		const { client, options, requests } = lab({ status });
		await rejectionOf(RequestError, client.getProject('p1', options));
		expect(requests).toHaveLength(1);
	});
});

describe('get the account', () => {
	const SUBSCRIPTION = { name: 'Pro', status: 'active', cancel_at_period_end: false };

	test('its plan, balance and subscription', async () => {
		const answer = { id: 'a1', tier: 'pro', credits: 5000, subscription: SUBSCRIPTION };
		const { client, options, requests } = lab({ json: answer });
		await expect(client.getAccount(options)).resolves.toEqual({
			tier: 'pro',
			credits: 5000,
			subscription: SUBSCRIPTION,
			raw: answer,
		});
		expect(requests).toEqual([{ kind: 'api', call: { method: 'GET', path: '/v1/account' } }]);
	});

	test.each([
		['a plan that is new', { tier: ' Studio ', credits: 7 }, { tier: 'studio', credits: 7 }],
		['credits as text', { tier: 'free', credits: '12' }, { tier: 'free', credits: 12 }],
		[
			'no plan, and a subscription of another form',
			{ tier: 7, credits: 12, subscription: 'pro' },
			{ credits: 12 },
		],
		[
			'no balance',
			{ tier: 'pro', credits: 'many', subscription: null },
			{ tier: 'pro', subscription: null },
		],
		[
			'odd fields of the subscription',
			{ tier: 'pro', subscription: { name: ['Pro'], status: 'active', current_period_end: 17 } },
			{ tier: 'pro', subscription: { status: 'active' } },
		],
	])('of %s, what can be read', async (_, answer, expected) => {
		const { client, options } = lab({ json: answer });
		const { raw, ...account } = await client.getAccount(options);
		expect(account).toEqual(expected);
		expect(raw).toEqual(answer);
	});

	test.each([[{}], [{ id: 'a1' }], [[]], ['pro'], [null]])('none: %j', async (json) => {
		const { client, options, requests } = lab({ text: JSON.stringify(json) });
		const failure = await rejectionOf(RequestError, client.getAccount(options));
		expect(failure.message).toMatch(/^Could not read the account: /);
		expect(failure.code).toBe('MAGIC_HOUR_UNEXPECTED_RESPONSE');
		expect(requests).toHaveLength(4);
	});

	test('a server that does not know it is not asked again', async () => {
		const { client, options, requests } = lab(refusal(404));
		const failure = await rejectionOf(RequestError, client.getAccount(options));
		expect(failure).toMatchObject({ code: 'MAGIC_HOUR_NOT_FOUND', status: 404 });
		expect(failure.hint).not.toContain('project');
		expect(requests).toHaveLength(1);
	});
});

describe('delete a project', () => {
	test('204', async () => {
		const { client, options, requests } = lab({ status: 204 });
		await expect(client.deleteProject('p/1', options)).resolves.toBeUndefined();
		expect(requests).toEqual([
			{ kind: 'api', call: { method: 'DELETE', path: '/v1/video-projects/p%2F1' } },
		]);
	});

	test.each<[string, Reply]>([
		['the connection was lost', RESET],
		['500', { status: 500 }],
	])('is done, if %s and it is not found any more', async (_, lost) => {
		const { client, options, requests } = lab(lost, { status: 503 }, { status: 404 });
		await expect(client.deleteProject('p1', options)).resolves.toBeUndefined();
		expect(requests).toHaveLength(3);
	});

	test('is repeated, and names the project when it fails', async () => {
		const { client, options, requests } = lab(refusal(503), refusal(503), refusal(404));
		const failure = await rejectionOf(RequestError, client.deleteProject('p1', options));
		expect(requests).toHaveLength(3);
		expect(failure.message).toMatch(/^Could not delete project p1: not found/);
	});
});

describe('upload', () => {
	const url = (number: number) => ({
		upload_url: `https://storage.example/${number}?signature=s`,
		expires_at: '2026-11-23T12:00:00Z',
		file_path: `api-assets/${number}.png`,
	});
	const image = (format = 'png') => {
		const open = jest.fn(async () =>
			Promise.resolve({ content: Buffer.from('image'), length: 5, mimeType: `image/${format}` }),
		);
		return { format, open } satisfies Uploadable;
	};
	/** Gives out URLs 1, 2, 3, ... and lets the test decide what the storage says to each. */
	function storage(...replies: Reply[]) {
		const all = lab();
		let given = 0;
		all.transport.answerWith((request) => {
			if (request.kind !== 'api') return (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
			const { items } = request.call.body as { items: unknown[] };
			return { json: { items: items.map(() => url(++given)) } };
		});
		const puts = () =>
			all.requests.flatMap((request) => (request.kind === 'put' ? [request.url] : []));
		return { ...all, puts, given: () => given };
	}

	test('asks for all URLs at once, in order', async () => {
		const { client, options, requests } = storage();
		const urls = await client.createUploadUrls(['png', 'jpg'], options);
		expect(urls).toEqual([url(1), url(2)]);
		expect(requests).toEqual([
			{
				kind: 'api',
				call: {
					method: 'POST',
					path: '/v1/files/upload-urls',
					body: {
						items: [
							{ type: 'image', extension: 'png' },
							{ type: 'image', extension: 'jpg' },
						],
					},
				},
			},
		]);
	});

	test.each([0, 1, 3])('%i URLs for two images are no answer', async (count) => {
		const items = Array.from({ length: count }, (_, index) => url(index));
		const { client, options } = lab({ json: { items } });
		const failure = await rejectionOf(
			RequestError,
			client.createUploadUrls(['png', 'jpg'], options),
		);
		expect(failure.message).toContain(`${count} upload URLs where 2 were asked for`);
	});

	test('puts the file to its URL, and can be stopped', async () => {
		const { client, options, requests } = storage();
		const { signal } = new AbortController();
		await expect(client.uploadImage(image('jpg'), url(9), { ...options, signal })).resolves.toEqual(
			url(9),
		);
		expect(requests).toEqual([
			{
				kind: 'put',
				url: url(9).upload_url,
				file: { content: Buffer.from('image'), length: 5, mimeType: 'image/jpg' },
			},
		]);
	});

	test('opens the file anew for every try', async () => {
		const { client, options, puts } = storage(RESET, { status: 503 }, {});
		const file = image();
		await client.uploadImage(file, url(9), options);
		expect(file.open).toHaveBeenCalledTimes(3);
		expect(puts()).toEqual(Array(3).fill(url(9).upload_url));
	});

	test.each([403, 410])(
		'%i: gets a fresh URL, whose place is the one that counts',
		async (status) => {
			const { client, options, puts } = storage({ status }, {});
			const place = await client.uploadImage(image(), url(9), options);
			expect(puts()).toEqual([url(9).upload_url, url(1).upload_url]);
			expect(place.file_path).toBe('api-assets/1.png');
		},
	);

	test.each([
		[403, 4],
		[503, 4],
		[400, 1],
		[404, 1],
		[413, 1],
	])('%i for ever: %i tries', async (status, tries) => {
		const { client, options, puts } = storage({ status });
		const failure = await rejectionOf(RequestError, client.uploadImage(image(), url(9), options));
		expect(puts()).toHaveLength(tries);
		expect(failure.message).toMatch(new RegExp(`^Could not upload the image: .*${status}`));
	});

	test('413 says what to do', async () => {
		const { client, options } = storage({ status: 413, text: '<Error>EntityTooLarge</Error>' });
		const failure = await rejectionOf(RequestError, client.uploadImage(image(), url(9), options));
		expect(failure.hint).toContain('smaller image');
	});

	test('a file that can not be opened is no upload', async () => {
		const { client, options, puts } = storage();
		const file = { format: 'png', open: async () => await Promise.reject(new TypeError('gone')) };
		await rejectionOf(TypeError, client.uploadImage(file, url(9), options));
		expect(puts()).toEqual([]);
	});
});

describe('download', () => {
	const URL_OF_VIDEO = 'https://videos.example/a.mp4?signature=s';

	test('is opened once', async () => {
		const { client, transport, requests } = lab({
			status: 200,
			headers: { 'content-length': '5' },
		});
		transport.stream = Readable.from([Buffer.from('video')]);
		const { status, headers, stream } = await client.files.open(URL_OF_VIDEO);
		expect({ status, headers }).toEqual({ status: 200, headers: { 'content-length': '5' } });
		expect(stream).toBe(transport.stream);
		expect(requests).toEqual([{ kind: 'open', url: URL_OF_VIDEO }]);
	});

	test.each([
		[403, /expired.*403/, true],
		[410, /expired.*410/, true],
		[404, /not there.*404/, false],
		[503, /temporary problem.*503/, true],
	])('%i is a failure, and leaves no connection open', async (status, says, temporary) => {
		const { client, transport, requests } = lab({ status });
		transport.stream = Readable.from([Buffer.from('<Error/>')]);
		const failure = await rejectionOf(RequestError, client.files.open(URL_OF_VIDEO));
		expect(failure.message).toMatch(says);
		expect(failure.temporary).toBe(temporary);
		expect(requests).toHaveLength(1);
		expect(transport.stream.destroyed).toBe(true);
	});

	test('a network error is a failure, without the signature', async () => {
		const { client } = lab(RESET);
		const failure = await rejectionOf(RequestError, client.files.open(URL_OF_VIDEO));
		expect(failure.message).toBe('Could not download the video: the connection broke off');
	});
});
