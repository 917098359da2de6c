import type { FastifyInstance } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { SAVED_TYPES, type SavedType } from '../saved-items.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

interface Query {
	type?: SavedType;
	limit?: string;
	cursor?: string;
}

const schema = {
	querystring: {
		type: 'object',
		properties: {
			type: { type: 'string', enum: SAVED_TYPES },
			limit: { type: 'string', pattern: '^([1-9][0-9]?|100)$' },
			cursor: { type: 'string', minLength: 1 },
		},
	},
	response: {
		200: {
			type: 'object',
			properties: {
				items: {
					type: 'array',
					items: {
						type: 'object',
						properties: {
							id: { type: 'string' },
							type: { type: 'string' },
							name: { type: ['string', 'null'] },
							assets: {
								type: 'array',
								items: {
									type: 'object',
									properties: {
										file_path: { type: 'string' },
										media_kind: { type: 'string' },
										is_primary: { type: 'boolean' },
										url: { type: 'string' },
										url_expires_at: { type: 'string' },
									},
								},
							},
						},
					},
				},
				next_cursor: { type: ['string', 'null'] },
			},
		},
		...ERROR_RESPONSES,
	},
} as const;

const DEFAULT_LIMIT = '20';
/** Where every picture that was saved can be seen. Nothing is heard of a voice, or seen of a video. */
const PICTURE = '/samples/640x360.png';

/** `GET /v1/saved-items`: what the account keeps in its library, page by page. */
export function savedItems(app: FastifyInstance, context: Context): void {
	app.get<{ Querystring: Query }>(
		'/v1/saved-items',
		{ schema, config: { kind: 'saved-items' } },
		(request) => {
			const { limit = DEFAULT_LIMIT, ...wanted } = request.query;
			const { items, nextCursor } = context.savedItems.page(accountOf(request), {
				...wanted,
				limit: Number(limit),
			});
			const view = (kind: string, filePath: string) => {
				const path = kind === 'IMAGE' ? PICTURE : `/${filePath}`;
				const signed = context.signer.sign(path, context.downloadUrlSeconds);
				return {
					url: `${context.origin()}${signed.pathAndQuery}`,
					url_expires_at: signed.expiresAt.toISOString(),
				};
			};
			return Promise.resolve({
				items: items.map(({ assets, ...item }) => ({
					...item,
					assets: assets.map(({ filePath, kind, primary }) => ({
						file_path: filePath,
						media_kind: kind,
						is_primary: primary,
						...view(kind, filePath),
					})),
				})),
				next_cursor: nextCursor,
			});
		},
	);
}
