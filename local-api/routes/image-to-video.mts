import type { FastifyInstance } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import {
	checkAspect,
	checkCreate,
	type CreateBody,
	MODEL_IDS,
	videoSize,
} from '../create-rules.mts';
import { GENERATED_SIZE, imageSize } from '../image-source.mts';
import { creditsFor, RESOLUTIONS } from '../models.mts';
import type { Outcome } from '../projects.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

const filePath = { type: 'string', minLength: 1 } as const;

const schema = {
	body: {
		type: 'object',
		properties: {
			name: { type: 'string' },
			end_seconds: { type: 'number', minimum: 1, maximum: 60 },
			model: { type: 'string', enum: MODEL_IDS },
			resolution: { type: 'string', enum: RESOLUTIONS },
			audio: { type: 'boolean' },
			style: { type: 'object', properties: { prompt: { type: 'string' } } },
			assets: {
				type: 'object',
				properties: { image_file_path: filePath, end_image_file_path: filePath },
				required: ['image_file_path'],
			},
		},
		required: ['end_seconds', 'assets'],
	},
	response: {
		200: {
			type: 'object',
			properties: {
				id: { type: 'string' },
				credits_charged: { type: 'integer' },
				estimated_frame_cost: { type: 'integer' },
			},
		},
		...ERROR_RESPONSES,
	},
} as const;

const NOT_AN_IMAGE: Outcome = {
	status: 'error',
	code: 'invalid_file_format',
	message: 'The image is not in a supported format, or is damaged',
};

/** `POST /v1/image-to-video`: checks, charges, and starts a job. */
export function imageToVideo(app: FastifyInstance, context: Context): void {
	app.post<{ Body: CreateBody }>(
		'/v1/image-to-video',
		{ schema, config: { kind: 'create' } },
		async (request) => {
			const { body } = request;
			const account = accountOf(request);
			const video = checkCreate(body, account.plan);

			const { image_file_path: path, end_image_file_path: endPath } = body.assets;
			const image = await context.images.find(path, 'assets.image_file_path', account);
			const endImage =
				endPath && (await context.images.find(endPath, 'assets.end_image_file_path', account));
			const size = imageSize(image);
			if (size) checkAspect(video.model, size);
			const areImages = size && (!endImage || imageSize(endImage));

			const project = context.projects.create(
				account,
				{
					body,
					request: video,
					image,
					...videoSize(video.resolution, size ?? GENERATED_SIZE),
					credits: creditsFor(video.model, video.resolution, video.audio, video.seconds),
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
		},
	);
}
