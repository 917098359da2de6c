import type { INodeProperties } from 'n8n-workflow';
import { IDS_WITH_SOUND, modelsWithout, PLAN_DEFAULT } from '../../shared/models/catalogue';

/** Fields that more than one operation has. Labels follow n8n's UX guidelines. */

/** Range of the Timeout option, in seconds. */
export const TIMEOUT = { min: 1, max: 86_400 };

/** Range of the Concurrent Projects option. The default is the limit of the smallest paid plan. */
export const CONCURRENT_PROJECTS = { min: 1, max: 50, default: 3 };

/** Range of the Max Credits options. */
export const MAX_CREDITS = { min: 1, max: 1_000_000 };

const DEFAULT_MODEL = {
	__rl: true,
	mode: 'list',
	value: PLAN_DEFAULT.id,
	cachedResultName: PLAN_DEFAULT.name,
};

/**
 * The fields that a menu is read anew for: those that `menus.ts` reads. The `&` ("beside this one") is for n8n's editor: it
 * gives up on a menu when a field that is named plainly holds an expression that has no value before the first run.
 */
function dependsOn(other: 'duration' | 'resolution'): string[] {
	return ['model.value', `&${other}`, '&audio', '&endImageSource', '&operation'];
}

/** Fields that decide what a video is and costs: the same for Generate and Estimate Credits. */
export function choiceFields(operations: string[]): INodeProperties[] {
	const show = { operation: operations };
	return [
		{
			displayName: 'Model',
			name: 'model',
			type: 'resourceLocator',
			default: DEFAULT_MODEL,
			required: true,
			description:
				'The AI model that makes the video. It decides which durations and resolutions there are, and what they cost. Default leaves the choice to your Magic Hour plan.',
			displayOptions: { show },
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					typeOptions: { searchListMethod: 'searchModels', searchable: true },
				},
				{
					displayName: 'By ID',
					name: 'id',
					type: 'string',
					placeholder: 'e.g. kling-3.0',
					hint: 'The ID of any Magic Hour model, also of one that is not in the list',
				},
			],
		},
		{
			displayName: 'Duration Name or ID',
			name: 'duration',
			type: 'options',
			typeOptions: {
				loadOptionsMethod: 'getDurations',
				loadOptionsDependsOn: dependsOn('resolution'),
			},
			default: 5,
			required: true,
			description:
				'Length of the video in seconds. The list has what the model makes, with the price in Magic Hour credits. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			displayOptions: { show },
		},
		{
			displayName: 'Resolution Name or ID',
			name: 'resolution',
			type: 'options',
			typeOptions: {
				loadOptionsMethod: 'getResolutions',
				loadOptionsDependsOn: dependsOn('duration'),
			},
			default: '720p',
			required: true,
			description:
				'Length of the shorter side of the video in pixels. The list has what the model makes, with the price in Magic Hour credits. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			displayOptions: { show },
		},
		{
			displayName: 'Audio',
			name: 'audio',
			type: 'boolean',
			default: false,
			description:
				'Whether to make a video with sound. Some models charge extra credits for it; the prices in the lists include them.',
			displayOptions: {
				show,
				// It would do nothing: the model has no sound, or its ID says already that it has.
				hide: { model: [...modelsWithout((model) => model.audio !== 'none'), ...IDS_WITH_SOUND] },
			},
		},
	];
}

/** An option of the Options collection: what to do with a duration that the model does not make. */
export const DURATION_NOT_SUPPORTED: INodeProperties = {
	displayName: 'If Duration Is Not Supported',
	name: 'durationNotSupported',
	type: 'options',
	default: 'error',
	description: 'What to do when the model does not make videos of the given duration',
	options: [
		{
			name: 'Fail',
			value: 'error',
			description: 'Stop before anything is uploaded or charged, and name the durations there are',
		},
		{
			name: 'Use the Nearest Duration',
			value: 'nearest',
			description: 'Use the nearest duration that the model makes; of two, the shorter',
		},
		{
			name: "Use the Model's Default",
			value: 'default',
			description: "Use the model's usual duration",
		},
	],
};

/** Its default is the hard limit that Magic Hour advises. */
export const TIMEOUT_OPTION: INodeProperties = {
	displayName: 'Timeout (Seconds)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: TIMEOUT.min, maxValue: TIMEOUT.max },
	default: 1800,
	description:
		'How long to wait for the video, and to go on trying if a request fails. A video that takes longer is not lost: the error names its project ID, and the Get operation resumes it.',
};

export const WAIT_FIELD: INodeProperties = {
	displayName: 'Wait for Completion',
	name: 'waitForCompletion',
	type: 'boolean',
	default: true,
	description:
		'Whether to wait until the video is finished, which takes a minute or more. Otherwise the node returns the project ID at once, with which the Get operation gets the video later.',
};

/** The field that names a project. */
export function projectIdField(operations: string[]): INodeProperties {
	return {
		displayName: 'Project ID',
		name: 'projectId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. clx7uu86w0a5qp55yxz315r6r',
		description: 'The ID of the video, as the Generate operation returned it',
		displayOptions: { show: { operation: operations } },
	};
}
