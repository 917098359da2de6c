import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { apiKeyTest } from '../shared/n8n/credentialTest';
import { HINTS } from './description/hints';
import { OPERATIONS } from './operations';
import { menuMethods } from '../shared/form/methods';
import { execute } from '../shared/generation/execute';

export class TextToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Text To Video',
		name: 'textToVideo',
		icon: { light: 'file:../../icons/magicHour.svg', dark: 'file:../../icons/magicHour.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: OPERATIONS.subtitle,
		description:
			'Make videos from text with Magic Hour: Kling, Veo, Sora, Seedance, LTX, Wan and more',
		defaults: { name: 'Text To Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				// n8n's linter reads no constant here.
				name: 'magicHourVideoApi',
				required: true,
				testedBy: 'apiKeyTest',
				displayOptions: { show: { operation: OPERATIONS.withCredential } },
			},
		],
		hints: HINTS,
		properties: OPERATIONS.properties,
	};

	methods = { credentialTest: { apiKeyTest }, ...menuMethods() };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await execute(this, OPERATIONS.find);
	}
}
