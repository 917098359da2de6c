import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IExecuteFunctions, INode, IWebhookFunctions } from 'n8n-workflow';

import { verifySignature } from '../../../../nodes/MagicHourTrigger/signature.ts';
import { receiveEvent } from '../../../../nodes/MagicHourTrigger/webhook.ts';
import { MagicHourClient } from '../../../../nodes/shared/api/client.ts';
import { checkFileUrl } from '../../../../nodes/shared/api/fileUrl.ts';
import {
	createOrResumeProject,
	type CreateBatch,
} from '../../../../nodes/shared/generation/createProject.ts';
import type { PricedSpec } from '../../../../nodes/shared/generation/accountPlan.ts';
import { assertMaxCredits } from '../../../../nodes/shared/generation/creditLimits.ts';
import { takeDailyPlaces } from '../../../../nodes/shared/generation/dailyPlaces.ts';
import type { Task } from '../../../../nodes/shared/generation/operation.ts';
import type { RunContext } from '../../../../nodes/shared/generation/runContext.ts';
import type { VideoRequest } from '../../../../nodes/shared/generation/videoRequest.ts';
import { finished, waitForProject } from '../../../../nodes/shared/generation/waitForProject.ts';
import { throwIfAborted } from '../../../../nodes/shared/lib/clock.ts';
import { PlanRoom } from '../../../../nodes/shared/generation/planRoom.ts';
import { ConcurrencyLimiter } from '../../../../nodes/shared/lib/concurrencyLimiter.ts';
import { ERROR_CODES, type ErrorCode } from '../../../../nodes/shared/lib/errorCodes.ts';
import { estimateCredits } from '../../../../nodes/shared/models/credits.ts';
import { resolveVideoSpec } from '../../../../nodes/shared/models/videoSpec.ts';
import { downloadVideo } from '../../../../nodes/shared/n8n/downloadVideo.ts';
import { toNodeError } from '../../../../nodes/shared/n8n/nodeErrors.ts';
import { checkOutputField } from '../../../../nodes/shared/n8n/outputField.ts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport, type Reply } from '../../../support/fake-transport.mts';

const SPEC = resolveVideoSpec({
	model: 'kling-3.0',
	duration: 5,
	resolution: '720p',
	audio: false,
	endImage: false,
	ifNotSupported: 'error',
});
const PROJECT = { id: 'p1', downloads: [], raw: {}, unreadable: [] };
const UPLOAD_URL = {
	upload_url: 'https://storage.example/1',
	expires_at: '2026-11-25T00:00:00Z',
	file_path: 'api-assets/1.png',
};

function lab(reply: Reply) {
	const clock = new FakeClock();
	const transport = new FakeTransport();
	transport.answer(reply);
	const client = new MagicHourClient(transport, clock);
	return { clock, transport, client, options: { deadline: clock.now() + 60_000 } };
}

/** A create request, and how the API answers it. */
async function create(reply: Reply): Promise<unknown> {
	const { client, options } = lab(reply);
	const assets = { image_file_path: 'api-assets/1.png' };
	const body = { name: 'x', model: 'kling-3.0', end_seconds: 5, style: {}, assets };
	return await client.createImageToVideo(body, options);
}

async function refused(status: number, code: string): Promise<unknown> {
	return await create({ status, json: { code, message: 'No' } });
}

/** An upload, and the status with which the storage answers it. */
async function upload(status: number): Promise<unknown> {
	const { client, transport, options } = lab({});
	transport.answerWith(({ kind }) =>
		kind === 'put' ? { status } : { json: { items: [UPLOAD_URL] } },
	);
	const open = async () =>
		await Promise.resolve({ content: Buffer.from('x'), length: 1, mimeType: 'image/png' });
	return await client.uploadImage({ format: 'png', open }, UPLOAD_URL, options);
}

/** The project for an item of a run. */
async function createOrResume({
	reply = {},
	interrupted = false,
}: {
	reply?: Reply;
	interrupted?: boolean;
}): Promise<unknown> {
	const { client, clock } = lab(reply);
	const context = {
		clock,
		client,
		room: new PlanRoom(clock),
		n8n: { getWorkflow: () => ({ name: 'Clips' }) },
		journal: {
			interrupted,
			previous: () => undefined,
			beforeCreate: async () => await Promise.resolve('1'),
			unknown: () => undefined,
		},
	} as unknown as RunContext;
	const input: VideoRequest & PricedSpec = {
		spec: SPEC,
		estimate: estimateCredits(SPEC),
		image: { kind: 'reference', path: 'api-assets/1.png' },
		prompt: '',
		name: 'Lighthouse',
	};
	const limiter = new ConcurrencyLimiter(1);
	const batch = { limiter, limits: { onRequest: () => () => undefined } } as unknown as CreateBatch;
	const task = { input, shared: batch, itemIndex: 0, signal: new AbortController().signal };
	const all = task as Task<typeof input, typeof batch>;
	return await createOrResumeProject(all, context, batch, 60_000);
}

/** A limit for each day where n8n has no database, as the oldest versions. */
async function withoutDatabase(): Promise<unknown> {
	const n8n = {
		getTimezone: () => 'Europe/Berlin',
		getWorkflow: () => ({ id: 'w1' }),
		getNode: () => ({ id: 'n1' }),
		helpers: {},
	} as unknown as IExecuteFunctions;
	return await takeDailyPlaces(1, 10, { n8n, clock: new FakeClock() });
}

/** What a webhook is answered whose trigger has a broken expression. */
async function brokenTrigger(): Promise<unknown> {
	let body: unknown;
	const response = { status: () => response, json: (json: unknown) => void (body = json) };
	await receiveEvent({
		getNodeParameter: () => {
			throw new Error('There is no such node');
		},
		getResponseObject: () => response,
		getWorkflow: () => ({ id: 'w1', name: 'Workflow' }),
		getNode: () => ({ name: 'Magic Hour Trigger' }),
		logger: { warn: () => undefined, error: () => undefined },
	} as unknown as IWebhookFunctions);
	return body;
}

/** For each code, something that ends with it: what is thrown, or returned, has it. */
const WAYS: Readonly<Record<ErrorCode, () => unknown>> = {
	MAGIC_HOUR_INVALID_INPUT: () => checkOutputField(''),
	MAGIC_HOUR_CREDIT_LIMIT: () => {
		assertMaxCredits(SPEC, { credits: 240, note: '', dependsOnPlan: false }, 100);
	},
	MAGIC_HOUR_DAILY_LIMIT: async () => await withoutDatabase(),
	MAGIC_HOUR_INVALID_REQUEST: async () => await refused(400, 'invalid_request'),
	MAGIC_HOUR_UNAUTHORIZED: async () => await refused(401, 'unauthorized'),
	MAGIC_HOUR_INSUFFICIENT_CREDITS: async () => await refused(402, 'insufficient_credits'),
	MAGIC_HOUR_SUBSCRIPTION_REQUIRED: async () => await refused(402, 'subscription_required'),
	MAGIC_HOUR_PLAN_UPGRADE_REQUIRED: async () => await refused(402, 'plan_upgrade_required'),
	MAGIC_HOUR_NOT_FOUND: async () => await refused(404, 'not_found'),
	MAGIC_HOUR_RATE_LIMITED: async () => await create({ status: 429 }),
	MAGIC_HOUR_SERVER_ERROR: async () => await refused(500, 'internal_server_error'),
	MAGIC_HOUR_REDIRECTED: async () => await create({ status: 307 }),
	MAGIC_HOUR_UNEXPECTED_RESPONSE: async () => await create({ text: '<html>' }),
	MAGIC_HOUR_NETWORK_ERROR: async () => await create(new Error('read ECONNRESET')),
	MAGIC_HOUR_URL_EXPIRED: async () => await upload(403),
	MAGIC_HOUR_FILE_TOO_LARGE: async () => await upload(413),
	MAGIC_HOUR_STORAGE_ERROR: async () => await upload(400),
	MAGIC_HOUR_FILE_URL_REFUSED: () => {
		checkFileUrl('https://localhost/1', 'https://api.magichour.ai', 'download the video');
	},
	MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN: async () => await createOrResume({ reply: { status: 500 } }),
	MAGIC_HOUR_INTERRUPTED_RETRY: async () => await createOrResume({ interrupted: true }),
	MAGIC_HOUR_PROJECT_FAILED: () => finished({ ...PROJECT, status: 'error' }),
	MAGIC_HOUR_PROJECT_CANCELED: () => finished({ ...PROJECT, status: 'canceled' }),
	MAGIC_HOUR_PROJECT_UNFINISHED: async () => {
		const { client, clock, options } = lab({ json: { ...PROJECT, status: 'rendering' } });
		return await waitForProject(client, clock, 'p1', clock.now(), options);
	},
	MAGIC_HOUR_DOWNLOAD_FAILED: async () => {
		const { client, clock, options } = lab({});
		const source = { project: { ...PROJECT, status: 'complete' as const }, hint: '' };
		return await downloadVideo({} as IExecuteFunctions, client.files, clock, source, options);
	},
	MAGIC_HOUR_STOPPED: () => {
		throwIfAborted(AbortSignal.abort());
	},
	MAGIC_HOUR_INVALID_SIGNATURE: () => {
		verifySignature(
			{ headers: {}, body: Buffer.from('{}') },
			{ secret: 'secret', toleranceSeconds: 300, now: 0 },
		);
	},
	MAGIC_HOUR_TRIGGER_NOT_READY: brokenTrigger,
	MAGIC_HOUR_UNEXPECTED_ERROR: () => toNodeError({} as INode, new TypeError('x'), 0),
};

async function outcomeOf(way: () => unknown): Promise<unknown> {
	try {
		return await way();
	} catch (error) {
		return error;
	}
}

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

test.each(CODES)('%s is what something ends with', async (code) => {
	expect(await outcomeOf(WAYS[code])).toMatchObject({ code });
});

test.each(CODES)('%s says when it comes and what to do, in a sentence or two', (code) => {
	expect(code).toMatch(/^MAGIC_HOUR(_[A-Z]+)+$/);
	for (const text of Object.values(ERROR_CODES[code])) expect(text).toMatch(/^.{9,140}\.$/);
});

describe('no error is without a code', () => {
	/** Never get out of the file they are in. */
	const INTERNAL = ['EndOfRun', 'StorageError'];
	const nodes = join(import.meta.dirname, '..', '..', '..', '..', 'nodes');
	const sources = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => readFileSync(join(nodes, file), 'utf8'));
	const classes = sources.flatMap((text) => [
		...text.matchAll(/^(?:export )?class (\w+) extends Error \{\n(.*?)^\}/gms),
	]);

	test.each(classes.map(([, name = '', body = '']) => [name, body]))('%s', (name, body) => {
		const has = /\breadonly code: ErrorCode\b/.test(body);
		expect(has).toBe(!INTERNAL.includes(name));
	});

	test('of those that are thrown', () => {
		expect(classes.length).toBeGreaterThan(5);
		// A plain error, or one of n8n's, says nothing by which a workflow could decide.
		const thrown = sources.flatMap((text) => [
			...text.matchAll(/throw new (?:Node\w+|Type|Range)?Error\(.*/g),
		]);
		expect(thrown.map(([line]) => line)).toEqual([]);
	});
});
