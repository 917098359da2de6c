import { z } from 'zod';
import { parseAs, parseJsonAs, projectSchemaWith, type Project } from '../shared/api/schemas';
import { singleLine } from '../shared/lib/text';

/** Magic Hour's webhook events, one row each. There is none for a canceled project. */
export const EVENTS = [
	{ type: 'video.completed', name: 'Video Completed', description: 'A video is finished' },
	{ type: 'video.errored', name: 'Video Errored', description: 'A video could not be made' },
	{ type: 'video.started', name: 'Video Started', description: 'The rendering of a video began' },
	{ type: 'image.completed', name: 'Image Completed', description: 'An image is finished' },
	{ type: 'image.errored', name: 'Image Errored', description: 'An image could not be made' },
	{ type: 'image.started', name: 'Image Started', description: 'The making of an image began' },
	{ type: 'audio.completed', name: 'Audio Completed', description: 'An audio file is finished' },
	{ type: 'audio.errored', name: 'Audio Errored', description: 'An audio file could not be made' },
	{
		type: 'audio.started',
		name: 'Audio Started',
		description: 'The making of an audio file began',
	},
] as const;

/** Values of `type` in video projects, as the API's description lists them. */
export const VIDEO_PROJECT_TYPES = [
	'ANIMATION',
	'AUDIO_TO_VIDEO',
	'AUTO_SUBTITLE',
	'AVATAR',
	'CHARACTER_REPLACE',
	'EXTEND',
	'FACE_SWAP',
	'IMAGE_TO_VIDEO',
	'LIP_SYNC',
	'MUSIC_VIDEO',
	'TALKING_PHOTO',
	'TEXT_TO_VIDEO',
	'UGC_AD',
	'VIDEO_COLORIZER',
	'VIDEO_COLOR_GRADER',
	'VIDEO_EDITOR',
	'VIDEO_EXPANDER',
	'VIDEO_TO_VIDEO',
	'VIDEO_TRANSLATOR',
	'VIDEO_UPSCALER',
	'VIDEO_WATERMARK_REMOVER',
] as const;

export interface MagicHourEvent {
	readonly type: string;
	/** What asking for the project would have answered at that moment. */
	readonly project: Project;
}

/** Which events are wanted; an empty list of project types stands for all. */
export interface EventChoice {
	readonly types: readonly string[];
	readonly projectTypes: readonly string[];
}

/** What all events have. Events that are not wanted, or come up one day, may have any payload. */
const anyEvent = z.object({
	type: z.string().regex(/^\w+(\.\w+)+$/, 'expected something like video.completed'),
});

/** What the last word of an event says of its project, should the project itself not say it. */
const STATUSES: Readonly<Record<string, string>> = {
	completed: 'complete',
	errored: 'error',
	started: 'rendering',
};

const eventSchemaOf = (type: string) =>
	z.object({ payload: projectSchemaWith(STATUSES[type.replace(/^.*\./, '')]) });

/** An event that is not wanted, and why. */
export interface Unwanted {
	readonly why: string;
}

/** Characters of what a sender calls something. */
const MAX_NAME_LENGTH = 80;

/** Parses the body of an event, as far as it is wanted. @throws {UnexpectedResponseError} that says why it is none */
export function readEvent(body: Buffer, choice: EventChoice): MagicHourEvent | Unwanted {
	const text = body.toString('utf8');
	const { type } = parseJsonAs(anyEvent, text, 'body');
	if (!choice.types.includes(type)) {
		return { why: `The event ${singleLine(type, MAX_NAME_LENGTH)} is not chosen in this trigger` };
	}
	const { payload: project } = parseJsonAs(eventSchemaOf(type), text, 'body');
	if (choice.projectTypes.length === 0) return { type, project };
	const kind = project.type?.trim() ?? '';
	// Of a video without a type that can be read nobody knows that it is not wanted, and the event comes once.
	if (kind === '' && type.startsWith('video.')) return { type, project };
	if (choice.projectTypes.includes(kind.toUpperCase().replace(/[\s-]+/g, '_'))) {
		return { type, project };
	}
	return {
		why: `Projects of the type ${singleLine(kind || 'unknown', MAX_NAME_LENGTH)} are not chosen in this trigger`,
	};
}

/** The event that an execution was started with. @throws {UnexpectedResponseError} if there is none in the item */
export function eventOfItem(json: unknown): MagicHourEvent {
	const { event: type } = parseAs(itemSchema, json, 'item');
	const { payload: project } = parseAs(eventSchemaOf(type), json, 'item');
	return { type, project };
}

const itemSchema = z.object({ event: z.string() });
