import type {
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
	LogMetadata,
} from 'n8n-workflow';
import { systemClock } from '../shared/lib/clock';
import { messageOf } from '../shared/lib/errors';
import type { SignedRequest } from './signature';
import { readSecret } from './credential';
import { keyOf, RecentEvents } from './duplicates';
import { evaluateRequest, type Rejection, type WebhookDecision } from './evaluateRequest';
import { MAX_SECRET_AGE_MS, MIN_SECRET_AGE_MS, Secrets } from './secrets';
import { readRequestSettings, type RequestSettings } from './settings';

/** Of all triggers of this process. */
const recentEvents = new RecentEvents();
const secrets = new Secrets(systemClock);

/**
 * Decides about a request before anything is started. Never throws: n8n would start an execution to show the error, and
 * any stranger could make it do so.
 */
export async function receiveEvent(n8n: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = settingsOrNothing(n8n);
	if (!settings) return refuse(n8n, NO_SETTINGS);

	const verdict = await evaluate(n8n, settings);
	if ('status' in verdict) return refuse(n8n, verdict);
	const { event } = verdict;
	// A person who tries out the workflow may send the same event as often as they like.
	if (n8n.getMode() !== 'manual' && isDuplicate(n8n, keyOf(event))) {
		return refuse(n8n, DUPLICATE);
	}
	return {
		workflowData: [[{ json: { event: event.type, payload: event.project.raw as IDataObject } }]],
		webhookResponse: { message: 'The event starts the workflow' },
	};
}

async function evaluate(
	n8n: IWebhookFunctions,
	settings: RequestSettings,
): Promise<WebhookDecision> {
	const request = await requestOf(n8n);
	if (!request) return NO_BODY;
	const decide = (secret: string) => evaluateRequest(request, settings, secret, systemClock.date());
	if (!settings.verify) return decide('');

	const secret = await secretOrNothing(n8n, MAX_SECRET_AGE_MS);
	if (secret === '') return NO_SECRET;
	const decision = decide(secret);
	if (!('status' in decision) || decision.status !== 401) return decision;
	const current = await secretOrNothing(n8n, MIN_SECRET_AGE_MS);
	return current === secret || current === '' ? decision : decide(current);
}

const NO_SETTINGS: Rejection = {
	status: 500,
	code: 'MAGIC_HOUR_TRIGGER_NOT_READY',
	message: 'The settings of this trigger could not be read: see the log of n8n',
};

const NO_SECRET: Rejection = {
	status: 500,
	code: 'MAGIC_HOUR_TRIGGER_NOT_READY',
	message: 'The signing secret of this trigger could not be read, so that no event can be verified',
};

const NO_BODY: Rejection = {
	status: 400,
	code: 'MAGIC_HOUR_UNEXPECTED_RESPONSE',
	message: 'The body could not be read',
};

const DUPLICATE: Rejection = { status: 200, message: 'The event has started the workflow before' };

/** The request with its raw body; there is none in a multipart form. @returns nothing if it broke off */
async function requestOf(n8n: IWebhookFunctions): Promise<SignedRequest | undefined> {
	const request = n8n.getRequestObject();
	try {
		// From version 2 of a trigger on, n8n reads only bodies of types that it parses.
		if (request.contentType !== 'multipart/form-data') await request.readRawBody();
	} catch (error) {
		n8n.logger.warn(`Magic Hour Trigger could not read the body of a request: ${String(error)}`);
		return undefined;
	}
	// It is not there without a body, whatever the types say.
	const { headers, rawBody } = request as Pick<SignedRequest, 'headers'> & { rawBody?: Buffer };
	return { headers, body: rawBody ?? Buffer.alloc(0) };
}

function settingsOrNothing(n8n: IWebhookFunctions): RequestSettings | undefined {
	try {
		return readRequestSettings(n8n);
	} catch (error) {
		n8n.logger.error(
			`Magic Hour Trigger can't take events with its settings: ${messageOf(error)}`,
			whereOf(n8n),
		);
		return undefined;
	}
}

/** @param maxAgeMs how long ago it may have been read; a person who tries out the trigger waits for no change */
async function secretOrNothing(n8n: IWebhookFunctions, maxAgeMs: number): Promise<string> {
	const { id, credentials } = n8n.getNode();
	const trigger = JSON.stringify([n8n.getWorkflow().id, id, credentials]);
	const maxAge = n8n.getMode() === 'manual' ? 0 : maxAgeMs;
	const reading = secrets.secretOf(trigger, maxAge, async () => await readSecret(n8n));
	return await reading.catch((error: unknown) => {
		n8n.logger.error(
			`Magic Hour Trigger could not read its credential: ${messageOf(error)}`,
			whereOf(n8n),
		);
		return '';
	});
}

/** Whether this process knows that the event has started the workflow. It will know it of this one, once it has. */
function isDuplicate(n8n: IWebhookFunctions, key: string): boolean {
	const trigger = `${n8n.getWorkflow().id} ${n8n.getNode().id}`;
	if (recentEvents.has(trigger, key, systemClock.date())) return true;
	const response = n8n.getResponseObject();
	// Only of an answer that has reached its sender: where n8n had no connection to its database for 20 s, it answers that
	// it has started an execution which has failed (2.41.1). By then the sender has given up, and the event comes again.
	response.once('finish', () => {
		if (response.statusCode < 300) recentEvents.add(trigger, key, systemClock.date());
	});
	return false;
}

function refuse(n8n: IWebhookFunctions, rejection: Rejection): IWebhookResponseData {
	const { status, ...body } = rejection;
	if (rejection.status !== 200) {
		const { message, code } = rejection;
		n8n.logger.warn(
			`Magic Hour Trigger refused a request (${status}): ${message} [${code}]`,
			whereOf(n8n),
		);
	}
	n8n.getResponseObject().status(status).json(body);
	return { noWebhookResponse: true };
}

/** Which trigger a line of the log is about. */
function whereOf(n8n: IWebhookFunctions): LogMetadata {
	const { id, name } = n8n.getWorkflow();
	return { workflowId: id, workflowName: name, nodeName: n8n.getNode().name };
}
