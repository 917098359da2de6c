import { choiceFields, PROMPT } from '../../shared/form/fields';
import { imageFormFields } from '../../shared/form/imageFields';
import { isGiven, readImage } from '../../shared/form/imageInput';
import { readPrompt, readVideoParams } from '../../shared/form/parameters';
import type { GenerateBatch, GenerateInput } from '../../shared/generation/generateVideo';
import type { Operation } from '../../shared/generation/operation';
import type { ImageInput } from '../../shared/generation/videoRequest';
import { modelsWithout } from '../../shared/models/catalogue';
import { assertShape, resolveVideoSpec, type VideoSpec } from '../../shared/models/videoSpec';
import { GENERATING, readSettings, SETTINGS_FIELDS } from '../../shared/operations/generating';
import { END_IMAGE, END_IMAGE_DEPENDS_ON, START_IMAGE } from '../description/imageFields';

const show = { operation: ['generate'] };
const hideWithoutEndImage = { model: modelsWithout((model) => model.endImage !== undefined) };

export const generate: Operation<GenerateInput, GenerateBatch> = {
	...GENERATING,
	option: {
		name: 'Generate',
		value: 'generate',
		description: 'Turn an image into a video',
		action: 'Generate a video from an image',
	},
	fields: [
		...imageFormFields(START_IMAGE, { show }),
		...choiceFields(['generate', 'estimateCredits'], END_IMAGE_DEPENDS_ON),
		{ ...PROMPT, displayOptions: { show } },
		...imageFormFields(END_IMAGE, { show, hide: hideWithoutEndImage }),
		...SETTINGS_FIELDS,
	],

	async prepare(n8n, itemIndex) {
		const hasEndImage = isGiven(n8n, END_IMAGE, itemIndex);
		const params = readVideoParams(n8n, itemIndex, hasEndImage);
		const settings = readSettings(n8n, itemIndex, (plan) => resolveVideoSpec(params, plan));
		const prompt = readPrompt(n8n, itemIndex);
		const { timeout } = settings.output;
		const image = await readImage(n8n, START_IMAGE, itemIndex, timeout);
		assertShapeOf(settings.spec, image, START_IMAGE.label);
		return {
			...settings,
			notes: prompt.notes,
			image,
			endImage: hasEndImage ? await readImage(n8n, END_IMAGE, itemIndex, timeout) : undefined,
			prompt: prompt.text,
		};
	},
};

function assertShapeOf(spec: VideoSpec, image: ImageInput, field: string): void {
	if (image.kind === 'file' && image.file.size) assertShape(spec, image.file.size, field);
}
