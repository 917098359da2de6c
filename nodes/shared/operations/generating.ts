import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import {
	CONCURRENT_PROJECTS,
	NOT_SUPPORTED,
	KEEP_IN_RESERVE,
	MAX_CREDITS,
	MAX_CREDITS_PER_RUN,
	MAX_VIDEOS_PER_DAY,
	optionsField,
	PROJECT_NAME,
	TIMEOUT,
	WAIT_FIELD,
} from '../form/fields';
import { readLimits, readOutputOptions, readProjectName } from '../form/parameters';
import {
	beforeGenerating,
	generateVideo,
	summarize,
	type GenerateBatch,
	type GenerateInput,
	type GenerateSettings,
} from '../generation/generateVideo';
import type { Operation } from '../generation/operation';
import type { PricedSpec } from '../generation/accountPlan';
import { priceVideo } from '../generation/priceVideo';
import type { Plan } from '../models/catalogue';
import type { VideoSpec } from '../models/videoSpec';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../n8n/fields';

/** What the Generate operations of all nodes have in common: all but what their videos are made from. */

const show = { operation: ['generate'] };

/** The last fields. */
export const SETTINGS_FIELDS: INodeProperties[] = [
	{ ...PROJECT_NAME, displayOptions: { show } },
	{ ...WAIT_FIELD, displayOptions: { show } },
	{ ...DOWNLOAD_FIELD, displayOptions: { show: { ...show, waitForCompletion: [true] } } },
	{
		...OUTPUT_FIELD,
		displayOptions: { show: { ...show, waitForCompletion: [true], downloadVideo: [true] } },
	},
	optionsField('generate', [
		CONCURRENT_PROJECTS,
		NOT_SUPPORTED,
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
];

/**
 * What is read of {@link SETTINGS_FIELDS}, and what the video is and will cost.
 * @param resolve what is made, with the plan where that is known
 * @throws {InvalidInputError} when it can't be made, or costs too much
 */
export function readSettings(
	n8n: IExecuteFunctions,
	itemIndex: number,
	resolve: (plan?: Plan) => VideoSpec,
): GenerateSettings & PricedSpec & { readonly name: string } {
	const output = readOutputOptions(n8n, itemIndex, { finished: false });
	const { maxCredits, ...limits } = readLimits(n8n, itemIndex);
	return {
		...limits,
		...priceVideo(resolve, maxCredits),
		output,
		name: readProjectName(n8n, itemIndex),
	};
}

/** The way from what was read to the video. */
export const GENERATING = {
	needsCredential: true,
	beforeBatch: beforeGenerating,
	run: generateVideo,
	report: summarize,
} satisfies Partial<Operation<GenerateInput, GenerateBatch>>;
