import type { INodeProperties } from 'n8n-workflow';
import { IDS_WITH_SOUND, modelsWithout, PLAN_DEFAULT } from '../models/catalogue';
import { MAX_VIDEOS_A_DAY } from '../generation/dailyPlaces';
import { AUTOMATIC } from '../generation/accountPlan';
import type { NumberField } from '../n8n/parameters';

/**
 * The fields by which parameters are read, which are those of more than one operation and those that decide what is
 * made. Labels follow n8n's UX guidelines. No field that others hide is `required`: with an expression in what hides it,
 * n8n shows every field, and would not start the node for one that is empty. The node says what is missing.
 */

const DEFAULT_MODEL = {
	__rl: true,
	mode: 'list',
	value: PLAN_DEFAULT.id,
	cachedResultName: PLAN_DEFAULT.name,
};

/**
 * The fields that a menu is read anew for: those that `methods.ts` reads. The `&` ("beside this one") is for n8n's editor: it
 * gives up on a menu when a field that is named plainly holds an expression that has no value before the first run.
 */
function dependsOn(...others: string[]): string[] {
	return ['model.value', ...others.map((other) => `&${other}`)];
}

export const MODEL: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: DEFAULT_MODEL,
	description:
		'The AI model that makes the video. It decides which durations and resolutions there are, and what they cost. Default leaves the choice to your Magic Hour plan.',
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
};

export const DURATION: INodeProperties = {
	displayName: 'Duration Name or ID',
	name: 'duration',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getDurations' },
	default: 5,
	description:
		'Length of the video in seconds. The list has what the model makes, with the price in Magic Hour credits. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const RESOLUTION: INodeProperties = {
	displayName: 'Resolution Name or ID',
	name: 'resolution',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getResolutions' },
	default: '720p',
	description:
		'Length of the shorter side of the video in pixels. The list has what the model makes, with the price in Magic Hour credits. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

export const AUDIO: INodeProperties = {
	displayName: 'Audio',
	name: 'audio',
	type: 'boolean',
	default: false,
	description:
		'Whether to make a video with sound. Some models charge extra credits for it; the prices in the lists include them.',
};

/**
 * Fields that decide what a video is and costs: the same for Generate and Estimate Credits.
 * @param others names of other fields of the node that the menus depend on
 */
export function choiceFields(operations: string[], others: string[] = []): INodeProperties[] {
	const show = { operation: operations };
	// It would do nothing: the model has no sound, or its ID says already that it has. Send Anyway can't show it: what n8n
	// shows depends on no option of a collection. With an expression as Model it is there.
	const hide = { model: [...modelsWithout((model) => model.audio !== 'none'), ...IDS_WITH_SOUND] };
	const menu = (field: INodeProperties, other: INodeProperties): INodeProperties => {
		const loadOptionsDependsOn = dependsOn(other.name, AUDIO.name, ...others);
		return { ...field, typeOptions: { ...field.typeOptions, loadOptionsDependsOn } };
	};
	const menus = [menu(DURATION, RESOLUTION), menu(RESOLUTION, DURATION)];
	return [
		...[MODEL, ...menus].map((field) => ({ ...field, displayOptions: { show } })),
		{ ...AUDIO, displayOptions: { show, hide } },
	];
}

export const PROMPT: INodeProperties = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: 'e.g. The camera slowly moves towards the lighthouse while waves roll in',
	description: 'What should happen in the video. Without a prompt the model decides.',
};

export const PROJECT_NAME: INodeProperties = {
	displayName: 'Project Name',
	name: 'projectName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Lighthouse at dawn',
	description:
		'Name of the video in your Magic Hour library. Without one it is named after the workflow, the execution and the item.',
};

/**
 * An option of the Options collection: what to do with what the model does not make. Its name is of when that was about
 * durations alone: saved workflows have it.
 */
export const NOT_SUPPORTED: INodeProperties = {
	displayName: 'If Not Supported',
	name: 'durationNotSupported',
	type: 'options',
	default: 'error',
	description:
		'What to do with what this node does not know the model to make or take, such as a duration, audio or an end image',
	options: [
		{
			name: 'Fail',
			value: 'error',
			description: 'Stop before anything is uploaded or charged, and name what there is',
		},
		{
			name: 'Send Anyway',
			value: 'send',
			description: 'Send it as it is, for what is new at Magic Hour, at a cost that may be unknown',
		},
		{
			name: 'Use the Nearest',
			value: 'nearest',
			description:
				'Use the nearest duration and resolution (of two, the smaller), and no audio; fail if it is something else',
		},
		{
			name: "Use the Model's Default",
			value: 'default',
			description:
				"Use the model's usual duration, 720p, and no audio; fail if it is something else",
		},
	],
};

/** Its default is the hard limit that Magic Hour advises. */
export const TIMEOUT = {
	displayName: 'Timeout (Seconds)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 86_400 },
	default: 1800,
	description:
		'How long to wait for the video, and to go on trying if a request fails. A video that takes longer is not lost: the error names its project ID, and the Get operation resumes it.',
} satisfies NumberField;

/** What an expression may give Concurrent Projects, if not the value of Automatic. */
export const CONCURRENT_PROJECTS_NUMBER = {
	displayName: 'Concurrent Projects',
	name: 'concurrentProjects',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 50 },
	default: 3,
} satisfies NumberField;

/** What the list offers: an expression may give any number in between, too. */
const OFFERED = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50];

export const CONCURRENT_PROJECTS: INodeProperties = {
	displayName: 'Concurrent Projects',
	name: CONCURRENT_PROJECTS_NUMBER.name,
	type: 'options',
	default: AUTOMATIC,
	options: [
		{
			name: 'Automatic',
			value: AUTOMATIC,
			description:
				'As many as your plan has room for: 3 for Free and Creator, 5 for Pro; 20 for Business, which has no limit',
		},
		...OFFERED.map((value) => ({ name: String(value), value })),
	],
	description:
		'The most unfinished videos that this node has at Magic Hour at a time. If Magic Hour has room for fewer, the node goes on with fewer.',
	// A node that does not wait can't know when a video is finished.
	displayOptions: { show: { '/waitForCompletion': [true] } },
};

export const MAX_CREDITS = {
	displayName: 'Max Credits',
	name: 'maxCredits',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000 },
	default: 500,
	description:
		'Most credits that one video may cost. If the estimate is higher, or cannot be made, the item fails before anything is uploaded or charged. There is no limit unless this option is added.',
} satisfies NumberField;

export const MAX_CREDITS_PER_RUN = {
	displayName: 'Max Credits Per Run',
	name: 'maxCreditsPerRun',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000 },
	default: 5000,
	description:
		'Most credits that all videos of one run of this node may cost together; for an AI agent, of all its calls in one execution. If the sum of the estimates is higher, or cannot be made, nothing is uploaded or charged. There is no limit unless this option is added.',
} satisfies NumberField;

export const MAX_VIDEOS_PER_DAY = {
	displayName: 'Max Videos Per Day',
	name: 'maxVideosPerDay',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_VIDEOS_A_DAY },
	default: 100,
	description:
		"Most videos that this node asks Magic Hour for on one day, in all its executions. A run that would go over it uploads and charges nothing. What Magic Hour refuses does not count, what it fails to make does. The day is that of the workflow's time zone. Counted in n8n's database: exact as long as no worker takes more than 75 ms to update it. There is no limit unless this option is added.",
} satisfies NumberField;

export const KEEP_IN_RESERVE = {
	displayName: 'Keep in Reserve',
	name: 'keepInReserve',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000_000 },
	default: 1000,
	description:
		'Credits that your account must have left after a run. Before the first video of a run is asked for, the balance is read: if the estimates would take it below this, or either is not known, nothing is uploaded or charged. Runs at the same time count, too; those of other workers as soon as they are charged. Nothing is kept unless this option is added.',
} satisfies NumberField;

/** The Options of an operation. */
export function optionsField(operation: string, options: INodeProperties[]): INodeProperties {
	return { ...OPTIONS, options, displayOptions: { show: { operation: [operation] } } };
}

export const OPTIONS: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
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
export const PROJECT_ID: INodeProperties = {
	displayName: 'Project ID',
	name: 'projectId',
	type: 'string',
	default: '',
	placeholder: 'e.g. clx7uu86w0a5qp55yxz315r6r',
	description: 'The ID of the video, as the Generate operation returned it',
};
