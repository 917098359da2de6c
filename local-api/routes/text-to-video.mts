import type { FastifyInstance } from 'fastify';

import { ApiError } from '../api-error.mts';
import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import {
	ASPECT_RATIOS,
	aspectOf,
	checkCreate,
	type TextToVideoBody,
	videoSize,
} from '../create-rules.mts';
import { imageSize } from '../image-source.mts';
import { COMMON_PROPERTIES, CREATED, FILE_PATH, startJob } from './create.mts';

const schema = {
	body: {
		type: 'object',
		properties: {
			...COMMON_PROPERTIES,
			aspect_ratio: { type: 'string', enum: ASPECT_RATIOS },
			orientation: { type: 'string', enum: ['landscape', 'portrait', 'square'] },
			style: {
				type: 'object',
				properties: { prompt: { type: 'string', minLength: 1, maxLength: 20_000 } },
				required: ['prompt'],
			},
			references: {
				type: 'array',
				minItems: 1,
				maxItems: 10,
				items: {
					type: 'object',
					properties: {
						name: { type: 'string', pattern: '^[A-Za-z][\\w-]*$' },
						file_path: FILE_PATH,
					},
					required: ['name', 'file_path'],
				},
			},
		},
		required: ['end_seconds', 'style'],
	},
	response: CREATED,
} as const;

/** `POST /v1/text-to-video`: checks, charges, and starts a job. References are taken as images alone. */
export function textToVideo(app: FastifyInstance, context: Context): void {
	app.post<{ Body: TextToVideoBody }>(
		'/v1/text-to-video',
		{ schema, config: { kind: 'create' } },
		async (request) => {
			const { body } = request;
			const { references = [] } = body;
			const account = accountOf(request);
			const video = checkCreate(body, account.plan);
			if (new Set(references.map(({ name }) => name)).size < references.length) {
				throw new ApiError(422, 'references: a name is given twice');
			}
			const images = await Promise.all(
				references.map(({ file_path: path }, index) =>
					context.images.find(path, `references.${index}.file_path`, account),
				),
			);
			const [width = NaN, height = NaN] = aspectOf(body).split(':').map(Number);
			return startJob(request, context, {
				type: 'TEXT_TO_VIDEO',
				request: video,
				image: { kind: 'generated', seed: JSON.stringify([body.style.prompt, references]) },
				...videoSize(video.resolution, { width, height }),
				areImages: images.every((image) => imageSize(image) !== null),
			});
		},
	);
}
