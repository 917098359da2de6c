import type { FastifyInstance, FastifyRequest } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { projectDetails } from '../project-details.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

interface ById {
	Params: { id: string };
}

const download = {
	type: 'object',
	properties: { url: { type: 'string' }, expires_at: { type: 'string' } },
} as const;

const detailsSchema = {
	response: {
		200: {
			type: 'object',
			properties: {
				id: { type: 'string' },
				name: { type: ['string', 'null'] },
				status: { type: 'string' },
				type: { type: 'string' },
				created_at: { type: 'string' },
				width: { type: 'integer' },
				height: { type: 'integer' },
				enabled: { type: 'boolean' },
				start_seconds: { type: 'number' },
				end_seconds: { type: 'number' },
				total_frame_cost: { type: 'integer' },
				credits_charged: { type: 'integer' },
				fps: { type: 'number' },
				error: {
					type: 'object',
					nullable: true,
					properties: { message: { type: 'string' }, code: { type: 'string' } },
				},
				download: { ...download, nullable: true },
				downloads: { type: 'array', items: download },
			},
		},
		...ERROR_RESPONSES,
	},
} as const;

const deleteSchema = { response: { 204: { type: 'null' }, ...ERROR_RESPONSES } } as const;

/** `GET` and `DELETE /v1/video-projects/{id}`. */
export function videoProjects(app: FastifyInstance, context: Context): void {
	const note = (request: FastifyRequest<ById>): string => {
		if (request.entry) request.entry.projectId = request.params.id;
		return request.params.id;
	};

	app.get<ById>(
		'/v1/video-projects/:id',
		{ schema: detailsSchema, config: { kind: 'poll' } },
		(request) =>
			Promise.resolve(
				projectDetails(context.projects.get(note(request), accountOf(request)), context),
			),
	);

	app.delete<ById>(
		'/v1/video-projects/:id',
		{ schema: deleteSchema, config: { kind: 'delete' } },
		(request, reply) => {
			context.projects.delete(note(request), accountOf(request));
			return reply.code(204).send();
		},
	);
}
