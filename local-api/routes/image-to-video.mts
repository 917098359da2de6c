import type { FastifyInstance } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { checkAspect, checkCreate, type ImageToVideoBody, videoSize } from '../create-rules.mts';
import { GENERATED_SIZE, imageSize } from '../image-source.mts';
import { COMMON_PROPERTIES, CREATED, FILE_PATH, startJob } from './create.mts';

const schema = {
	body: {
		type: 'object',
		properties: {
			...COMMON_PROPERTIES,
			style: { type: 'object', properties: { prompt: { type: 'string' } } },
			assets: {
				type: 'object',
				properties: { image_file_path: FILE_PATH, end_image_file_path: FILE_PATH },
				required: ['image_file_path'],
			},
		},
		required: ['end_seconds', 'assets'],
	},
	response: CREATED,
} as const;

/** `POST /v1/image-to-video`: checks, charges, and starts a job. */
export function imageToVideo(app: FastifyInstance, context: Context): void {
	app.post<{ Body: ImageToVideoBody }>(
		'/v1/image-to-video',
		{ schema, config: { kind: 'create' } },
		async (request) => {
			const account = accountOf(request);
			const video = checkCreate(request.body, account.plan);

			const { image_file_path: path, end_image_file_path: endPath } = request.body.assets;
			const image = await context.images.find(path, 'assets.image_file_path', account);
			const endImage =
				endPath && (await context.images.find(endPath, 'assets.end_image_file_path', account));
			const size = imageSize(image);
			if (size) checkAspect(video.model, size);
			return startJob(request, context, {
				type: 'IMAGE_TO_VIDEO',
				request: video,
				image,
				...videoSize(video.resolution, size ?? GENERATED_SIZE),
				areImages: size !== null && (!endImage || imageSize(endImage) !== null),
			});
		},
	);
}
