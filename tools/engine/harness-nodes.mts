import type { Readable } from 'node:stream';

import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

/** A file of an input item, before n8n has stored it. */
export interface InputFile {
	readonly data: Buffer | Readable;
	/** Left out: n8n looks at the name and the bytes. */
	readonly mimeType?: string;
	readonly fileName?: string;
}

/** An input item, with its files still in memory. */
export interface InputItem {
	readonly json: IDataObject;
	readonly binary?: Readonly<Record<string, InputFile>>;
	/** Files that n8n does not store: what Code nodes, and n8n without storage on disk, put out. */
	readonly unstored?: Readonly<Record<string, unknown>>;
}

const describe = (name: string, properties: INodeTypeDescription['properties']) => ({
	displayName: name,
	name,
	group: ['input' as const],
	version: 1,
	description: 'A node of the test harness',
	defaults: { name },
	inputs: ['main' as const],
	outputs: ['main' as const],
	properties,
});

/** Starts the workflow: puts out fixed items, their files stored by n8n's binary data service. */
export const inputNode = (items: readonly InputItem[]): INodeType => ({
	description: describe('input', []),
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (const { json, binary, unstored } of items) {
			const stored: IBinaryKeyData = {};
			for (const [field, { data, fileName, mimeType }] of Object.entries(binary ?? {})) {
				stored[field] = await this.helpers.prepareBinaryData(data, fileName, mimeType);
			}
			Object.assign(stored, unstored);
			output.push({ json, ...((binary ?? unstored) ? { binary: stored } : {}) });
		}
		return [output];
	},
});

/** Follows the node under test: asks n8n, for each of its items, which input item it came from. */
export const sourceNode = (): INodeType => ({
	description: describe('source', [
		{ displayName: 'Source', name: 'source', type: 'json', default: '' },
	]),
	execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData().map((_, item) => ({
			json: this.getNodeParameter('source', item) as IDataObject,
			pairedItem: { item },
		}));
		return Promise.resolve([items]);
	},
});
