import type { FastifyInstance } from 'fastify';

import type { Context } from '../context.mts';
import type { Fault } from '../faults.mts';
import { projectView } from '../project-view.mts';
import type { Outcome } from '../projects.mts';
import { REQUEST_KINDS, type RequestKind } from '../request-log.mts';
import type { Webhook } from '../webhooks.mts';

interface FaultBody {
	kind: RequestKind;
	fault: Fault;
	times?: number;
}

const faultsSchema = {
	body: {
		type: 'object',
		properties: {
			kind: { type: 'string', enum: REQUEST_KINDS },
			fault: { type: 'object' },
			times: { type: 'integer', minimum: 1 },
		},
		required: ['kind', 'fault'],
	},
} as const;

const outcomeSchema = {
	body: {
		type: 'object',
		properties: {
			status: { type: 'string', enum: ['complete', 'error', 'canceled'] },
			code: { type: 'string' },
			message: { type: 'string' },
		},
		required: ['status'],
		if: { properties: { status: { const: 'error' } } },
		then: { required: ['status', 'code', 'message'] },
	},
} as const;

const webhookSchema = {
	body: {
		type: 'object',
		properties: {
			url: { type: 'string', pattern: '^https?://' },
			secret: { type: 'string', minLength: 1 },
		},
		required: ['url', 'secret'],
	},
} as const;

/** `/local/...`: what a test in another process uses in place of the functions of {@link LocalApi}. */
export function control(app: FastifyInstance, context: Context): void {
	app.get('/local/requests', () => Promise.resolve(context.log.all));

	app.get('/local/projects', () =>
		Promise.resolve(context.projects.all.map((project) => projectView(project, context.projects))),
	);

	app.post<{ Body: FaultBody }>('/local/faults', { schema: faultsSchema }, (request, reply) => {
		const { kind, fault, times } = request.body;
		context.faults.set(kind, fault, times);
		return reply.code(204).send();
	});

	app.delete('/local/faults', (_request, reply) => {
		context.faults.clear();
		return reply.code(204).send();
	});

	app.post<{ Body: Outcome }>('/local/outcome', { schema: outcomeSchema }, (request, reply) => {
		context.outcome = request.body;
		return reply.code(204).send();
	});

	app.put<{ Body: Webhook }>('/local/webhook', { schema: webhookSchema }, (request, reply) => {
		context.webhooks.set(request.body);
		return reply.code(204).send();
	});

	app.delete('/local/webhook', (_request, reply) => {
		context.webhooks.set(undefined);
		return reply.code(204).send();
	});

	app.get('/local/events', () => Promise.resolve(context.webhooks.events));

	app.post('/local/reset', (_request, reply) => {
		context.reset();
		return reply.code(204).send();
	});
}
