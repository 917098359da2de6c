import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { systemClock } from '../shared/lib/clock';
import type { SignedRequest } from './signature';
import { readSecret } from './credential';
import { keyOf, RecentEvents, type Accepted, type Claim } from './duplicates';
import { readSettings, type Settings } from './settings';
import { evaluateRequest, type Rejection } from './evaluateRequest';

/** Of all triggers of this process. */
const recentEvents = new RecentEvents();

/**
 * Decides about a request before anything is started. Never throws: n8n would start an execution to show the error, and
 * any stranger could make it do so.
 */
export async function receiveEvent(n8n: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = settingsOrNothing(n8n);
	if (!settings) return refuse(n8n, NO_SETTINGS);
	const secret = settings.verify ? await secretOrNothing(n8n) : '';
	if (settings.verify && secret === '') return refuse(n8n, NO_SECRET);

	const verdict = evaluateRequest(requestOf(n8n), settings, secret, systemClock.date());
	if ('status' in verdict) return refuse(n8n, verdict);
	const { event } = verdict;
	const workflowData = [
		[{ json: { event: event.type, payload: event.project.raw as IDataObject } }],
	];
	// A person who tries out the workflow may send the same event as often as they like.
	if (n8n.getMode() === 'manual') return { workflowData, webhookResponse: STARTS };

	const store = n8n.getWorkflowStaticData('node') as { accepted?: Accepted };
	const claim = await claimEvent(n8n, keyOf(event), store.accepted ?? {});
	if (!claim) return refuse(n8n, DUPLICATE);
	return {
		workflowData,
		// Stored as late as can be. n8n (2.41.1) asks for the answer when it has started the execution, and then writes the
		// static data, but only what was changed after the start: starting marks it all as unchanged.
		get webhookResponse() {
			store.accepted = claim.accepted;
			return STARTS;
		},
	};
}

const STARTS = { message: 'The event starts the workflow' };

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

const DUPLICATE: Rejection = { status: 200, message: 'The event has started the workflow before' };

/** The request with its raw body, which n8n has read; there is none in a multipart form. */
function requestOf(n8n: IWebhookFunctions): SignedRequest {
	const { headers, rawBody } = n8n.getRequestObject() as { rawBody?: Buffer } & Pick<
		SignedRequest,
		'headers'
	>;
	return { headers, body: rawBody ?? Buffer.alloc(0) };
}

function settingsOrNothing(n8n: IWebhookFunctions): Settings | undefined {
	try {
		return readSettings(n8n);
	} catch (error) {
		// An expression in one of them.
		n8n.logger.error(`Magic Hour Trigger could not read its settings: ${String(error)}`);
		return undefined;
	}
}

async function secretOrNothing(n8n: IWebhookFunctions): Promise<string> {
	return await readSecret(n8n).catch((error: unknown) => {
		n8n.logger.error(`Magic Hour Trigger could not read its credential: ${String(error)}`);
		return '';
	});
}

/** @returns nothing if the event is a duplicate */
async function claimEvent(
	n8n: IWebhookFunctions,
	key: string,
	stored: Accepted,
): Promise<Claim | undefined> {
	const trigger = `${n8n.getWorkflow().id} ${n8n.getNode().id}`;
	const response = n8n.getResponseObject();
	// The sender may have given up already. Listens before it waits for a copy: it may give up meanwhile.
	const closed = response.closed
		? Promise.resolve()
		: new Promise<void>((resolve) => response.once('close', resolve));
	const claim = await recentEvents.claim(trigger, key, stored, systemClock.date());
	// The answer is sent when the execution has been started, or could not be.
	void closed.then(() => claim?.settle(response.writableFinished && response.statusCode < 300));
	return claim;
}

function refuse(n8n: IWebhookFunctions, rejection: Rejection): IWebhookResponseData {
	const { status, ...body } = rejection;
	if (rejection.status !== 200) {
		const { message, code } = rejection;
		const { id, name } = n8n.getWorkflow();
		n8n.logger.warn(`Magic Hour Trigger refused a request (${status}): ${message} [${code}]`, {
			workflowId: id,
			workflowName: name,
			nodeName: n8n.getNode().name,
		});
	}
	n8n.getResponseObject().status(status).json(body);
	return { noWebhookResponse: true };
}
