import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What the vendor's own packages are called by, as `docs/magic-hour-api.md` has it. */
export const VENDOR_CREDENTIAL = 'magicHourApi';
export const VENDOR_NODE = 'magicHour';

const FILES = (name: string): Readonly<Record<string, string>> => ({
	'package.json': JSON.stringify({
		name,
		version: '0.1.0',
		keywords: ['n8n-community-node-package'],
		n8n: {
			n8nNodesApiVersion: 1,
			credentials: ['dist/credentials/MagicHourApi.credentials.js'],
			nodes: ['dist/nodes/MagicHour/MagicHour.node.js'],
		},
	}),
	'dist/credentials/MagicHourApi.credentials.js': `
		exports.MagicHourApi = class {
			name = ${JSON.stringify(VENDOR_CREDENTIAL)};
			displayName = 'Magic Hour API';
			properties = [{ displayName: 'API Key', name: 'apiKey', type: 'string', typeOptions: { password: true }, default: '' }];
			authenticate = { type: 'generic', properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } } };
		};`,
	'dist/nodes/MagicHour/MagicHour.node.js': `
		exports.MagicHour = class {
			description = {
				displayName: 'Magic Hour', name: ${JSON.stringify(VENDOR_NODE)}, group: ['transform'], version: 1,
				description: 'Images, videos and audio', defaults: { name: 'Magic Hour' }, inputs: ['main'], outputs: ['main'],
				credentials: [{ name: ${JSON.stringify(VENDOR_CREDENTIAL)}, required: true }],
				properties: [{ displayName: 'Image URL', name: 'imageUrl', type: 'string', default: '' }],
			};
			async execute() {
				const body = { end_seconds: 5, assets: { image_file_path: this.getNodeParameter('imageUrl', 0) } };
				const request = { method: 'POST', url: 'https://api.magichour.ai/v1/image-to-video', body, json: true };
				const json = await this.helpers.httpRequestWithAuthentication.call(this, ${JSON.stringify(VENDOR_CREDENTIAL)}, request);
				return [[{ json }]];
			}
		};`,
});

/** Puts a stand-in of the vendor's package where n8n finds it. */
export async function installVendorPackage(name: string, nodesDirectory: string): Promise<void> {
	const directory = join(nodesDirectory, 'node_modules', name);
	for (const [file, content] of Object.entries(FILES(name))) {
		const path = join(directory, file);
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, content);
	}
}
