import type { IHookFunctions } from 'n8n-workflow';
import { InvalidInputError } from '../shared/lib/errors';
import { toNodeError } from '../shared/n8n/nodeErrors';
import { requireSecret } from './credential';
import { readRequestSettings } from './settings';

/**
 * What a person sees when they publish the workflow, or listen for a test event. A trigger whose settings go wrong later
 * refuses events, which come again, and tells n8n's log why.
 * @throws {NodeOperationError} and n8n's own errors when there is no credential
 */
export async function checkTrigger(n8n: IHookFunctions): Promise<void> {
	try {
		if (readRequestSettings(n8n).verify) await requireSecret(n8n);
	} catch (error) {
		if (!(error instanceof InvalidInputError)) throw error as Error;
		throw toNodeError(n8n.getNode(), error, undefined);
	}
}
