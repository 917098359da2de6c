import type { NodeHint } from 'n8n-workflow';
import {
	IDS_WITH_SOUND,
	MODELS,
	PLAN_DEFAULT,
	resolveModel,
	type Model,
} from '../models/catalogue';
import { NOT_SPELLED, spellingsOf } from '../models/modelId';
import { NOT_SUPPORTED, OPTIONS } from './fields';

/** What the form says of a combination before it is run, computed from the catalogue as the menus are. */

/**
 * The model's id or name, spelled as the catalogue's are here: what the run takes for a known model is none to warn of.
 * n8n gives expressions the value of a resource locator, or the whole of it.
 */
export const MODEL_GIVEN = `String($parameter["model"]?.value ?? $parameter["model"] ?? "").toLowerCase().replace(${NOT_SPELLED}, "")`;

/** Model ids whose rules are known; others are used as they are. */
const KNOWN_IDS = [PLAN_DEFAULT.id, ...MODELS.map(({ id }) => id), ...IDS_WITH_SOUND];

export const UNKNOWN_MODEL = warning(
	'This node does not know this model: its duration and resolution are sent unchecked, and its cost is unknown.',
	`["generate", "estimateCredits"].includes($parameter["operation"]) && !!${MODEL_GIVEN} && !${spelled(KNOWN_IDS)}.includes(${MODEL_GIVEN})`,
);

/** It is not to be sent as it is, whatever is known of the model. */
export const NOT_SENT_ANYWAY = `$parameter["${OPTIONS.name}"]?.["${NOT_SUPPORTED.name}"] !== "send"`;

/** What the values of known models may be spelled as, for an expression. */
export function spelled(ids: readonly string[]): string {
	return JSON.stringify(ids.flatMap(spellingsOf));
}

/** The ids that stand for a model. */
export function idsOf({ id }: Model): string[] {
	return [id, ...IDS_WITH_SOUND.filter((each) => resolveModel(each).models[0]?.id === id)];
}

/** @param condition an expression of n8n, without its braces */
export function warning(message: string, condition: string): NodeHint {
	return {
		message,
		type: 'warning',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		displayCondition: `={{ ${condition} }}`,
	};
}
