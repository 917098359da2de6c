import {
	beforeGenerating,
	generateVideo,
	summarize,
	type GenerateBatch,
	type GenerateInput,
} from '../../shared/generation/generateVideo';
import { assertMaxCredits } from '../../shared/generation/creditLimits';
import type { Operation } from '../../shared/generation/operation';
import type { ImageInput } from '../../shared/generation/videoRequest';
import { modelsWithout } from '../../shared/models/catalogue';
import { estimateCredits } from '../../shared/models/credits';
import { assertShape, resolveVideoSpec, type VideoSpec } from '../../shared/models/videoSpec';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../../shared/n8n/fields';
import {
	choiceFields,
	CONCURRENT_PROJECTS,
	DURATION_NOT_SUPPORTED,
	KEEP_IN_RESERVE,
	MAX_CREDITS,
	MAX_CREDITS_PER_RUN,
	MAX_VIDEOS_PER_DAY,
	optionsField,
	PROJECT_NAME,
	PROMPT,
	TIMEOUT,
	WAIT_FIELD,
} from '../../shared/form/fields';
import { imageFormFields } from '../../shared/form/imageFields';
import { END_IMAGE, END_IMAGE_DEPENDS_ON, START_IMAGE } from '../description/imageFields';
import { isGiven, readImage } from '../../shared/form/imageInput';
import {
	readLimits,
	readOutputOptions,
	readProjectName,
	readPrompt,
	readVideoParams,
} from '../../shared/form/parameters';

const show = { operation: ['generate'] };
const hideWithoutEndImage = { model: modelsWithout((model) => model.endImage !== undefined) };

export const generate: Operation<GenerateInput, GenerateBatch> = {
	option: {
		name: 'Generate',
		value: 'generate',
		description: 'Turn an image into a video',
		action: 'Generate a video from an image',
	},
	needsCredential: true,
	fields: [
		...imageFormFields(START_IMAGE, { show }),
		...choiceFields(['generate', 'estimateCredits'], END_IMAGE_DEPENDS_ON),
		{ ...PROMPT, displayOptions: { show } },
		...imageFormFields(END_IMAGE, { show, hide: hideWithoutEndImage }),
		{ ...PROJECT_NAME, displayOptions: { show } },
		{ ...WAIT_FIELD, displayOptions: { show } },
		{ ...DOWNLOAD_FIELD, displayOptions: { show: { ...show, waitForCompletion: [true] } } },
		{
			...OUTPUT_FIELD,
			displayOptions: { show: { ...show, waitForCompletion: [true], downloadVideo: [true] } },
		},
		optionsField('generate', [
			CONCURRENT_PROJECTS,
			DURATION_NOT_SUPPORTED,
			KEEP_IN_RESERVE,
			MAX_CREDITS,
			MAX_CREDITS_PER_RUN,
			MAX_VIDEOS_PER_DAY,
			SIMPLIFY,
			{
				...TIMEOUT,
				description:
					'How long to wait for each step: the upload, room for the video at Magic Hour if your plan is busy, and the finished video. A video that takes longer is not lost: the error names its project ID, and the Get operation resumes it.',
			},
		]),
	],

	async prepare(n8n, itemIndex) {
		const output = readOutputOptions(n8n, itemIndex, { finished: false });
		const limits = readLimits(n8n, itemIndex);
		const hasEndImage = isGiven(n8n, END_IMAGE, itemIndex);
		const spec = resolveVideoSpec(readVideoParams(n8n, itemIndex, hasEndImage));
		const estimate = estimateCredits(spec);
		assertMaxCredits(spec, estimate, limits.maxCredits);
		const prompt = readPrompt(n8n, itemIndex);
		const name = readProjectName(n8n, itemIndex);
		const image = await readImage(n8n, START_IMAGE, itemIndex);
		assertShapeOf(spec, image, START_IMAGE.label);
		return {
			spec: { ...spec, notes: [...spec.notes, ...prompt.notes] },
			estimate,
			output,
			image,
			endImage: hasEndImage ? await readImage(n8n, END_IMAGE, itemIndex) : undefined,
			prompt: prompt.text,
			name,
			...limits,
		};
	},

	beforeBatch: beforeGenerating,
	run: generateVideo,
	report: summarize,
};

function assertShapeOf(spec: VideoSpec, image: ImageInput, field: string): void {
	if (image.kind === 'file' && image.file.size) assertShape(spec, image.file.size, field);
}
