import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { systemClock } from '../shared/clock';
import type { SignedRequest } from '../shared/signature';
import { readSecret } from './credential';
import { keyOf, RecentEvents, type Accepted, type Claim } from './duplicates';
import { readSettings } from './settings';
import { judge, type Refusal } from './verdict';

/** Of all triggers of this process. */
const recentEvents = new RecentEvents();

/**
 * Decides about a request before anything is started. Never throws: n8n would start an execution to show the error, and
 * any stranger could make it do so.
 */
export async function receiveEvent(n8n: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = readSettings(n8n);
	const secret = settings.verify ? await secretOrNothing(n8n) : '';
	if (settings.verify && secret === '') return refuse(n8n, NO_SECRET);

	const verdict = judge(requestOf(n8n), settings, secret, systemClock.now());
	if ('status' in verdict) return refuse(n8n, verdict);
	const { event } = verdict;
	// A person who tries out the workflow may send the same event as often as they like.
	if (n8n.getMode() !== 'manual') {
		const claim = await claimEvent(n8n, keyOf(event));
		if (!claim) return refuse(n8n, DUPLICATE);
	}
	const payload = event.project as IDataObject;
	return {
		workflowData: [[{ json: { event: event.type, payload } }]],
		webhookResponse: { message: 'The event starts the workflow' },
	};
}

const NO_SECRET: Refusal = {
	status: 500,
	message: 'The signing secret of this trigger could not be read, so that no event can be verified',
};

const DUPLICATE: Refusal = { status: 200, message: 'The event has started the workflow before' };

/** The request with its raw body, which n8n has read; there is none in a multipart form. */
function requestOf(n8n: IWebhookFunctions): SignedRequest {
	const { headers, rawBody } = n8n.getRequestObject() as { rawBody?: Buffer } & Pick<
		SignedRequest,
		'headers'
	>;
	return { headers, body: rawBody ?? Buffer.alloc(0) };
}

async function secretOrNothing(n8n: IWebhookFunctions): Promise<string> {
	return await readSecret(n8n).catch((error: unknown) => {
		n8n.logger.error(`Magic Hour Trigger could not read its credential: ${String(error)}`);
		return '';
	});
}

/** @returns nothing if the event is a duplicate */
async function claimEvent(n8n: IWebhookFunctions, key: string): Promise<Claim | undefined> {
	const trigger = `${n8n.getWorkflow().id} ${n8n.getNode().id}`;
	const store = n8n.getWorkflowStaticData('node') as { accepted?: Accepted };
	const claim = await recentEvents.claim(trigger, key, store.accepted ?? {}, systemClock.now());
	if (!claim) return undefined;
	store.accepted = claim.accepted;
	// n8n answers when it has started the execution and written the static data.
	const response = n8n.getResponseObject();
	response.once('close', () => {
		claim.settle(response.writableFinished && response.statusCode < 300);
	});
	return claim;
}

function refuse(n8n: IWebhookFunctions, { status, message }: Refusal): IWebhookResponseData {
	if (status !== 200) {
		const { id, name } = n8n.getWorkflow();
		n8n.logger.warn(`Magic Hour Trigger refused a request (${status}): ${message}`, {
			workflowId: id,
			workflowName: name,
			nodeName: n8n.getNode().name,
		});
	}
	n8n.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}
