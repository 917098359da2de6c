import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as waitFor } from 'node:timers/promises';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { MIN_SECRET_AGE_MS } from '../../../nodes/MagicHourTrigger/secrets.ts';
import { receiveEvent } from '../../../nodes/MagicHourTrigger/webhook.ts';
import {
	eventBody,
	SECRET,
	signed,
	type SigningWishes,
} from '../../../tools/docs/webhook-cases.mts';

/** An HTTP response, as far as the trigger looks at it. */
class Response extends EventEmitter {
	statusCode = 200;
	body: unknown;

	status(code: number): this {
		this.statusCode = code;
		return this;
	}

	json(body: unknown): void {
		this.body = body;
	}

	/** n8n's answer is out. */
	finish(statusCode = this.statusCode): void {
		this.statusCode = statusCode;
		this.emit('finish');
	}
}

let signingSecret: string;
let secretsRead: number;
let logged: string[];
/** Each test has a trigger of its own. */
let workflowId = '';
beforeEach(() => {
	workflowId = randomUUID();
	signingSecret = SECRET;
	secretsRead = 0;
	logged = [];
});

interface Request {
	readonly response: Response;
	readonly outcome: Promise<IWebhookResponseData>;
}

/** Sends an event to a trigger whose workflow n8n is about to start. */
function send(
	project: string,
	settings: Record<string, unknown> = {},
	wishes: SigningWishes & { brokenOff?: true } = {},
	response = new Response(),
	mode = 'webhook',
): Request {
	const { headers, body } = signed(eventBody(project), wishes);
	const request: { rawBody?: Buffer } = {};
	const n8n = {
		getNodeParameter: (name: string, fallback: unknown) => {
			const value = { events: ['video.completed'], ...settings }[name] ?? fallback;
			if (value instanceof Error) throw value;
			return value;
		},
		getCredentials: async () => {
			secretsRead++;
			return await Promise.resolve({ signingSecret });
		},
		getRequestObject: () => ({
			headers,
			contentType: 'application/octet-stream',
			get rawBody() {
				return request.rawBody;
			},
			readRawBody: async () => {
				if (wishes.brokenOff) throw new Error('aborted');
				request.rawBody = await Promise.resolve(Buffer.from(body));
			},
		}),
		getResponseObject: () => response,
		getMode: () => mode,
		getWorkflow: () => ({ id: workflowId, name: 'Workflow', active: true }),
		getNode: () => ({ id: 'n1', name: 'Magic Hour Trigger' }),
		logger: { warn: () => undefined, error: (text: string) => logged.push(text) },
	} as unknown as IWebhookFunctions;
	return { response, outcome: receiveEvent(n8n) };
}

const isStart = async ({ outcome }: Request): Promise<boolean> =>
	(await outcome).workflowData !== undefined;

test('an event starts the workflow, and a copy does not', async () => {
	const first = send('once');
	expect(await isStart(first)).toBe(true);
	first.response.finish();
	const copy = send('once');

	expect(await isStart(copy)).toBe(false);
	expect(copy.response).toMatchObject({
		statusCode: 200,
		body: { message: 'The event has started the workflow before' },
	});
});

test('an event whose start failed may come again', async () => {
	const first = send('failed');
	await first.outcome;
	first.response.finish(500);

	expect(await isStart(send('failed'))).toBe(true);
});

test('a copy does not wait for what becomes of another one: n8n has the request on its hands meanwhile', async () => {
	const [first, copy] = [send('together'), send('together')];

	expect(await Promise.all([isStart(first), isStart(copy)])).toEqual([true, true]);
});

test('an event whose answer has reached nobody may come again', async () => {
	await send('gone').outcome;

	expect(await isStart(send('gone'))).toBe(true);
});

test('settings that cannot be read start nothing: n8n would start an execution to show an error that is thrown', async () => {
	const { response, outcome } = send('unread', { options: new Error('There is no such node') });

	expect(await outcome).toEqual({ noWebhookResponse: true });
	expect(response.statusCode).toBe(500);
	expect(JSON.stringify(response.body)).not.toContain('no such node');
});

test('a body that broke off starts nothing', async () => {
	const { response, outcome } = send('broken off', {}, { brokenOff: true });

	expect(await outcome).toEqual({ noWebhookResponse: true });
	expect(response.statusCode).toBe(400);
});

test.each([undefined, null, ''])('a tolerance of %p is the usual one', async (given) => {
	const settings = { options: { timestampTolerance: given } };

	expect(await isStart(send('in time', settings, { age: 240 }))).toBe(true);
	const stale = send('late', settings, { age: 360 });
	expect(await isStart(stale)).toBe(false);
	expect(stale.response.statusCode).toBe(401);
});

test('a tolerance that is given counts', async () => {
	const settings = { options: { timestampTolerance: '60' } };

	expect(await isStart(send('within a minute', settings, { age: 50 }))).toBe(true);
	expect(await isStart(send('after a minute', settings, { age: 70 }))).toBe(false);
});

test.each<[Record<string, unknown>, string]>([
	[{ options: { timestampTolerance: 'an hour' } }, 'Timestamp Tolerance (Seconds): '],
	[{ options: { timestampTolerance: -1 } }, 'Timestamp Tolerance (Seconds): '],
	[{ options: { projectTypes: ['FILM'] } }, 'Only These Project Types: '],
	[{ options: { simplify: 'maybe' } }, 'Simplify: '],
	[{ events: '={{ $json.body.type }}' }, 'Events: it takes no expression; ={{ $json.body.type }}'],
	[{ verifySignature: 'off' }, 'Verify Signature: it must be false itself; off was given'],
])(
	'with %j, the event is answered so that it comes again, and the log says why',
	async (settings, why) => {
		const { response, outcome } = send('not ready', settings);

		expect(await outcome).toEqual({ noWebhookResponse: true });
		expect(response.statusCode).toBe(500);
		expect(response.body).toMatchObject({ code: 'MAGIC_HOUR_TRIGGER_NOT_READY' });
		expect(logged).toEqual([expect.stringContaining(why)]);
		expect(await isStart(send('not ready'))).toBe(true);
	},
);

describe('the signing secret', () => {
	test('is read once for many events', async () => {
		const events = Array.from({ length: 20 }, (_, index) => send(`of many ${index}`));
		expect(await Promise.all(events.map(isStart))).not.toContain(false);
		expect(secretsRead).toBeLessThan(20);
	});

	test('is read again for an event that it does not fit', async () => {
		expect(await isStart(send('before'))).toBe(true);
		signingSecret = 'new secret';
		await waitFor(MIN_SECRET_AGE_MS);
		expect(await isStart(send('after', {}, { secret: 'new secret' }))).toBe(true);
	});

	test('that was missing counts as soon as it is there', async () => {
		signingSecret = '';
		const missing = send('a secret');
		expect(await isStart(missing)).toBe(false);
		expect(missing.response.statusCode).toBe(500);
		signingSecret = SECRET;
		expect(await isStart(send('a secret'))).toBe(true);
	});

	test('is read each time where a person tries out the workflow', async () => {
		for (const [index, secret] of [SECRET, 'new secret', SECRET].entries()) {
			signingSecret = secret;
			const event = send(`tried ${index}`, {}, { secret }, new Response(), 'manual');
			expect(await isStart(event)).toBe(true);
		}
	});
});
