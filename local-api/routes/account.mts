import type { FastifyInstance } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

const text = { type: 'string', nullable: true } as const;

const schema = {
	response: {
		200: {
			type: 'object',
			properties: {
				id: { type: 'string' },
				email: text,
				tier: { type: 'string' },
				credits: { type: 'integer' },
				subscription: {
					type: 'object',
					nullable: true,
					properties: {
						name: text,
						status: { type: 'string' },
						price: {
							type: 'object',
							properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
						},
						discount: { type: 'object', nullable: true },
						billing_interval: text,
						current_period_end: text,
						cancel_at_period_end: { type: 'boolean' },
					},
				},
			},
		},
		...ERROR_RESPONSES,
	},
} as const;

const PERIOD_MS = 30 * 24 * 3600 * 1000;

/** `GET /v1/account`: the plan, and the credits that are left now. */
export function account(app: FastifyInstance, { projects, clock }: Context): void {
	app.get('/v1/account', { schema, config: { kind: 'account' } }, (request) => {
		const owner = accountOf(request);
		const { plan, name } = owner;
		return Promise.resolve({
			id: `account-${name}`,
			email: `${name}@example.com`,
			tier: plan.tier,
			credits: projects.balance(owner),
			subscription:
				plan.monthlyPrice === undefined
					? null
					: {
							name: plan.label,
							status: 'active',
							price: { amount: plan.monthlyPrice, currency: 'usd' },
							discount: null,
							billing_interval: 'month',
							current_period_end: new Date(clock() + PERIOD_MS).toISOString(),
							cancel_at_period_end: false,
						},
		});
	});
}
