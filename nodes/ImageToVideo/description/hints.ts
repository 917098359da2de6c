import type { NodeHint } from 'n8n-workflow';
import {
	idsOf,
	MODEL_GIVEN,
	NOT_SENT_ANYWAY,
	spelled,
	UNKNOWN_MODEL,
	warning,
} from '../../shared/form/hints';
import { joinOr } from '../../shared/lib/text';
import { MODELS, type Model } from '../../shared/models/catalogue';

export const HINTS: NodeHint[] = [UNKNOWN_MODEL, ...MODELS.flatMap(endImageHints)];

/** n8n marks the value that does not go with an end image in its menu; these say why. */
function endImageHints(model: Model): NodeHint[] {
	const { name, endImage } = model;
	const { resolutions, maxSeconds } = endImage ?? {};
	const given =
		'$parameter["operation"] === "generate" && !["", "none", undefined].includes($parameter["endImageSource"]) && ' +
		`${NOT_SENT_ANYWAY} && ${spelled(idsOf(model))}.includes(${MODEL_GIVEN})`;
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
