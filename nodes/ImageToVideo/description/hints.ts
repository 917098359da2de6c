import type { NodeHint } from 'n8n-workflow';
import {
	IDS_WITH_SOUND,
	MODELS,
	resolveModel,
	PLAN_DEFAULT,
	type Model,
} from '../../shared/models/catalogue';
import { NOT_SPELLED, spellingsOf } from '../../shared/models/modelId';
import { joinOr } from '../../shared/lib/text';

/** What the form says of a combination before it is run, computed from the catalogue as the menus are. */

/**
 * The model's id or name, spelled as the catalogue's are here: what the run takes for a known model is none to warn of.
 * n8n gives expressions the value of a resource locator, or the whole of it.
 */
const MODEL = `String($parameter["model"]?.value ?? $parameter["model"] ?? "").toLowerCase().replace(${NOT_SPELLED}, "")`;

/** Model ids whose rules are known; others are used as they are. */
const KNOWN_IDS = [PLAN_DEFAULT.id, ...MODELS.map(({ id }) => id), ...IDS_WITH_SOUND];

export const HINTS: NodeHint[] = [
	warning(
		'This node does not know this model: its duration and resolution are sent unchecked, and its cost is unknown.',
		`["generate", "estimateCredits"].includes($parameter["operation"]) && !!${MODEL} && !${spelled(KNOWN_IDS)}.includes(${MODEL})`,
	),
	...MODELS.flatMap(endImageHints),
];

function spelled(ids: readonly string[]): string {
	return JSON.stringify(ids.flatMap(spellingsOf));
}

/** n8n marks the value that does not go with an end image in its menu; these say why. */
function endImageHints({ id, name, endImage }: Model): NodeHint[] {
	const { resolutions, maxSeconds } = endImage ?? {};
	const ids = [id, ...IDS_WITH_SOUND.filter((each) => resolveModel(each).models[0]?.id === id)];
	const given =
		'$parameter["operation"] === "generate" && !["", "none", undefined].includes($parameter["endImageSource"]) && ' +
		`${spelled(ids)}.includes(${MODEL})`;
	const hints: NodeHint[] = [];
	if (resolutions !== undefined) {
		hints.push(
			warning(
				`With an end image, ${name} makes ${joinOr(resolutions)} only. Choose that resolution, or set End Image From to None.`,
				`${given} && !${JSON.stringify(resolutions.map((each) => parseInt(each)))}.includes(parseInt($parameter["resolution"]))`,
			),
		);
	}
	if (maxSeconds !== undefined) {
		hints.push(
			warning(
				`With an end image, ${name} makes videos of ${maxSeconds} seconds or less. Choose a shorter duration, or set End Image From to None.`,
				`${given} && parseFloat($parameter["duration"]) > ${maxSeconds}`,
			),
		);
	}
	return hints;
}

function warning(message: string, condition: string): NodeHint {
	return {
		message,
		type: 'warning',
		location: 'outputPane',
		whenToDisplay: 'beforeExecution',
		displayCondition: `={{ ${condition} }}`,
	};
}
