import type { INodeProperties } from 'n8n-workflow';
import { EVENTS, VIDEO_PROJECT_TYPES } from './events';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../shared/n8n/fields';
import type { NumberField } from '../shared/n8n/parameters';

/** Range of the Timestamp Tolerance option, in seconds. */
const TOLERANCE = { min: 1, max: 86_400 };

/** What the fields do is decided by their own values alone: no expression may read the request of a stranger. */
const FIXED = { noDataExpression: true } as const;

/** Only events that are verified have their video downloaded, and only a completed one has a video. */
const downloads = { verifySignature: [true], events: ['video.completed'] };

export const EVENT_TYPES: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	...FIXED,
	default: ['video.completed', 'video.errored'],
	required: true,
	description: 'What starts the workflow. Magic Hour sends no event for a canceled project.',
	options: EVENTS.map(({ type, name, description }) => ({ name, value: type, description })),
};

export const VERIFY_SIGNATURE: INodeProperties = {
	displayName: 'Verify Signature',
	name: 'verifySignature',
	type: 'boolean',
	...FIXED,
	default: true,
	description:
		'Whether to accept events only if they are signed by Magic Hour. Without it, anyone who knows the URL can start the workflow.',
};

export const DOWNLOAD: INodeProperties = {
	...DOWNLOAD_FIELD,
	...FIXED,
	default: false,
	description:
		'Whether to put a finished video into a binary field, for the next node to use. Magic Hour gets its answer before the download begins.',
	displayOptions: { show: downloads },
};

export const PROJECT_TYPES: INodeProperties = {
	displayName: 'Only These Project Types',
	name: 'projectTypes',
	type: 'multiOptions',
	...FIXED,
	default: ['IMAGE_TO_VIDEO'],
	description:
		'Kinds of projects that start the workflow. Events of images and audio files start it only if nothing is chosen here.',
	options: VIDEO_PROJECT_TYPES.map((value) => ({ name: projectTypeName(value), value })),
};

export const TIMESTAMP_TOLERANCE: NumberField = {
	displayName: 'Timestamp Tolerance (Seconds)',
	name: 'timestampTolerance',
	type: 'number',
	...FIXED,
	typeOptions: { minValue: TOLERANCE.min, maxValue: TOLERANCE.max },
	default: 300,
	description:
		'How far the time at which an event was signed may be from the time of this server. A small value keeps copies of old events out.',
	displayOptions: { show: { '/verifySignature': [true] } },
};

export const OPTIONS: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [PROJECT_TYPES, SIMPLIFY, TIMESTAMP_TOLERANCE],
};

export const FIELDS: INodeProperties[] = [
	{
		// n8n lets only links and lists through.
		displayName:
			'<ul><li>Unfold "Webhook URLs" above and copy the Production URL.</li><li>In the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>, choose "Create Webhook", paste the URL and select the events that you choose here.</li><li>Copy the webhook\'s secret into the credential, and publish the workflow.</li></ul>',
		name: 'setUp',
		type: 'notice',
		default: '',
	},
	EVENT_TYPES,
	VERIFY_SIGNATURE,
	DOWNLOAD,
	{ ...OUTPUT_FIELD, displayOptions: { show: { ...downloads, downloadVideo: [true] } } },
	OPTIONS,
];

/** `IMAGE_TO_VIDEO` as a label: "Image To Video". */
function projectTypeName(type: string): string {
	return type
		.split('_')
		.map((word) => (word === 'UGC' ? word : word.charAt(0) + word.slice(1).toLowerCase()))
		.join(' ');
}
