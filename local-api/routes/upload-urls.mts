import type { FastifyInstance } from 'fastify';

import { accountOf } from '../auth.mts';
import type { Context } from '../context.mts';
import { type AssetType, EXTENSIONS } from '../uploads.mts';
import { ERROR_RESPONSES } from './message-schema.mts';

interface Body {
	items: { type: AssetType; extension: string }[];
}

const schema = {
	body: {
		type: 'object',
		properties: {
			items: {
				type: 'array',
				minItems: 1,
				items: {
					type: 'object',
					properties: {
						type: { type: 'string', enum: Object.keys(EXTENSIONS) },
						extension: { type: 'string', pattern: '^[a-z0-9]+$' },
					},
					required: ['type', 'extension'],
				},
			},
		},
		required: ['items'],
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
							upload_url: { type: 'string' },
							expires_at: { type: 'string' },
							file_path: { type: 'string' },
						},
					},
				},
			},
		},
		...ERROR_RESPONSES,
	},
} as const;

/** `POST /v1/files/upload-urls`: a pre-signed URL for each item, in the order of the items. */
export function uploadUrls(app: FastifyInstance, context: Context): void {
	app.post<{ Body: Body }>(
		'/v1/files/upload-urls',
		{ schema, config: { kind: 'upload-urls' } },
		(request) => {
			const account = accountOf(request);
			const items = request.body.items.map(({ type, extension }) => {
				const filePath = context.uploads.reserve(account, type, extension);
				const signed = context.signer.sign(`/storage/${filePath}`, context.uploadUrlSeconds);
				return {
					upload_url: `${context.origin()}${signed.pathAndQuery}`,
					expires_at: signed.expiresAt.toISOString(),
					file_path: filePath,
				};
			});
			return Promise.resolve({ items });
		},
	);
}
