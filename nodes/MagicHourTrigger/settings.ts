import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { EventChoice } from './events';

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
	timestampTolerance?: unknown;
}

/** Seconds; also where something that is no time was given: anything else could let old events in. */
export const DEFAULT_TOLERANCE = 300;

export function readSettings(n8n: IWebhookFunctions | IExecuteFunctions): Settings {
	const parameter = (name: string, fallback: unknown): unknown =>
		'getInputData' in n8n
			? n8n.getNodeParameter(name, 0, fallback)
			: n8n.getNodeParameter(name, fallback);
	const verify = parameter('verifySignature', true) !== false;
	const options = parameter('options', {}) as Options;
	const tolerance = Number(options.timestampTolerance);
	return {
		choice: {
			types: parameter('events', []) as string[],
			projectTypes: options.projectTypes ?? [],
		},
		verify,
		toleranceSeconds: tolerance > 0 ? tolerance : DEFAULT_TOLERANCE,
		download: verify && parameter('downloadVideo', false) === true,
		field: String(parameter('outputBinaryField', 'data')),
		simplify: options.simplify !== false,
	};
}
