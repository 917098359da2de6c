import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RequestKind } from '../../local-api/server.mts';
import type { EngineRun } from '../../tools/engine/engine.mts';
import { openLab, type Lab } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

/** Everything that n8n shows of a failed node: the message and the description below it. */
const told = ({ error }: EngineRun): string =>
	`${error?.message ?? ''}\n${error?.description ?? ''}`;

const createdId = (): string => lab.api.projects[0]?.id ?? 'no project';

/** So long, in seconds of the node's time, may an item take that is not going to end well. */
const SHORT = { options: { timeout: 60 } };

describe('what the API refuses', () => {
	it.each([
		[400, 'end_seconds: must be at most 60', /end_seconds: must be at most 60/],
		[401, 'Unauthorized', /API key.*\n.*credential/s],
		[402, 'Not enough credits', /out of credits.*\n.*(buy|upgrade)/is],
		[403, 'Your plan does not include 4k', /plan.*4k.*\n.*upgrade/is],
		[422, 'assets.image_file_path: not an image', /assets\.image_file_path: not an image/],
	])('with %i: says what happened and what to do', async (status, message, expected) => {
		lab.api.setFault('create', { status, body: { message } });
		const run = await lab.run({});

		expect(run.status).toBe('error');
		expect(told(run)).toMatch(expected);
		expect(told(run)).toContain(String(status));
		expect(told(run)).toContain(message);
		expect(run.error?.description).toBeTruthy();
		expect(lab.creates()).toHaveLength(1);
		expect(lab.api.projects).toHaveLength(0);
	});

	it('a bad key, before anything is uploaded', async () => {
		const run = await lab.run({}, { apiKey: 'mhk_live_nobody_has_this_key' });

		expect(told(run)).toMatch(/API key.*401/s);
		expect(lab.kinds()).toEqual(['upload-urls']);
	});

	it('an account without credits', async () => {
		const run = await lab.run({}, { apiKey: lab.api.keys.outOfCredits });

		expect(told(run)).toMatch(/out of credits.*402/s);
		expect(lab.api.projects).toHaveLength(0);
	});

	it('a resolution that the plan does not include', async () => {
		const run = await lab.run(
			{ model: { __rl: true, mode: 'list', value: 'kling-3.0' }, resolution: '4k' },
			{ apiKey: lab.api.keys.free },
		);

		expect(told(run)).toMatch(/plan.*402.*upgrade/is);
		expect(told(run)).not.toMatch(/credits/);
		expect(run.error).toMatchObject({ code: 'MAGIC_HOUR_PLAN_UPGRADE_REQUIRED', httpCode: '402' });
		expect(lab.api.projects).toHaveLength(0);
	});

	it('a project that is not there, naming it', async () => {
		const run = await lab.run({ operation: 'get', projectId: 'cmnothere123' });

		expect(told(run)).toContain('cmnothere123');
		expect(told(run)).toMatch(/not found.*404/s);
	});

	it('keeps the status where n8n looks for it', async () => {
		lab.api.setFault('create', { status: 402, body: { message: 'No credits' } });
		const run = await lab.run({});

		expect(run.error).toMatchObject({ name: 'NodeApiError', httpCode: '402' });
	});
});

describe('the code of an error', () => {
	const CODE = 'MAGIC_HOUR_INSUFFICIENT_CREDITS';
	const ADVICE = expect.stringMatching(/^Buy credits .*model\.$/) as string;
	const fail = () => {
		const body = { code: 'insufficient_credits', message: 'Not enough credits' };
		lab.api.setFault('create', { status: 402, body });
	};

	it('is where an error workflow can read it, and where a person can', async () => {
		fail();
		const run = await lab.run({});

		// What n8n saves, and gives to the Error Trigger as `execution.error`.
		const saved = JSON.parse(JSON.stringify(run.data.resultData.error)) as unknown;
		expect(saved).toMatchObject({
			code: CODE,
			description: expect.stringMatching(/^Buy credits .*model\. \[MAGIC_HOUR_\w+\]$/) as string,
		});
		expect(run.error).toMatchObject({ code: CODE });
		expect(run.error?.description).toContain(`[${CODE}]`);
		expect(run.error?.message).not.toContain('MAGIC_HOUR');
	});

	it('has a field of its own with Continue', async () => {
		fail();
		const run = await lab.run({}, { onError: 'continueRegularOutput' });

		expect(run.output[0]?.[0]?.json).toEqual({
			error: expect.stringMatching(/402: Not enough credits\)$/) as string,
			message: ADVICE,
			error_code: CODE,
		});
	});

	it('is in the text at the error output, where n8n wants no other field', async () => {
		fail();
		const run = await lab.run({}, { onError: 'continueErrorOutput' });

		expect(run.output[0]).toEqual([]);
		expect(run.output[1]?.[0]?.json).toMatchObject({
			error: expect.stringMatching(/402: Not enough credits\)$/) as string,
			message: expect.stringMatching(/model\. \[MAGIC_HOUR_INSUFFICIENT_CREDITS\]$/) as string,
		});
		expect(run.output[1]?.[0]?.json).not.toHaveProperty('error_code');
	});

	it.each([
		['wrong input', { duration: 'long' }, 'MAGIC_HOUR_INVALID_INPUT'],
		[
			'a limit for an item',
			{ model: { __rl: true, mode: 'id', value: 'kling-3.0' }, options: { maxCredits: 1 } },
			'MAGIC_HOUR_CREDIT_LIMIT',
		],
		[
			'a limit for the run',
			{ model: { __rl: true, mode: 'id', value: 'kling-3.0' }, options: { maxCreditsPerRun: 1 } },
			'MAGIC_HOUR_CREDIT_LIMIT',
		],
		[
			'an expression that n8n can not work out',
			{ prompt: "={{ $('Nowhere').first() }}" },
			'MAGIC_HOUR_INVALID_INPUT',
		],
	])('%s has one, too', async (_, parameters, code) => {
		const run = await lab.run(parameters);

		expect(run.error).toMatchObject({ code });
		expect(run.error?.description).toMatch(new RegExp(`\\[${code}\\]$`));
	});
});

describe('what passes', () => {
	it.each([
		['upload-urls', 500],
		['upload-urls', 503],
		['upload', 503],
		['create', 429],
		['create', 502],
		['create', 503],
		['poll', 500],
		['poll', 429],
		['download', 503],
	] as const)(
		'%s answered twice with %i: goes on, with one project',
		async (kind, status) => {
			lab.api.setFault(kind, { status, body: { message: 'Try again' } }, 2);
			const run = await lab.run({});

			expect(run.error).toBeUndefined();
			expect((await run.binary(0, 'data')).toString('latin1', 4, 8)).toBe('ftyp');
			expect(lab.api.projects).toHaveLength(1);
		},
		200_000,
	);

	it('waits as long as the server asks to', async () => {
		lab.api.setFault(
			'create',
			{ status: 429, body: { message: 'Slow down' }, headers: { 'retry-after': '40' } },
			1,
		);
		await lab.run({ waitForCompletion: false });

		const [first, second] = lab.api.requests.filter(({ kind }) => kind === 'create');
		expect(Number(second?.at) - Number(first?.at)).toBeGreaterThanOrEqual(40_000);
	});
});

describe('what does not pass', () => {
	it('429 until the timeout: says that there were too many', async () => {
		lab.api.setFault('create', { status: 429, body: { message: 'Too many jobs' } });
		const run = await lab.run(SHORT);

		expect(told(run)).toMatch(/too many.*429.*Too many jobs/is);
		expect(lab.api.projects).toHaveLength(0);
	});

	it.each([500, 503])('%i to every request for an upload URL', async (status) => {
		lab.api.setFault('upload-urls', { status, body: { message: 'Broken' } });
		const run = await lab.run(SHORT);

		expect(told(run)).toContain(String(status));
		expect(told(run)).toMatch(/again/i);
		expect(lab.creates()).toHaveLength(0);
	});

	it('500 to a create request: is not repeated, and says that a project may exist', async () => {
		lab.api.setFault('create', { status: 500, body: { message: 'Oops' } });
		const run = await lab.run({ projectName: 'Sunset 17' });

		expect(lab.creates()).toHaveLength(1);
		expect(told(run)).toMatch(/may (exist|have been)/i);
		expect(told(run)).toContain('Sunset 17');
		expect(told(run)).toContain('500');
	});

	it('a connection that is lost after the create request: is not repeated', async () => {
		lab.api.setFault('create', { reset: 'after' }, 1);
		const run = await lab.run({ projectName: 'Sunset 18' });

		expect(lab.api.projects).toHaveLength(1);
		expect(told(run)).toMatch(/may (exist|have been)/i);
		expect(told(run)).toContain('Sunset 18');
	});

	it.each([401, 404])('%i while waiting: names the project', async (status) => {
		lab.api.setFault('poll', { status, body: { message: 'No' } });
		const run = await lab.run(SHORT);

		expect(told(run)).toContain(createdId());
		expect(told(run)).toContain(String(status));
	});

	it('a job longer than the timeout: names the project and says how to go on', async () => {
		lab.api.setFault('poll', { status: 503, body: { message: 'Busy' } });
		const run = await lab.run(SHORT);

		expect(told(run)).toContain(createdId());
		expect(told(run)).toMatch(/\bGet\b/);
	});

	it('a server that is not there', async () => {
		const run = await lab.engine.run({
			parameters: { operation: 'get', projectId: 'cm1', ...SHORT },
			credentials: { apiKey: 'mhk_live_x', baseUrl: 'http://127.0.0.1:9' },
		});

		expect(told(run)).toMatch(/connection was refused/);
		expect(told(run)).toMatch(/API Base URL/);
	});
});

describe('a project that fails', () => {
	it('error: says the code, the message, the project and the refund', async () => {
		lab.api.setOutcome({
			status: 'error',
			code: 'no_source_face',
			message: 'Please use an image with a detectable face',
		});
		const run = await lab.run({});

		expect(run.status).toBe('error');
		expect(told(run)).toContain('no_source_face');
		expect(told(run)).toContain('Please use an image with a detectable face');
		expect(told(run)).toContain(createdId());
		expect(told(run)).toMatch(/credits were refunded/i);
		expect(lab.kinds()).not.toContain('download');
	});

	it('canceled: says so, with the project', async () => {
		lab.api.setOutcome({ status: 'canceled' });
		const run = await lab.run({});

		expect(run.status).toBe('error');
		expect(told(run)).toMatch(/cancell?ed/i);
		expect(told(run)).toContain(createdId());
	});

	it('does not look like an execution that a person stopped, whatever the API calls it', async () => {
		// n8n takes an error for that by a word in its message, and then starts no error workflow.
		lab.api.setFault('create', { status: 400, body: { message: 'Your plan was canceled' } });
		const run = await lab.run({});

		expect(run.status).toBe('error');
		expect(told(run)).toMatch(/Your plan was cancell?ed/);
	});

	it('says nothing of a refund that the answer does not show', async () => {
		const project = {
			id: 'cm1',
			name: 'x',
			status: 'error',
			error: { code: 'unknown_error', message: 'Failed' },
			credits_charged: 240,
			downloads: [],
		};
		lab.api.setFault('poll', { raw: JSON.stringify(project), contentType: 'application/json' });
		const run = await lab.run({ operation: 'get', projectId: 'cm1', waitForCompletion: true });

		expect(told(run)).toContain('unknown_error');
		expect(told(run)).not.toMatch(/credits were refunded/i);
	});
});

describe('an answer of the wrong shape', () => {
	const json = 'application/json';

	it('is not that of a status that nobody knows yet: the video is waited for', async () => {
		const raw = '{"id":"cm1","status":"dancing"}';
		lab.api.setFault('poll', { raw, contentType: json });
		const run = await lab.run({
			...{ operation: 'get', projectId: 'cm1', waitForCompletion: true },
			options: { timeout: 30 },
		});

		expect(told(run)).toContain('still dancing');
	});

	it.each<[RequestKind, string, string, string]>([
		['upload-urls', '{"items":[{"file_path":"a","expires_at":"b"}]}', json, 'items.0.upload_url'],
		['upload-urls', '{"urls":[]}', json, 'items'],
		['upload-urls', '[]', json, 'object'],
		['create', '{"credits_charged":240}', json, 'id'],
		['create', '{"id":{"a":17}}', json, 'id'],
		['poll', '{"id":"cm1","downloads":[]}', json, 'status'],
		['poll', '{"id":"cm1","status":{},"downloads":[]}', json, 'status'],
		['poll', '{"id":"cm1","status":"complete"}', json, 'another project'],
		['poll', '<html><body>Bad gateway</body></html>', 'text/html', 'HTML'],
		['poll', '', json, 'empty'],
		['create', 'ok', 'text/plain', 'not JSON'],
	])('of %s (%s): names what is wrong', async (kind, raw, contentType, named) => {
		lab.api.setFault(kind, { raw, contentType });
		const run = await lab.run(SHORT);

		expect(run.status).toBe('error');
		expect(told(run)).toContain(named);
		expect(lab.creates().length).toBeLessThanOrEqual(1);
		if (kind === 'poll') expect(told(run)).toContain(createdId());
	});

	it('passes with fields that nobody knows', async () => {
		const project = {
			id: 'cm1',
			status: 'queued',
			downloads: [],
			horoscope: 'good',
		};
		lab.api.setFault('poll', { raw: JSON.stringify(project), contentType: json });
		const run = await lab.run({
			operation: 'get',
			projectId: 'cm1',
			waitForCompletion: false,
			options: { simplify: false },
		});

		expect(run.output[0]?.[0]?.json).toEqual(project);
	});
});

describe('the key', () => {
	const KINDS = ['upload-urls', 'upload', 'create', 'poll', 'download'] as const;

	/** Another host: it notes the Authorization header of what reaches it. */
	const reached: (string | undefined)[] = [];
	const elsewhere = createServer((request, response) => {
		reached.push(request.headers.authorization);
		request.resume();
		response.writeHead(404, { connection: 'close' }).end();
	});
	let elsewhereUrl: string;

	beforeAll(async () => {
		elsewhere.listen(0, '127.0.0.1');
		await once(elsewhere, 'listening');
		elsewhereUrl = `http://localhost:${(elsewhere.address() as AddressInfo).port}/elsewhere`;
	});

	afterAll(async () => {
		elsewhere.close();
		elsewhere.closeAllConnections();
		await once(elsewhere, 'close');
	});

	it.each(KINDS)('is not sent on when %s redirects to another host', async (kind) => {
		lab.api.setFault(kind, { redirect: elsewhereUrl });
		const run = await lab.run(SHORT);

		expect(run.status).toBe('error');
		expect(reached.filter((authorization) => authorization !== undefined)).toEqual([]);
		expect(lab.creates().length).toBeLessThanOrEqual(1);
	});

	it('goes to the API only, never to upload and download hosts', async () => {
		await lab.run({});

		const withKey = lab.api.requests.filter(({ headers }) => headers.authorization !== 'absent');
		expect(new Set(withKey.map(({ kind }) => kind))).toEqual(
			new Set(['account', 'upload-urls', 'create', 'poll']),
		);
		expect(lab.kinds()).toEqual(expect.arrayContaining(['upload', 'download']));
	});
});
