import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { UnexpectedAnswer } from '../shared/answers';
import { parseEvent, whyNotWanted, type MagicHourEvent } from '../shared/events';
import { BadSignature, verifySignature, type SignedRequest } from '../shared/signature';
import { readSecret } from './credential';
import { readSettings, type Settings } from './settings';

/** Decides about a request, and answers it if it starts nothing. */
export async function receiveEvent(n8n: IWebhookFunctions): Promise<IWebhookResponseData> {
	const settings = readSettings(n8n);
	const request = n8n.getRequestObject() as unknown as {
		headers: SignedRequest['headers'];
		rawBody?: Buffer;
	};
	const signed = { headers: request.headers, body: request.rawBody ?? Buffer.alloc(0) };
	const secret = settings.verify ? await readSecret(n8n) : '';
	const verdict = judge(signed, settings, secret, Date.now());
	if ('event' in verdict) {
		const { type, project } = verdict.event;
		return { workflowData: [[{ json: { event: type, payload: project as IDataObject } }]] };
	}
	return answer(n8n, verdict);
}

interface Refusal {
	readonly status: number;
	readonly message: string;
}

/** What becomes of a request, by what it says alone. */
export function judge(
	request: SignedRequest,
	{ choice, verify, toleranceSeconds }: Settings,
	secret: string,
	now: number,
): { readonly event: MagicHourEvent } | Refusal {
	try {
		if (verify) verifySignature(request, { secret, toleranceSeconds, now });
		const event = parseEvent(request.body);
		const message = whyNotWanted(event, choice);
		return message === undefined ? { event } : { status: 200, message };
	} catch (error) {
		if (error instanceof BadSignature) return { status: 401, message: error.message };
		if (error instanceof UnexpectedAnswer) return { status: 400, message: error.message };
		throw error as Error;
	}
}

function answer(n8n: IWebhookFunctions, { status, message }: Refusal): IWebhookResponseData {
	n8n.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}
