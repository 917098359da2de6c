/**
 * Stand-ins for n8n's own nodes in the example workflow: `npm ci` does not install the package that they come in. They do
 * what the originals do with the parameters that the workflow has, through the same helpers of n8n-core's, and no more.
 */
import { constants } from 'node:fs';

import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { UnexpectedError } from 'n8n-workflow';

const REAL = 'Run the demo with --n8n, which has the node itself.';

const describe = (
	displayName: string,
	name: string,
	more: Pick<INodeTypeDescription, 'version' | 'inputs' | 'outputs' | 'properties'>,
): INodeTypeDescription => ({
	displayName,
	name,
	group: ['input'],
	description: `In the place of n8n's ${displayName}`,
	defaults: { name: displayName },
	...more,
});

const manualTrigger: INodeType = {
	description: describe('Manual Trigger', 'manualTrigger', {
		...{ version: 1, inputs: [], outputs: ['main'], properties: [] },
	}),
	async execute(this: IExecuteFunctions) {
		return await Promise.resolve([this.getInputData()]);
	},
};

const readWriteFile: INodeType = {
	description: describe('Read/Write Files from Disk', 'readWriteFile', {
		...{ version: [1, 1.1], inputs: ['main'], outputs: ['main'] },
		properties: [
			{ displayName: 'Operation', name: 'operation', type: 'string', default: 'read' },
			{ displayName: 'File(s) Selector', name: 'fileSelector', type: 'string', default: '' },
			{ displayName: 'File Path and Name', name: 'fileName', type: 'string', default: '' },
			{
				...{ displayName: 'Input Binary Field', name: 'dataPropertyName' },
				...{ type: 'string', default: 'data' },
			},
			{ displayName: 'Options', name: 'options', type: 'json', default: {} },
		],
	}),
	async execute(this: IExecuteFunctions) {
		const operation = this.getNodeParameter('operation', 0);
		const work = { read, write }[String(operation)];
		if (work === undefined) {
			throw new UnexpectedError(`The stand-in has no operation "${String(operation)}". ${REAL}`);
		}
		const items: INodeExecutionData[] = [];
		for (const index of this.getInputData().keys()) {
			if (Object.keys(this.getNodeParameter('options', index) as object).length > 0) {
				throw new UnexpectedError(`The stand-in takes no options. ${REAL}`);
			}
			items.push({ ...(await work.call(this, index)), pairedItem: { item: index } });
		}
		return [items];
	},
};

/** The original takes a pattern; this, a path. */
async function read(this: IExecuteFunctions, index: number): Promise<INodeExecutionData> {
	const path = this.getNodeParameter('fileSelector', index) as string;
	const stream = await this.helpers.createReadStream(await this.helpers.resolvePath(path));
	const data = await this.helpers.prepareBinaryData(stream, path);
	const { mimeType, fileType, fileName, fileExtension, fileSize } = data;
	return { json: { mimeType, fileType, fileName, fileExtension, fileSize }, binary: { data } };
}

async function write(this: IExecuteFunctions, index: number): Promise<INodeExecutionData> {
	const fileName = this.getNodeParameter('fileName', index) as string;
	const field = this.getNodeParameter('dataPropertyName', index);
	const { id = '' } = this.helpers.assertBinaryData(index, field);
	await this.helpers.writeContentToFile(
		await this.helpers.resolvePath(fileName),
		await this.helpers.getBinaryStream(id),
		constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
	);
	const item = this.getInputData()[index];
	return { ...item, json: { ...item?.json, fileName } };
}

/** Never runs. */
const stickyNote: INodeType = {
	description: describe('Sticky Note', 'stickyNote', {
		...{ version: 1, inputs: [], outputs: [], properties: [] },
	}),
};

/** By the full names of what they stand in for. */
export const STAND_INS: Readonly<Record<string, INodeType>> = {
	'n8n-nodes-base.manualTrigger': manualTrigger,
	'n8n-nodes-base.readWriteFile': readWriteFile,
	'n8n-nodes-base.stickyNote': stickyNote,
};
