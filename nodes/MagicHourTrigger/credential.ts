import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IExecuteFunctions,
	IHookFunctions,
	INodeCredentialTestResult,
	IWebhookFunctions,
} from 'n8n-workflow';
import { InvalidInputError } from '../shared/lib/errors';
import { meantText } from '../shared/lib/text';

const CREDENTIAL = 'magicHourVideoWebhookApi';

/** @throws n8n's own error when there is no credential */
export async function readSecret(n8n: IWebhookFunctions | IHookFunctions): Promise<string> {
	const { signingSecret } = await n8n.getCredentials(CREDENTIAL);
	return meantText(String(signingSecret ?? ''));
}

/** Where the API is: whoever knows the signing secret must not be able to name another address inside the network. */
export async function readBaseUrl(n8n: IExecuteFunctions): Promise<string> {
	const { baseUrl } = await n8n.getCredentials(CREDENTIAL);
	return meantText(String(baseUrl ?? ''));
}

/** @throws {InvalidInputError} when the secret can't be one */
export async function requireSecret(n8n: IHookFunctions): Promise<void> {
	const problem = problemOf(await readSecret(n8n));
	if (problem !== undefined) throw new InvalidInputError(problem);
}

/**
 * Magic Hour can't be asked whether a signing secret is right: only an event shows it. What can be seen at once is that
 * something else was pasted.
 */
export async function signingSecretTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const problem = problemOf(meantText(String(credential.data?.signingSecret ?? '')));
	if (problem !== undefined) return { status: 'Error', message: problem };
	return { status: 'OK', message: 'The first event will show whether the secret is right' };
}

const COPY_SECRET = 'Copy the secret of the webhook from the Magic Hour Developer Hub.';

/** What can't be a signing secret. */
export function problemOf(secret: string): string | undefined {
	if (secret === '') return `The signing secret is empty. ${COPY_SECRET}`;
	if (secret.startsWith('mhk_')) {
		return `This is an API key, not the signing secret of a webhook. ${COPY_SECRET}`;
	}
	if (/^https?:/.test(secret)) {
		return `This is an address, not the signing secret of a webhook. ${COPY_SECRET}`;
	}
	return undefined;
}
