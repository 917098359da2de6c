import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialType, INodeType, IVersionedNodeType } from 'n8n-workflow';

import { startEngine, type Engine } from '../tools/engine/engine.mts';
import type { ApiAddress } from './api.mts';

/**
 * n8n's own HTTP Request node in n8n-core's engine: what others are measured against.
 * @param n8n the folder of an installed n8n, which has the node, and an n8n-workflow of its own
 * @param watched puts something around the node
 */
export async function startHttpRequest(
	n8n: string,
	watched = (node: INodeType) => node,
): Promise<Engine> {
	const require = createRequire(join(n8n, 'package.json'));
	const { HttpRequest } = require('n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js') as {
		HttpRequest: new () => IVersionedNodeType;
	};
	const versions = new HttpRequest();
	const typeVersion = versions.currentVersion;
	const credential: ICredentialType = { name: 'none', displayName: 'None', properties: [] };
	return await startEngine({
		nodeName: 'n8n-nodes-base.httpRequest',
		node: watched(versions.getNodeType(typeVersion)),
		typeVersion,
		credential,
	});
}

/** Parameters that send the file of an item; its address, `url`, comes to them. */
export const UPLOAD = {
	method: 'PUT',
	sendBody: true,
	contentType: 'binaryData',
	inputDataFieldName: 'data',
} as const;

/** Asks where PNG files may be put. */
export async function uploadUrls(api: ApiAddress, count: number): Promise<string[]> {
	const answer = await fetch(`${api.url}/v1/files/upload-urls`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${api.keys.business}`,
			'content-type': 'application/json',
		},
		body: JSON.stringify({ items: Array(count).fill({ type: 'image', extension: 'png' }) }),
	});
	const { items } = (await answer.json()) as { items: Array<{ upload_url: string }> };
	return items.map(({ upload_url: url }) => url);
}
