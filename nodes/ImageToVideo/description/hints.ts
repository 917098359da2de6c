import type { NodeHint } from 'n8n-workflow';
import { MODEL_GIVEN, spelled, UNKNOWN_MODEL, warning } from '../../shared/form/hints';
import { joinOr } from '../../shared/lib/text';
import { IDS_WITH_SOUND, MODELS, resolveModel, type Model } from '../../shared/models/catalogue';

export const HINTS: NodeHint[] = [UNKNOWN_MODEL, ...MODELS.flatMap(endImageHints)];

/** n8n marks the value that does not go with an end image in its menu; these say why. */
function endImageHints({ id, name, endImage }: Model): NodeHint[] {
	const { resolutions, maxSeconds } = endImage ?? {};
	const ids = [id, ...IDS_WITH_SOUND.filter((each) => resolveModel(each).models[0]?.id === id)];
	const given =
		'$parameter["operation"] === "generate" && !["", "none", undefined].includes($parameter["endImageSource"]) && ' +
		`${spelled(ids)}.includes(${MODEL_GIVEN})`;
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
