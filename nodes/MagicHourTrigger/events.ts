import { z } from 'zod';
import { parseJsonAs, projectSchema, type Project } from '../shared/api/schemas';

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
	'VIDEO_EDITOR',
	'VIDEO_EXPANDER',
	'VIDEO_TO_VIDEO',
	'VIDEO_TRANSLATOR',
	'VIDEO_UPSCALER',
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

const projectEvent = anyEvent.extend({
	payload: projectSchema.extend({
		// It is signed, and only handed on.
		id: z.string().min(1),
		// What is not finished may have no list of downloads.
		downloads: projectSchema.shape.downloads.default([]),
	}),
});

/** An event that is not wanted, and why. */
export interface Unwanted {
	readonly why: string;
}

/** Parses the body of an event, as far as it is wanted. @throws {UnexpectedResponseError} that says why it is none */
export function readEvent(body: Buffer, choice: EventChoice): MagicHourEvent | Unwanted {
	const text = body.toString('utf8');
	const { type } = parseJsonAs(anyEvent, text, 'body');
	if (!choice.types.includes(type)) {
		return { why: `The event ${type} is not chosen in this trigger` };
	}
	const { payload: project } = parseJsonAs(projectEvent, text, 'body');
	if (choice.projectTypes.length === 0) return { type, project };
	if (project.type && choice.projectTypes.includes(project.type)) return { type, project };
	return {
		why: `Projects of the type ${project.type ?? 'unknown'} are not chosen in this trigger`,
	};
}
