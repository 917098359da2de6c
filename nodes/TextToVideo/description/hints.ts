import type { NodeHint } from 'n8n-workflow';
import { idsOf, MODEL_GIVEN, spelled, UNKNOWN_MODEL, warning } from '../../shared/form/hints';
import { ASPECT_RATIOS, MODELS } from '../../shared/models/catalogue';
import { makesAspectRatio } from '../../shared/models/textToVideo';

/** What the form says of a shape that the model does not make. */
export const HINTS: NodeHint[] = [
	UNKNOWN_MODEL,
	...ASPECT_RATIOS.flatMap((ratio) => {
		const ids = MODELS.filter((model) => !makesAspectRatio(model, ratio)).flatMap(idsOf);
		if (ids.length === 0) return [];
		return warning(
			`This model does not make videos of ${ratio}. Choose another aspect ratio or model.`,
			`$parameter["operation"] === "generate" && $parameter["aspectRatio"] === "${ratio}" && ${spelled(ids)}.includes(${MODEL_GIVEN})`,
		);
	}),
];
