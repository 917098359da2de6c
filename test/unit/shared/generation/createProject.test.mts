import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { createOrResumeProject } from '../../../../nodes/shared/generation/createProject.ts';
import {
	filesOf,
	fingerprintOfRequest,
	type ImageFile,
	type VideoRequest,
} from '../../../../nodes/shared/generation/videoRequest.ts';
import { Uploads } from '../../../../nodes/shared/api/uploads.ts';
import { ConcurrencyLimiter } from '../../../../nodes/shared/lib/concurrencyLimiter.ts';
import { PlanRoom } from '../../../../nodes/shared/generation/planRoom.ts';
import type { RunContext } from '../../../../nodes/shared/generation/runContext.ts';
import { estimateCredits } from '../../../../nodes/shared/models/credits.ts';
import { resolveVideoSpec } from '../../../../nodes/shared/models/videoSpec.ts';
import { MagicHourClient } from '../../../../nodes/shared/api/client.ts';
import type { CreateBody } from '../../../../nodes/shared/api/calls.ts';
import {
	CreateOutcomeUnknownError,
	RequestError,
	AbortError,
	ProjectError,
} from '../../../../nodes/shared/lib/errors.ts';
import { openJournal, type Journal } from '../../../../nodes/shared/generation/journal.ts';
import { turns } from '../../../support/deferred.mts';
import { fakeDatabase } from '../../../support/fake-database.mts';
import { seededRandom } from '../../../support/seeded-random.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport, refusal, type Reply } from '../../../support/fake-transport.mts';

const SPEC = resolveVideoSpec({
	model: 'kling-3.0',
	duration: 5,
	resolution: '720p',
	audio: false,
	endImage: false,
	ifNotSupported: 'error',
});
const REQUEST: VideoRequest = {
	spec: SPEC,
	image: { kind: 'reference', path: 'api-assets/1.png' },
	prompt: 'waves',
	name: 'Lighthouse',
};
const FILE: ImageFile = {
	format: 'png',
	hash: 'abc',
	open: async () =>
		await Promise.resolve({ content: Buffer.from('image'), length: 5, mimeType: 'image/png' }),
};
const TIMEOUT = 600_000;

// Jitter decides whether the last trial before a timeout ends before it.
beforeEach(() => {
	jest.spyOn(Math, 'random').mockImplementation(seededRandom(1));
});

afterEach(() => {
	jest.restoreAllMocks();
});

/** One item of a run in n8n, of which the parts that are needed are there. */
function lab(...replies: Reply[]) {
	const nodeContext: Record<string, unknown> = {};
	const clock = new FakeClock();
	const transport = new FakeTransport();
	transport.answer(...replies);
	const logged: string[] = [];
	const hints: string[] = [];
	const customData = new Map<string, string>();
	const database = fakeDatabase();
	const room = new PlanRoom(clock);
	const workflowId = randomUUID();
	let mode = 'trigger';
	let executionId = '77';
	let runIndex = 0;
	let wasExecuted = false;
	const n8n = {
		// With half an emoji, as cutting a name leaves it.
		getWorkflow: () => ({ id: workflowId, name: 'Clips\ud83d' }),
		getExecutionId: () => executionId,
		getContext: () => nodeContext,
		getNode: () => ({ name: 'Generate', type: 'n8n-nodes-magic-hour.imageToVideo' }),
		evaluateExpression: () => runIndex,
		getMode: () => mode,
		getExecutionContext: () => ({ establishedAt: 1_764_000_000_000 }),
		helpers: database.helpers,
		logger: {
			info: (text: string) => logged.push(text),
			warn: (text: string) => logged.push(text),
		},
		getWorkflowDataProxy: () => ({
			$execution: { customData },
			$: () => ({ isExecuted: wasExecuted }),
		}),
	} as unknown as IExecuteFunctions;
	let open: Journal | undefined;
	/** A try of the node: a new call in the same execution, after the last one has failed. */
	function enter(
		requests: readonly VideoRequest[],
		{ runIndex: run = 0, itemIndex: first = 0 } = {},
	) {
		open?.close(false);
		runIndex = run;
		const client = new MagicHourClient(transport, clock);
		const journal = (open = openJournal(n8n, clock));
		journal.takeOver(
			requests.map((request, index) => ({
				itemIndex: first + index,
				fingerprint: fingerprintOfRequest(request),
			})),
		);
		const account = () => client.getAccount({ deadline: Infinity });
		const close = () => undefined;
		const context: RunContext = { n8n, clock, client, journal, account, room, close };
		const uploads = new Uploads(client, clock, requests.flatMap(filesOf));
		const limiter = new ConcurrencyLimiter(1);
		return { context, batch: { uploads, limiter, limits: { onRequest: () => () => undefined } } };
	}
	interface Item {
		readonly request?: VideoRequest;
		readonly itemIndex?: number;
		readonly run?: ReturnType<typeof enter>;
		readonly signal?: AbortSignal;
	}
	async function begin({
		request = REQUEST,
		itemIndex = 0,
		run = enter([request], { itemIndex }),
		signal,
	}: Item = {}) {
		const { context, batch } = run;
		const task = {
			input: { ...request, estimate: estimateCredits(request.spec) },
			shared: batch,
			itemIndex,
			signal: signal ?? new AbortController().signal,
			context: async () => await Promise.resolve(context),
			hint: (text: string) => hints.push(text),
		};
		return await createOrResumeProject(task, context, batch, TIMEOUT);
	}
	/** A person has the execution tried again: another execution, with what n8n has saved of the first. */
	const retryByPerson = () => {
		mode = 'retry';
		executionId = '78';
	};
	/** n8n was killed, or the execution stopped, and it is tried again: of all that the node noted, the marks are left. */
	const retryAfterCut = () => {
		retryByPerson();
		for (const key of Object.keys(nodeContext)) Reflect.deleteProperty(nodeContext, key);
	};
	const creates = () =>
		transport.requests.flatMap((request) =>
			request.kind === 'api' && request.call.path === '/v1/image-to-video'
				? [request.call.body as CreateBody]
				: [],
		);
	return {
		enter,
		begin,
		retryAfterCut,
		retryByPerson,
		wasExecuted: () => (wasExecuted = true),
		clock,
		transport,
		creates,
		logged,
		hints,
		nodeContext,
		customData,
		database,
	};
}

const created = (id: string): Reply => ({ json: { id, credits_charged: 240 } });

function lostConnection(): Error {
	return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

describe('a new project', () => {
	test('of a name with line breaks adds a line to the log when it is asked for, and one when it is there', async () => {
		const { begin, logged } = lab(created('p1'));
		await begin({ request: { ...REQUEST, name: 'Clip\nMagic Hour project p2 was created' } });
		expect(logged).toHaveLength(2);
		expect(logged.join()).not.toContain('\n');
	});

	test('is in the log by its name before it is asked for', async () => {
		const { begin, logged, transport } = lab();
		let before: string[] = [];
		transport.answerWith(() => {
			before = [...logged];
			return created('p1');
		});
		await begin();
		expect(before).toEqual(['Magic Hour is asked for a video: "Lighthouse"']);
	});

	test('is not lost when n8n takes no custom data, as after the end of an execution', async () => {
		const { begin, logged, customData } = lab(created('p1'));
		jest.spyOn(customData, 'set').mockImplementation(() => {
			throw new Error('The execution has ended');
		});
		await expect(begin()).resolves.toMatchObject({ id: 'p1' });
		expect(logged.join()).toContain('p1: Error: The execution has ended');
	});

	test('is not lost when the execution is stopped while it is asked for', async () => {
		const { begin, transport, logged, nodeContext, creates } = lab();
		const stop = new AbortController();
		transport.answerWith(() => {
			stop.abort();
			return created('p1');
		});
		await expect(begin({ signal: stop.signal })).resolves.toMatchObject({ id: 'p1' });
		expect(logged.join()).toContain('Magic Hour project p1 was created');
		expect(JSON.stringify(nodeContext)).toContain('p1');
		expect(creates()).toHaveLength(1);
	});

	test('is created once, and said in the log, which outlives n8n', async () => {
		const { begin, creates, logged, clock, customData } = lab(created('p1'));
		const { id, answer, createdAt } = await begin();
		expect(id).toBe('p1');
		expect(answer).toMatchObject({ name: 'Lighthouse', credits_charged: 240 });
		expect(createdAt).toBe(clock.now());
		expect(creates()).toEqual([
			{
				name: 'Lighthouse',
				model: 'kling-3.0',
				end_seconds: 5,
				resolution: '720p',
				style: { prompt: 'waves' },
				assets: { image_file_path: 'api-assets/1.png' },
			},
		]);
		expect(logged).toEqual([
			'Magic Hour is asked for a video: "Lighthouse"',
			'Magic Hour project p1 was created: "Lighthouse"',
		]);
		expect(customData.get('magic_hour_projects')).toBe('p1');
	});

	test('is in the custom data of the execution: the latest ones, as far as there is room', async () => {
		const ids = Array.from({ length: 12 }, (_, index) => `project-with-a-long-id-${index + 10}`);
		const { begin, customData } = lab(...ids.map(created));
		for (const itemIndex of ids.keys()) (await begin({ itemIndex })).release();
		const kept = customData.get('magic_hour_projects') ?? '';
		expect(kept.length).toBeLessThanOrEqual(255);
		expect(ids.slice(-9).join(' ')).toBe(kept);
	});

	test('says what was chosen, and leaves out what was not', async () => {
		const { begin, creates } = lab(created('p1'));
		const spec = { ...SPEC, audio: true, resolution: undefined };
		const endImage = { kind: 'reference', path: 'api-assets/2.png' } as const;
		await begin({ request: { ...REQUEST, spec, endImage, prompt: '' } });
		expect(creates()).toEqual([
			{
				name: 'Lighthouse',
				model: 'kling-3.0',
				end_seconds: 5,
				audio: true,
				style: {},
				assets: { image_file_path: 'api-assets/1.png', end_image_file_path: 'api-assets/2.png' },
			},
		]);
	});

	test.each([
		[0, 'Clips - execution 77 - item 3'],
		[2, 'Clips - execution 77 - run 2 - item 3'],
	])('without a name gets one that can be found (run %i)', async (runIndex, name) => {
		const { begin, enter, creates } = lab(created('p1'));
		const request = { ...REQUEST, name: '' };
		await begin({ request, itemIndex: 3, run: enter([request], { runIndex, itemIndex: 3 }) });
		expect(creates().map((body) => body.name)).toEqual([name]);
	});

	test('from a file has it uploaded first, once for both ends', async () => {
		const place = {
			upload_url: 'https://s.example/1',
			expires_at: '2999-01-01T00:00:00Z',
			file_path: 'f/1',
		};
		const { begin, creates, transport } = lab({ json: { items: [place] } }, {}, created('p1'));
		const image = { kind: 'file', file: FILE } as const;
		await begin({ request: { ...REQUEST, image, endImage: image } });
		expect(transport.requests.map(({ kind }) => kind)).toEqual(['api', 'put', 'api']);
		expect(creates()[0]?.assets).toEqual({ image_file_path: 'f/1', end_image_file_path: 'f/1' });
	});
});

describe('never paid for twice', () => {
	test('when n8n was killed and an earlier try is forgotten: nothing is sent, and it says where to look', async () => {
		const { begin, creates, retryAfterCut, wasExecuted } = lab(created('p1'));
		wasExecuted();
		retryAfterCut();
		const failure = await rejectionOf(CreateOutcomeUnknownError, begin());
		expect(failure.message).toMatch(/was cut off, or another retry/);
		expect(failure.hint).toMatch(/log.*"Lighthouse".*run the workflow anew/s);
		expect(creates()).toEqual([]);
	});

	test('another try goes on with the project', async () => {
		const { begin, creates, hints } = lab(created('p1'), created('p2'));
		await begin();
		const again = await begin();
		expect(again).toMatchObject({ id: 'p1', answer: {} });
		expect(again.createdAt).toBeUndefined();
		expect(creates()).toHaveLength(1);
		expect(hints.join()).toMatch(/p1.*nothing was charged again/);
	});

	test.each<[string, { itemIndex?: number; request?: VideoRequest }]>([
		['another item', { itemIndex: 1 }],
	])('%s is another project', async (_, other) => {
		const { begin, creates } = lab(created('p1'), created('p2'));
		await begin();
		await expect(begin(other)).resolves.toMatchObject({ id: 'p2' });
		expect(creates()).toHaveLength(2);
	});

	const OTHER: VideoRequest[] = [
		{ ...REQUEST, prompt: 'storm' },
		{ ...REQUEST, image: { kind: 'reference', path: 'api-assets/9.png' } },
	];

	test.each(OTHER)('what an expression says anew in the next try is not: %j', async (request) => {
		const { begin, creates } = lab(created('p1'), created('p2'));
		await begin();
		await expect(begin({ request })).resolves.toMatchObject({ id: 'p1' });
		expect(creates()).toHaveLength(1);
	});

	test.each(OTHER)('what a person has changed before a retry is: %j', async (request) => {
		const { begin, retryByPerson } = lab(created('p1'), created('p2'));
		await begin();
		retryByPerson();
		await expect(begin({ request })).resolves.toMatchObject({ id: 'p2' });
	});

	test.each(OTHER)('a request of unknown fate is not forgotten for %j', async (request) => {
		const { begin, retryByPerson, creates } = lab(lostConnection(), created('p2'));
		await rejectionOf(CreateOutcomeUnknownError, begin());
		await rejectionOf(CreateOutcomeUnknownError, begin({ request }));
		retryByPerson();
		await rejectionOf(CreateOutcomeUnknownError, begin({ request }));
		expect(creates()).toHaveLength(1);
	});

	test.each(['canceled', 'charged'] as const)(
		'a project that is %s is final in this execution, not in one that a person has tried again',
		async (outcome) => {
			const { begin, enter, creates, retryByPerson } = lab(created('p1'), created('p2'));
			const run = enter([REQUEST]);
			const { token } = await begin({ run });
			await run.context.journal.failed(token, outcome);
			const failure = await rejectionOf(ProjectError, begin());
			expect(failure.projectId).toBe('p1');
			expect(failure.hint).toMatch(/does not ask for the video again/);
			expect(creates()).toHaveLength(1);
			retryByPerson();
			await expect(begin()).resolves.toMatchObject({ id: 'p2' });
		},
	);

	test('another name alone is not', async () => {
		const { begin, creates } = lab(created('p1'));
		await begin();
		await expect(begin({ request: { ...REQUEST, name: 'Execution 2' } })).resolves.toMatchObject({
			id: 'p1',
		});
		expect(creates()).toHaveLength(1);
	});

	test('another run of the node is another project', async () => {
		const { begin, enter } = lab(created('p1'), created('p2'));
		await begin();
		await expect(begin({ run: enter([REQUEST], { runIndex: 1 }) })).resolves.toMatchObject({
			id: 'p2',
		});
	});

	test.each<[string, Reply]>([
		['the connection was lost', lostConnection()],
		['500', { status: 500 }],
		['504', { status: 504 }],
		['524 of a proxy', { status: 524 }],
		['502 of a proxy', { status: 502, text: '<html>Bad gateway</html>' }],
		['429 of a proxy', { status: 429, text: '<html>Slow down</html>' }],
		['a redirect', { status: 302, headers: { location: 'https://login.example' } }],
		['an HTML page', { text: '<html></html>' }],
		['an answer without an id', { json: {} }],
	])('%s: nobody knows, so it is not sent again, by no try', async (_, reply) => {
		const { begin, creates } = lab(reply, created('p2'));
		const first = await rejectionOf(CreateOutcomeUnknownError, begin());
		expect(first.hint).toContain('"Lighthouse"');
		const second = await rejectionOf(CreateOutcomeUnknownError, begin());
		expect(second.hint).toContain('"Lighthouse"');
		expect(creates()).toHaveLength(1);
	});

	test('nor after an error that nobody has foreseen: it may have come after the request', async () => {
		const { begin, enter, creates } = lab(created('p2'));
		const run = enter([REQUEST]);
		jest.spyOn(run.context.client, 'createImageToVideo').mockRejectedValue(new TypeError('a bug'));
		await rejectionOf(CreateOutcomeUnknownError, begin({ run }));
		await rejectionOf(CreateOutcomeUnknownError, begin());
		expect(creates()).toEqual([]);
	});

	test.each<[string, Reply, number]>([
		...[400, 401, 402, 403, 422].map((status): [string, Reply, number] => [
			`${status}`,
			refusal(status),
			1,
		]),
		['502 for ever', refusal(502), 4],
		['503 for ever', refusal(503), 4],
	])('%s: certainly not created, so the next try may', async (_, reply, sent) => {
		const { begin, creates, transport } = lab(reply);
		await rejectionOf(RequestError, begin());
		expect(creates()).toHaveLength(sent);
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('a stopped execution sends no create, and leaves no note', async () => {
		const { begin, creates, transport } = lab(created('p1'));
		await rejectionOf(AbortError, begin({ signal: AbortSignal.abort() }));
		expect(creates()).toEqual([]);
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('an n8n that is killed while the request is under way: the note is there before it is sent', async () => {
		const { begin, transport, nodeContext } = lab();
		let saved = '';
		transport.answerWith(() => {
			saved = JSON.stringify(nodeContext);
			return created('p1');
		});
		await begin();
		expect(saved).toContain('"name":"Lighthouse"');
		expect(saved).not.toContain('projectId');
	});
});

describe('an execution that was cut off, tried again', () => {
	test('sends nothing for an item whose request was sent, and says where to look', async () => {
		const { begin, retryAfterCut, creates } = lab(created('p1'), created('p2'));
		await begin();
		retryAfterCut();
		const failure = await rejectionOf(CreateOutcomeUnknownError, begin());
		expect(failure.message).toMatch(/was cut off/);
		expect(failure.hint).toMatch(/custom data.*log.*"Lighthouse"/s);
		expect(creates()).toHaveLength(1);
	});

	test.each<[string, { itemIndex?: number; request?: VideoRequest }]>([
		['an item that was not begun', { itemIndex: 1 }],
	])('makes the video of %s', async (_, other) => {
		const { begin, retryAfterCut } = lab(created('p1'), created('p2'));
		(await begin()).release();
		retryAfterCut();
		await expect(begin(other)).resolves.toMatchObject({ id: 'p2' });
	});

	test('makes the video of a later run of the node', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		await begin();
		retryAfterCut();
		await expect(begin({ run: enter([REQUEST], { runIndex: 1 }) })).resolves.toMatchObject({
			id: 'p2',
		});
	});

	test('makes the video of an item whose request was refused', async () => {
		const { begin, retryAfterCut, transport } = lab(refusal(400));
		await rejectionOf(RequestError, begin());
		retryAfterCut();
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('makes the video of an item whose project had ended without one', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		const run = enter([REQUEST]);
		const { token } = await begin({ run });
		await run.context.journal.failed(token, 'refunded');
		retryAfterCut();
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('a refused item gives its room back', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		(await begin()).release();
		retryAfterCut();
		const run = enter([REQUEST, REQUEST]);
		await rejectionOf(CreateOutcomeUnknownError, begin({ run }));
		await expect(begin({ run, itemIndex: 1 })).resolves.toMatchObject({ id: 'p2' });
	});

	test('marks of items that begin together are all kept', async () => {
		const { begin, enter, database } = lab(...['p1', 'p2', 'p3'].map(created));
		const run = enter([REQUEST, REQUEST, REQUEST]);
		await Promise.all(
			[0, 1, 2].map(async (itemIndex) => {
				(await begin({ run, itemIndex })).release();
			}),
		);
		expect(database.marks()).toHaveLength(3);
	});

	test('a database that takes no marks stops no video, and the log says once what is missing', async () => {
		const { begin, enter, database, logged } = lab(created('p1'), created('p2'));
		database.breakDown();
		const run = enter([REQUEST, REQUEST]);
		(await begin({ run })).release();
		(await begin({ run, itemIndex: 1 })).release();
		expect(logged.filter((line) => line.includes('database is locked'))).toHaveLength(1);
	});
});

describe('when there is no room', () => {
	test('it comes back until there is', async () => {
		const busy = refusal(429);
		const { begin, creates, clock } = lab(busy, busy, busy, created('p1'));
		await expect(begin()).resolves.toMatchObject({ id: 'p1' });
		expect(creates()).toHaveLength(4);
		// Those of the marks in n8n's database are shorter.
		expect(clock.sleeps.filter((each) => each > 700)).toHaveLength(3);
	});

	test('Retry-After is waited for', async () => {
		const { begin, clock } = lab(refusal(429, { 'retry-after': '45' }), created('p1'));
		const begun = clock.now();
		await begin();
		expect(clock.now() - begun).toBeGreaterThanOrEqual(45_000);
		expect(clock.now() - begun).toBeLessThan(47_000);
	});

	test('it fails with the last answer at the timeout, and the next try may begin', async () => {
		const { begin, clock, transport, creates } = lab(refusal(429));
		const begun = clock.now();
		const failure = await rejectionOf(RequestError, begin());
		expect(failure.status).toBe(429);
		expect(clock.now() - begun).toBeLessThan(TIMEOUT);
		expect(clock.now() - begun).toBeGreaterThan(TIMEOUT - 60_000);
		expect(creates().length).toBeGreaterThan(10);
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});
});

describe('room', () => {
	/** Two items of one run that has room for one. */
	function firstAndSecond(...replies: Reply[]) {
		const { begin, enter, creates } = lab(...replies);
		const run = enter([REQUEST, REQUEST]);
		return { first: begin({ run }), second: begin({ run, itemIndex: 1 }), creates };
	}

	test('the second begins when the first is done, not before', async () => {
		const { first, second, creates } = firstAndSecond(created('p1'), created('p2'));
		const begun = await first;
		await turns();
		expect(creates()).toHaveLength(1);
		begun.release();
		await expect(second).resolves.toMatchObject({ id: 'p2' });
	});

	test.each<[string, Reply]>([
		['refused', refusal(400)],
		['of unknown fate', { status: 500 }],
	])('a first that is %s makes room', async (_, reply) => {
		const { first, second } = firstAndSecond(reply, created('p2'));
		await expect(first).rejects.toThrow();
		await expect(second).resolves.toMatchObject({ id: 'p2' });
	});
});

describe('what makes two requests the same', () => {
	const file = (hash: string): VideoRequest => ({
		...REQUEST,
		image: { kind: 'file', file: { ...FILE, hash } },
	});

	test('the same bytes, from wherever they come', () => {
		expect(fingerprintOfRequest(file('abc'))).toBe(fingerprintOfRequest(file('abc')));
		expect(fingerprintOfRequest(file('abc'))).not.toBe(fingerprintOfRequest(file('abd')));
	});

	test.each<[string, Partial<VideoRequest>]>([
		['model', { spec: { ...SPEC, selection: { ...SPEC.selection, id: 'kling-2.6' } } }],
		['duration', { spec: { ...SPEC, seconds: 6 } }],
		['resolution', { spec: { ...SPEC, resolution: '1080p' } }],
		['audio', { spec: { ...SPEC, audio: true } }],
		['prompt', { prompt: 'storm' }],
		['end image', { endImage: { kind: 'reference', path: 'api-assets/1.png' } }],
	])('another %s is another request', (_, change) => {
		expect(fingerprintOfRequest({ ...REQUEST, ...change })).not.toBe(fingerprintOfRequest(REQUEST));
	});

	test('the same video by another name', () => {
		expect(fingerprintOfRequest({ ...REQUEST, name: 'Other' })).toBe(fingerprintOfRequest(REQUEST));
	});
});
