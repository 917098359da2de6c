import type { IExecuteFunctions } from 'n8n-workflow';
import {
	beginProject,
	fingerprintOfOrder,
	forgetProject,
	openWorkshop,
	type Order,
} from '../../../../nodes/shared/generation/createProject.ts';
import type { ImageFile } from '../../../../nodes/ImageToVideo/input/imageInput.ts';
import { sentMarks } from '../../../../nodes/shared/generation/sentMarks.ts';
import type { Session } from '../../../../nodes/shared/generation/runContext.ts';
import { choose } from '../../../../nodes/shared/models/videoSpec.ts';
import { MagicHourClient, type CreateBody } from '../../../../nodes/shared/api/client.ts';
import { CreateUnknown, RequestFailure, Stopped } from '../../../../nodes/shared/lib/errors.ts';
import { ledgerIn } from '../../../../nodes/shared/generation/journal.ts';
import { turns } from '../../../support/deferred.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport, type Reply } from '../../../support/fake-transport.mts';

const CHOICE = choose({
	model: 'kling-3.0',
	duration: 5,
	resolution: '720p',
	audio: false,
	endImage: false,
	durationNotSupported: 'error',
});
const ORDER: Order = {
	choice: CHOICE,
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

/** One item of a run in n8n, of which the parts that are needed are there. */
function lab(...replies: Reply[]) {
	const context: Record<string, unknown> = {};
	const clock = new FakeClock();
	const transport = new FakeTransport();
	transport.answer(...replies);
	const logged: string[] = [];
	const hints: string[] = [];
	const customData = new Map<string, string>();
	const database = fakeDatabase();
	let mode = 'trigger';
	const n8n = {
		getWorkflow: () => ({ name: 'Clips' }),
		getExecutionId: () => '77',
		getMode: () => mode,
		getExecutionContext: () => ({ establishedAt: 1_764_000_000_000 }),
		helpers: database.helpers,
		logger: {
			info: (text: string) => logged.push(text),
			warn: (text: string) => logged.push(text),
		},
		getWorkflowDataProxy: () => ({ $execution: { customData } }),
	} as unknown as IExecuteFunctions;
	/** A try of the node, as Retry On Fail makes another: a new session in the same execution. */
	function enter(orders: readonly Order[], runIndex = 0, interrupted = false) {
		const client = new MagicHourClient(transport, clock);
		const ledger = ledgerIn(context);
		const marks = sentMarks(n8n);
		const session: Session = { n8n, clock, client, ledger, marks, interrupted, runIndex };
		return { session, workshop: openWorkshop(session, orders, 1) };
	}
	interface Item {
		readonly order?: Order;
		readonly itemIndex?: number;
		readonly run?: ReturnType<typeof enter>;
		readonly signal?: AbortSignal;
	}
	async function begin({ order = ORDER, itemIndex = 0, run = enter([order]), signal }: Item = {}) {
		const { session, workshop } = run;
		const task = {
			input: order,
			shared: workshop,
			itemIndex,
			signal: signal ?? new AbortController().signal,
			session: async () => await Promise.resolve(session),
			hint: (text: string) => hints.push(text),
		};
		return await beginProject(task, session, workshop, TIMEOUT);
	}
	/** n8n was killed, or the execution stopped, and it is tried again: of all that the node noted, the marks are left. */
	const retryAfterCut = () => {
		mode = 'retry';
		for (const key of Object.keys(context)) Reflect.deleteProperty(context, key);
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
		clock,
		transport,
		creates,
		logged,
		hints,
		context,
		customData,
		database,
	};
}

/** n8n's deduplication helpers: as n8n does, they read all marks and write all back. */
function fakeDatabase() {
	let marks: string[] = [];
	let problem: Error | undefined;
	const change = async (work: (read: string[]) => string[]) => {
		const read = marks;
		await turns();
		if (problem) throw problem;
		marks = work(read);
	};
	return {
		marks: () => marks,
		breakDown: () => (problem = new Error('database is locked')),
		helpers: {
			checkProcessedAndRecord: async ([mark = '']: string[]) => {
				let processed: string[] = [];
				await change((read) => {
					processed = read.filter((known) => known === mark);
					return [...new Set([...read, mark])];
				});
				return { new: [], processed };
			},
			removeProcessed: async ([mark]: string[]) => {
				await change((read) => read.filter((known) => known !== mark));
			},
		},
	};
}

const created = (id: string): Reply => ({ json: { id, credits_charged: 240 } });

function lostConnection(): Error {
	return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

describe('a new project', () => {
	test('of a name with line breaks adds one line to the log', async () => {
		const { begin, logged } = lab(created('p1'));
		await begin({ order: { ...ORDER, name: 'Clip\nMagic Hour project p2 was created' } });
		expect(logged).toHaveLength(1);
		expect(logged.join()).not.toContain('\n');
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
		expect(logged.join()).toMatch(/p1.*Lighthouse/);
		expect(customData.get('magic_hour_projects')).toBe('p1');
	});

	test('is in the custom data of the execution: the latest ones, as far as there is room', async () => {
		const ids = Array.from({ length: 12 }, (_, index) => `project-with-a-long-id-${index + 10}`);
		const { begin, customData } = lab(...ids.map(created));
		for (const itemIndex of ids.keys()) (await begin({ itemIndex })).done();
		const kept = customData.get('magic_hour_projects') ?? '';
		expect(kept.length).toBeLessThanOrEqual(255);
		expect(ids.slice(-9).join(' ')).toBe(kept);
	});

	test('says what was chosen, and leaves out what was not', async () => {
		const { begin, creates } = lab(created('p1'));
		const choice = { ...CHOICE, audio: true, resolution: undefined };
		const endImage = { kind: 'reference', path: 'api-assets/2.png' } as const;
		await begin({ order: { ...ORDER, choice, endImage, prompt: '' } });
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
		const order = { ...ORDER, name: '' };
		await begin({ order, itemIndex: 3, run: enter([order], runIndex) });
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
		await begin({ order: { ...ORDER, image, endImage: image } });
		expect(transport.requests.map(({ kind }) => kind)).toEqual(['api', 'put', 'api']);
		expect(creates()[0]?.assets).toEqual({ image_file_path: 'f/1', end_image_file_path: 'f/1' });
	});
});

describe('never paid for twice', () => {
	test('when n8n was killed and an earlier try is forgotten: nothing is sent, and it says where to look', async () => {
		const { enter, begin, creates } = lab(created('p1'));
		const run = enter([ORDER], 0, true);
		const failure = await rejectionOf(CreateUnknown, begin({ run }));
		expect(failure.message).toMatch(/was cut off: it was stopped, or n8n was/);
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

	test.each<[string, { itemIndex?: number; order?: Order }]>([
		['another item', { itemIndex: 1 }],
		['another prompt', { order: { ...ORDER, prompt: 'storm' } }],
		[
			'another image',
			{ order: { ...ORDER, image: { kind: 'reference', path: 'api-assets/9.png' } } },
		],
	])('%s is another project', async (_, other) => {
		const { begin, creates } = lab(created('p1'), created('p2'));
		await begin();
		await expect(begin(other)).resolves.toMatchObject({ id: 'p2' });
		expect(creates()).toHaveLength(2);
	});

	test('another name alone is not', async () => {
		const { begin, creates } = lab(created('p1'));
		await begin();
		await expect(begin({ order: { ...ORDER, name: 'Execution 2' } })).resolves.toMatchObject({
			id: 'p1',
		});
		expect(creates()).toHaveLength(1);
	});

	test('another run of the node is another project', async () => {
		const { begin, enter } = lab(created('p1'), created('p2'));
		await begin();
		await expect(begin({ run: enter([ORDER], 1) })).resolves.toMatchObject({ id: 'p2' });
	});

	test.each<[string, Reply]>([
		['the connection was lost', lostConnection()],
		['500', { status: 500 }],
		['504', { status: 504 }],
		['524 of a proxy', { status: 524 }],
		['an HTML page', { text: '<html></html>' }],
		['an answer without an id', { json: {} }],
	])('%s: nobody knows, so it is not sent again, by no try', async (_, reply) => {
		const { begin, creates } = lab(reply, created('p2'));
		const first = await rejectionOf(CreateUnknown, begin());
		expect(first.hint).toContain('"Lighthouse"');
		const second = await rejectionOf(CreateUnknown, begin());
		expect(second.hint).toContain('"Lighthouse"');
		expect(creates()).toHaveLength(1);
	});

	test('nor after an error that nobody has foreseen: it may have come after the request', async () => {
		const { begin, enter, creates } = lab(created('p2'));
		const run = enter([ORDER]);
		jest.spyOn(run.session.client, 'create').mockRejectedValue(new TypeError('a bug'));
		await rejectionOf(CreateUnknown, begin({ run }));
		await rejectionOf(CreateUnknown, begin());
		expect(creates()).toEqual([]);
	});

	test.each<[string, Reply, number]>([
		['400', { status: 400 }, 1],
		['401', { status: 401 }, 1],
		['402', { status: 402 }, 1],
		['403', { status: 403 }, 1],
		['422', { status: 422 }, 1],
		['502 for ever', { status: 502 }, 4],
		['503 for ever', { status: 503 }, 4],
	])('%s: certainly not created, so the next try may', async (_, reply, sent) => {
		const { begin, creates, transport } = lab(reply);
		await rejectionOf(RequestFailure, begin());
		expect(creates()).toHaveLength(sent);
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('a stopped execution sends no create, and leaves no note', async () => {
		const { begin, creates, transport } = lab(created('p1'));
		await rejectionOf(Stopped, begin({ signal: AbortSignal.abort() }));
		expect(creates()).toEqual([]);
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('an n8n that is killed while the request is under way: the note is there before it is sent', async () => {
		const { begin, transport, context } = lab();
		let saved = '';
		transport.answerWith(() => {
			saved = JSON.stringify(context);
			return created('p1');
		});
		await begin();
		const ledger = ledgerIn(JSON.parse(saved) as Record<string, unknown>);
		const noted = ledger.find({ runIndex: 0, itemIndex: 0 }, fingerprintOfOrder(ORDER));
		expect(noted?.name).toBe('Lighthouse');
		expect(noted?.projectId).toBeUndefined();
	});
});

describe('an execution that was cut off, tried again', () => {
	test('sends nothing for an item whose request was sent, and says where to look', async () => {
		const { begin, retryAfterCut, creates } = lab(created('p1'), created('p2'));
		await begin();
		retryAfterCut();
		const failure = await rejectionOf(CreateUnknown, begin());
		expect(failure.message).toMatch(/was cut off/);
		expect(failure.hint).toMatch(/custom data.*log.*"Lighthouse"/s);
		expect(creates()).toHaveLength(1);
	});

	test.each<[string, { itemIndex?: number; order?: Order }]>([
		['an item that was not begun', { itemIndex: 1 }],
		['another prompt', { order: { ...ORDER, prompt: 'storm' } }],
	])('makes the video of %s', async (_, other) => {
		const { begin, retryAfterCut } = lab(created('p1'), created('p2'));
		(await begin()).done();
		retryAfterCut();
		await expect(begin(other)).resolves.toMatchObject({ id: 'p2' });
	});

	test('makes the video of a later run of the node', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		await begin();
		retryAfterCut();
		await expect(begin({ run: enter([ORDER], 1) })).resolves.toMatchObject({ id: 'p2' });
	});

	test('makes the video of an item whose request was refused', async () => {
		const { begin, retryAfterCut, transport } = lab({ status: 400 });
		await rejectionOf(RequestFailure, begin());
		retryAfterCut();
		transport.answer(created('p2'));
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('makes the video of an item whose project had ended without one', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		const run = enter([ORDER]);
		await begin({ run });
		await forgetProject(run.session, { runIndex: 0, itemIndex: 0 }, fingerprintOfOrder(ORDER));
		retryAfterCut();
		await expect(begin()).resolves.toMatchObject({ id: 'p2' });
	});

	test('a refused item gives its room back', async () => {
		const { begin, enter, retryAfterCut } = lab(created('p1'), created('p2'));
		(await begin()).done();
		retryAfterCut();
		const run = enter([ORDER, ORDER]);
		await rejectionOf(CreateUnknown, begin({ run }));
		await expect(begin({ run, itemIndex: 1 })).resolves.toMatchObject({ id: 'p2' });
	});

	test('marks of items that begin together are all kept', async () => {
		const { begin, database } = lab(...['p1', 'p2', 'p3'].map(created));
		await Promise.all([0, 1, 2].map(async (itemIndex) => await begin({ itemIndex })));
		expect(database.marks()).toHaveLength(3);
	});

	test('a database that takes no marks stops no video, and the log says once what is missing', async () => {
		const { begin, enter, database, logged } = lab(created('p1'), created('p2'));
		database.breakDown();
		const run = enter([ORDER, ORDER]);
		(await begin({ run })).done();
		(await begin({ run, itemIndex: 1 })).done();
		expect(logged.filter((line) => line.includes('database is locked'))).toHaveLength(1);
	});
});

describe('when there is no room', () => {
	test('it comes back until there is', async () => {
		const busy = { status: 429 };
		const { begin, creates, clock } = lab(busy, busy, busy, created('p1'));
		await expect(begin()).resolves.toMatchObject({ id: 'p1' });
		expect(creates()).toHaveLength(4);
		expect(clock.sleeps).toHaveLength(3);
	});

	test('Retry-After is waited for', async () => {
		const { begin, clock } = lab({ status: 429, headers: { 'retry-after': '45' } }, created('p1'));
		const begun = clock.now();
		await begin();
		expect(clock.now() - begun).toBeGreaterThanOrEqual(45_000);
		expect(clock.now() - begun).toBeLessThan(47_000);
	});

	test('it fails with the last answer at the timeout, and the next try may begin', async () => {
		const { begin, clock, transport, creates } = lab({ status: 429 });
		const begun = clock.now();
		const failure = await rejectionOf(RequestFailure, begin());
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
		const run = enter([ORDER, ORDER]);
		return { first: begin({ run }), second: begin({ run, itemIndex: 1 }), creates };
	}

	test('the second begins when the first is done, not before', async () => {
		const { first, second, creates } = firstAndSecond(created('p1'), created('p2'));
		const begun = await first;
		await turns();
		expect(creates()).toHaveLength(1);
		begun.done();
		await expect(second).resolves.toMatchObject({ id: 'p2' });
	});

	test.each<[string, Reply]>([
		['refused', { status: 400 }],
		['of unknown fate', { status: 500 }],
	])('a first that is %s makes room', async (_, reply) => {
		const { first, second } = firstAndSecond(reply, created('p2'));
		await expect(first).rejects.toThrow();
		await expect(second).resolves.toMatchObject({ id: 'p2' });
	});
});

describe('what makes two orders the same', () => {
	const file = (hash: string): Order => ({
		...ORDER,
		image: { kind: 'file', file: { ...FILE, hash } },
	});

	test('the same bytes, from wherever they come', () => {
		expect(fingerprintOfOrder(file('abc'))).toBe(fingerprintOfOrder(file('abc')));
		expect(fingerprintOfOrder(file('abc'))).not.toBe(fingerprintOfOrder(file('abd')));
	});

	test.each<[string, Partial<Order>]>([
		['model', { choice: { ...CHOICE, offer: { ...CHOICE.offer, id: 'kling-2.6' } } }],
		['duration', { choice: { ...CHOICE, seconds: 6 } }],
		['resolution', { choice: { ...CHOICE, resolution: '1080p' } }],
		['audio', { choice: { ...CHOICE, audio: true } }],
		['prompt', { prompt: 'storm' }],
		['end image', { endImage: { kind: 'reference', path: 'api-assets/1.png' } }],
	])('another %s is another order', (_, change) => {
		expect(fingerprintOfOrder({ ...ORDER, ...change })).not.toBe(fingerprintOfOrder(ORDER));
	});

	test('the same video by another name', () => {
		expect(fingerprintOfOrder({ ...ORDER, name: 'Other' })).toBe(fingerprintOfOrder(ORDER));
	});
});
