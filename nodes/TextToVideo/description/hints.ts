import type { NodeHint } from 'n8n-workflow';
import { REFERENCE_GROUP } from './fields';
import {
	idsOf,
	MODEL_GIVEN,
	NOT_SENT_ANYWAY,
	spelled,
	UNKNOWN_MODEL,
	warning,
} from '../../shared/form/hints';
import { ASPECT_RATIOS, MODELS } from '../../shared/models/catalogue';
import { makesAspectRatio, MEANT_NAME } from '../../shared/models/textToVideo';

/** What the form says of a shape that the model does not make, and of a name that no image has. */
export const HINTS: NodeHint[] = [
	UNKNOWN_MODEL,
	...ASPECT_RATIOS.flatMap((ratio) => {
		const ids = MODELS.filter((model) => !makesAspectRatio(model, ratio)).flatMap(idsOf);
		if (ids.length === 0) return [];
		return warning(
			`This model does not make videos of ${ratio}. Choose another aspect ratio or model.`,
			`$parameter["operation"] === "generate" && ${NOT_SENT_ANYWAY} && $parameter["aspectRatio"] === "${ratio}" && ${spelled(ids)}.includes(${MODEL_GIVEN})`,
		);
	}),
	warning(
		'The prompt calls an image by its name, and there is no reference image: the name is sent as text.',
		`$parameter["operation"] === "generate" && ${MEANT_NAME}.test(String($parameter["prompt"] ?? "")) && !$parameter["referenceImages"]?.["${REFERENCE_GROUP}"]?.length`,
	),
];
