/** One file moved by one node, in a process of its own: see files.mts, which forks it with its settings as JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { INodeParameters } from 'n8n-workflow';

import { startEngine, type Engine } from '../tools/engine/engine.mts';
import type { ApiAddress } from './api.mts';
import { startHttpRequest, UPLOAD, uploadUrls } from './http-request.mts';
import { imageItem } from './images.mts';
import { ImageToVideo, MagicHourVideoApi } from './node-engine.mts';

export interface FileSettings {
	readonly api: ApiAddress;
	/** The folder of an installed n8n, for its HTTP Request node. */
	readonly n8n: string;
	readonly node: 'Magic Hour' | 'HTTP Request';
	/** Of the image that goes up, in bytes. */
	readonly up?: number;
	/** The project whose video comes down. */
	readonly down?: { readonly projectId: string; readonly url: string };
}

export interface FileResult {
	/** Most resident memory of the process while the node ran, in bytes. */
	readonly peak: number;
	/** CPU time of the process, in milliseconds. */
	readonly cpu: number;
	/** Real time that the node took, in milliseconds. */
	readonly time: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as FileSettings;
const { api, node, up, down } = settings;
const engine = node === 'Magic Hour' ? await magicHour() : await startHttpRequest(settings.n8n);
process.once('exit', () => {
	engine.close();
});
const parameters = node === 'Magic Hour' ? magicHourParameters() : await httpParameters();
const items = [up === undefined ? { json: {} } : imageItem(1, up)];
const credentials = { apiKey: api.keys.business, baseUrl: api.url };

gc?.();
// Forgets the peak so far, that of loading n8n-core: see proc(5) of Linux.
writeFileSync('/proc/self/clear_refs', '5');
const before = process.cpuUsage();
const run = await engine.run({ items, credentials, parameters });
const { user, system } = process.cpuUsage(before);
if (run.error) throw run.error;
process.send?.({
	peak: peakSinceForgotten(),
	cpu: (user + system) / 1000,
	time: run.data.resultData.runData.Node?.[0]?.executionTime ?? NaN,
} satisfies FileResult);
process.disconnect();

function peakSinceForgotten(): number {
	const [, kilobytes] =
		/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
	return Number(kilobytes) * 1024;
}

async function magicHour(): Promise<Engine> {
	return await startEngine({
		nodeName: 'n8n-nodes-magic-hour.imageToVideo',
		node: new ImageToVideo(),
		credential: new MagicHourVideoApi(),
	});
}

function magicHourParameters(): INodeParameters {
	return down ? { operation: 'get', projectId: down.projectId } : { operation: 'uploadImage' };
}

async function httpParameters(): Promise<INodeParameters> {
	if (down) {
		const response = { response: { responseFormat: 'file', outputPropertyName: 'data' } };
		return { method: 'GET', url: down.url, options: { response } };
	}
	const [url = ''] = await uploadUrls(api, 1);
	return { ...UPLOAD, url };
}
