import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { EventChoice } from '../shared/events';

/** What the person has set, read once. */
export interface Settings {
	readonly choice: EventChoice;
	readonly verify: boolean;
	readonly toleranceSeconds: number;
	/** Never without verification: anyone could make n8n fetch any address. */
	readonly download: boolean;
	readonly field: string;
	readonly simplify: boolean;
}

interface Options {
	projectTypes?: string[];
	simplify?: boolean;
	timestampTolerance?: number;
}

export function readSettings(n8n: IWebhookFunctions | IExecuteFunctions): Settings {
	const parameter = (name: string, fallback: unknown): unknown =>
		'getInputData' in n8n
			? n8n.getNodeParameter(name, 0, fallback)
			: n8n.getNodeParameter(name, fallback);
	const verify = parameter('verifySignature', true) !== false;
	const options = parameter('options', {}) as Options;
	return {
		choice: {
			types: parameter('events', []) as string[],
			projectTypes: options.projectTypes ?? [],
		},
		verify,
		toleranceSeconds: options.timestampTolerance ?? 300,
		download: verify && parameter('downloadVideo', false) === true,
		field: String(parameter('outputBinaryField', 'data')),
		simplify: options.simplify !== false,
	};
}
