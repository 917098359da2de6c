import type { FastifyRequest } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { type CreateBody, MODEL_IDS, type VideoRequest } from '../create-rules.mts';
import type { ImageSource } from '../image-source.mts';
import { creditsFor, RESOLUTIONS } from '../models.mts';
import type { Outcome, ProjectType } from '../projects.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

/** What the create requests of all kinds have in common. */

export const COMMON_PROPERTIES = {
	name: { type: 'string' },
	end_seconds: { type: 'number', minimum: 1, maximum: 60 },
	model: { type: 'string', enum: MODEL_IDS },
	resolution: { type: 'string', enum: RESOLUTIONS },
	audio: { type: 'boolean' },
} as const;

export const FILE_PATH = { type: 'string', minLength: 1 } as const;

export const CREATED = {
	200: {
		type: 'object',
		properties: {
			id: { type: 'string' },
			credits_charged: { type: 'integer' },
			estimated_frame_cost: { type: 'integer' },
		},
	},
	...ERROR_RESPONSES,
} as const;

const NOT_AN_IMAGE: Outcome = {
	status: 'error',
	code: 'invalid_file_format',
	message: 'The image is not in a supported format, or is damaged',
};

interface Checked {
	readonly type: ProjectType;
	readonly request: VideoRequest;
	/** What the video shows. */
	readonly image: ImageSource;
	readonly width: number;
	readonly height: number;
	/** Every file that should be an image is one: the job fails otherwise. */
	readonly areImages: boolean;
}

/** Charges, and starts a job. @returns the answer */
export function startJob(
	request: FastifyRequest<{ Body: CreateBody }>,
	context: Context,
	{ areImages, ...checked }: Checked,
) {
	const { body } = request;
	const { model, resolution, audio, seconds } = checked.request;
	const project = context.projects.create(
		accountOf(request),
		{
			...checked,
			body,
			credits: creditsFor(model, resolution, audio, seconds),
			outcome: areImages ? context.outcome : NOT_AN_IMAGE,
		},
		context.jobSeconds(body),
	);
	if (request.entry) request.entry.projectId = project.id;
	return {
		id: project.id,
		credits_charged: project.credits,
		estimated_frame_cost: project.credits,
	};
}
