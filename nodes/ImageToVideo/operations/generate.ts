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
	MAX_CREDITS,
	TIMEOUT_OPTION,
	WAIT_FIELD,
} from '../description/fields';
import {
	END_IMAGE,
	IMAGE_BINARY_FIELD,
	IMAGE_FILE_FIELD,
	IMAGE_URL_FIELD,
	SOURCE_OPTIONS,
	START_IMAGE,
} from '../description/imageFields';
import { isGiven, readImage } from '../input/imageInput';
import { readLimits, readOutputOptions, readText, readVideoParams } from '../input/parameters';

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
		{
			displayName: 'Image From',
			name: 'imageSource',
			type: 'options',
			options: SOURCE_OPTIONS,
			default: 'binary',
			description: 'Where to take the image from that the video begins with',
			displayOptions: { show },
		},
		{
			displayName: 'Input Binary Field',
			name: START_IMAGE.binaryField,
			default: 'data',
			placeholder: 'e.g. data',
			...IMAGE_BINARY_FIELD,
			displayOptions: { show: { ...show, imageSource: ['binary'] } },
		},
		{
			displayName: 'Image URL',
			name: START_IMAGE.url,
			...IMAGE_URL_FIELD,
			displayOptions: { show: { ...show, imageSource: ['url'] } },
		},
		{
			displayName: 'Image File',
			name: START_IMAGE.filePath,
			...IMAGE_FILE_FIELD,
			displayOptions: { show: { ...show, imageSource: ['filePath'] } },
		},
		...choiceFields(['generate', 'estimateCredits']),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: 'e.g. The camera slowly moves towards the lighthouse while waves roll in',
			description: 'What should happen in the video. Without a prompt the model decides.',
			displayOptions: { show },
		},
		{
			displayName: 'End Image From',
			name: END_IMAGE.source,
			type: 'options',
			options: [
				{
					name: 'None',
					value: 'none',
					description: 'No end image: the model decides how the video ends',
				},
				...SOURCE_OPTIONS,
			],
			default: 'none',
			description:
				'Where to take the image from that the video ends with, if you want one. With some models there are fewer durations or resolutions then.',
			displayOptions: { show, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image Binary Field',
			name: END_IMAGE.binaryField,
			default: 'endImage',
			placeholder: 'e.g. endImage',
			...IMAGE_BINARY_FIELD,
			displayOptions: { show: { ...show, endImageSource: ['binary'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image URL',
			name: END_IMAGE.url,
			...IMAGE_URL_FIELD,
			displayOptions: { show: { ...show, endImageSource: ['url'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image File',
			name: END_IMAGE.filePath,
			...IMAGE_FILE_FIELD,
			displayOptions: {
				show: { ...show, endImageSource: ['filePath'] },
				hide: hideWithoutEndImage,
			},
		},
		{
			displayName: 'Project Name',
			name: 'projectName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Lighthouse at dawn',
			description:
				'Name of the video in your Magic Hour library. Without one it is named after the workflow, the execution and the item.',
			displayOptions: { show },
		},
		{ ...WAIT_FIELD, displayOptions: { show } },
		{ ...DOWNLOAD_FIELD, displayOptions: { show: { ...show, waitForCompletion: [true] } } },
		{
			...OUTPUT_FIELD,
			displayOptions: { show: { ...show, waitForCompletion: [true], downloadVideo: [true] } },
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show },
			options: [
				{
					displayName: 'Concurrent Projects',
					name: 'concurrentProjects',
					type: 'number',
					typeOptions: { minValue: CONCURRENT_PROJECTS.min, maxValue: CONCURRENT_PROJECTS.max },
					default: 3,
					description:
						'The most unfinished videos that this node has at Magic Hour at a time. Your plan has a limit of its own: 3 for Creator, 5 for Pro, none for Business.',
					// A node that does not wait can't know when a video is finished.
					displayOptions: { show: { '/waitForCompletion': [true] } },
				},
				DURATION_NOT_SUPPORTED,
				{
					displayName: 'Max Credits',
					name: 'maxCredits',
					type: 'number',
					typeOptions: { minValue: MAX_CREDITS.min, maxValue: MAX_CREDITS.max },
					default: 500,
					description:
						'Most credits that one video may cost. If the estimate is higher, or cannot be made, the item fails before anything is uploaded or charged. There is no limit unless this option is added.',
				},
				{
					displayName: 'Max Credits Per Run',
					name: 'maxCreditsPerRun',
					type: 'number',
					typeOptions: { minValue: MAX_CREDITS.min, maxValue: MAX_CREDITS.max },
					default: 5000,
					description:
						'Most credits that all videos of one run of this node may cost together; for an AI agent, of all its calls in one execution. If the sum of the estimates is higher, or cannot be made, nothing is uploaded or charged. There is no limit unless this option is added.',
				},
				SIMPLIFY,
				{
					...TIMEOUT_OPTION,
					description:
						'How long to wait for each step: the upload, room for the video at Magic Hour if your plan is busy, and the finished video. A video that takes longer is not lost: the error names its project ID, and the Get operation resumes it.',
				},
			],
		},
	],

	async prepare(n8n, itemIndex) {
		const output = readOutputOptions(n8n, itemIndex);
		const limits = readLimits(n8n, itemIndex);
		const hasEndImage = isGiven(n8n, END_IMAGE, itemIndex);
		const spec = resolveVideoSpec(readVideoParams(n8n, itemIndex, hasEndImage));
		const estimate = estimateCredits(spec);
		assertMaxCredits(spec, estimate, limits.maxCredits);
		const image = await readImage(n8n, START_IMAGE, itemIndex);
		assertShapeOf(spec, image, START_IMAGE.label);
		return {
			spec,
			estimate,
			output,
			image,
			endImage: hasEndImage ? await readImage(n8n, END_IMAGE, itemIndex) : undefined,
			prompt: readText(n8n, 'prompt', itemIndex).trim(),
			name: readText(n8n, 'projectName', itemIndex).trim(),
			maxCreditsPerRun: limits.maxCreditsPerRun,
			concurrentProjects: limits.concurrentProjects,
		};
	},

	beforeBatch: beforeGenerating,
	run: generateVideo,
	report: summarize,
};

function assertShapeOf(spec: VideoSpec, image: ImageInput, field: string): void {
	if (image.kind === 'file' && image.file.size) assertShape(spec, image.file.size, field);
}
