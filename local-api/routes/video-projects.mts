import type { FastifyInstance, FastifyRequest } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import type { Project } from '../projects.mts';
import { FRAMES_PER_SECOND } from '../video-format.mts';
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
			Promise.resolve(details(context.projects.get(note(request), accountOf(request)), context)),
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

/** A project as the API describes it, with the deprecated fields that its old clients insist on. */
function details(project: Project, context: Context) {
	const status = context.projects.status(project);
	const credits = context.projects.creditsCharged(project);
	const { outcome } = project;
	const downloads = status === 'complete' ? [downloadUrl(project, context)] : [];
	return {
		id: project.id,
		name: project.name,
		status,
		type: 'IMAGE_TO_VIDEO',
		created_at: new Date(project.createdAt).toISOString(),
		width: project.width,
		height: project.height,
		enabled: true,
		start_seconds: 0,
		end_seconds: project.request.seconds,
		total_frame_cost: credits,
		credits_charged: credits,
		fps: FRAMES_PER_SECOND,
		error:
			status === 'error' && outcome.status === 'error'
				? { code: outcome.code, message: outcome.message }
				: null,
		download: downloads[0] ?? null,
		downloads,
	};
}

/** A fresh one for every answer. */
function downloadUrl(project: Project, context: Context): { url: string; expires_at: string } {
	const path = `/downloads/${project.id}/${project.id}.mp4`;
	const signed = context.signer.sign(path, context.downloadUrlSeconds);
	return {
		url: `${context.origin()}${signed.pathAndQuery}`,
		expires_at: signed.expiresAt.toISOString(),
	};
}
