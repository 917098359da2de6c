import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
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
	writableFinished = false;
	closed = false;
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
		this.writableFinished = true;
		this.closed = true;
		this.emit('close');
	}

	/** The sender has waited long enough. */
	giveUp(): void {
		this.closed = true;
		this.emit('close');
	}
}

interface Request {
	readonly response: Response;
	readonly outcome: Promise<IWebhookResponseData>;
}

/** Sends an event to a trigger whose workflow n8n is about to start. */
function send(
	project: string,
	settings: Record<string, unknown> = {},
	wishes: SigningWishes = {},
	response = new Response(),
): Request {
	const { headers, body } = signed(eventBody(project), wishes);
	const n8n = {
		getNodeParameter: (name: string, fallback: unknown) => {
			const value = { events: ['video.completed'], ...settings }[name] ?? fallback;
			if (value instanceof Error) throw value;
			return value;
		},
		getCredentials: async () => await Promise.resolve({ signingSecret: SECRET }),
		getRequestObject: () => ({ headers, rawBody: Buffer.from(body) }),
		getResponseObject: () => response,
		getWorkflowStaticData: () => ({}),
		getMode: () => 'webhook',
		getWorkflow: () => ({ id: 'w1', name: 'Workflow', active: true }),
		getNode: () => ({ id: 'n1', name: 'Magic Hour Trigger' }),
		logger: { warn: () => undefined, error: () => undefined },
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

test('a copy whose sender gave up while it waited for another one holds up no further copy', async () => {
	const first = send('given up');
	await first.outcome;
	const copy = send('given up');
	await turn();
	copy.response.giveUp();
	first.response.finish(500);
	await copy.outcome;

	expect(await isStart(send('given up'))).toBe(true);
});

test('an event whose sender gave up before n8n had its settings holds up no copy', async () => {
	const gone = new Response();
	gone.giveUp();
	await send('gone', {}, {}, gone).outcome;

	expect(await isStart(send('gone'))).toBe(true);
});

test('settings that cannot be read start nothing: n8n would start an execution to show an error that is thrown', async () => {
	const { response, outcome } = send('unread', { options: new Error('There is no such node') });

	expect(await outcome).toEqual({ noWebhookResponse: true });
	expect(response.statusCode).toBe(500);
	expect(JSON.stringify(response.body)).not.toContain('no such node');
});

test.each([undefined, null, '', 'an hour', NaN, 0, -1])(
	'a tolerance of %p is the usual one',
	async (timestampTolerance) => {
		const settings = { options: { timestampTolerance } };
		const name = `tolerance ${String(timestampTolerance)}`;

		expect(await isStart(send(`${name} 240`, settings, { age: 240 }))).toBe(true);
		const stale = send(`${name} 360`, settings, { age: 360 });
		expect(await isStart(stale)).toBe(false);
		expect(stale.response.statusCode).toBe(401);
	},
);

test('a tolerance that is given counts', async () => {
	const settings = { options: { timestampTolerance: '60' } };

	expect(await isStart(send('within a minute', settings, { age: 50 }))).toBe(true);
	expect(await isStart(send('after a minute', settings, { age: 70 }))).toBe(false);
});
