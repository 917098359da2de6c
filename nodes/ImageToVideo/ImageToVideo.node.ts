import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { CREDENTIAL } from '../shared/n8n/n8nTransport';
import { HINTS } from './description/hints';
import { getDurations, getResolutions, searchModels } from './description/methods';
import { OPERATIONS } from './operations';
import { runImageToVideo } from '../shared/generation/execute';

export class ImageToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Image To Video',
		name: 'imageToVideo',
		icon: { light: 'file:../../icons/magicHour.svg', dark: 'file:../../icons/magicHour.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { generate: "Generate", get: "Get", delete: "Delete", uploadImage: "Upload Image", estimateCredits: "Estimate Credits" }[$parameter["operation"]] }}',
		description:
			'Turn images into videos with Magic Hour: Kling, Veo, Sora, Seedance, LTX, Wan and more',
		defaults: { name: 'Image To Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: CREDENTIAL,
				required: true,
				displayOptions: { show: { operation: ['generate', 'get', 'delete', 'uploadImage'] } },
			},
		],
		hints: HINTS,
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'generate',
				options: [
					{
						name: 'Delete',
						value: 'delete',
						description: 'Delete a video for good',
						action: 'Delete a video',
					},
					{
						name: 'Estimate Credits',
						value: 'estimateCredits',
						description: 'Work out what a video would cost, without making it or any request',
						action: 'Estimate the credits of a video',
					},
					{
						name: 'Generate',
						value: 'generate',
						description: 'Turn an image into a video',
						action: 'Generate a video from an image',
					},
					{
						name: 'Get',
						value: 'get',
						description: 'Get a video by its project ID, and wait for it if it is not finished',
						action: 'Get a video',
					},
					{
						name: 'Upload Image',
						value: 'uploadImage',
						description: 'Upload an image once, to use it for several videos',
						action: 'Upload an image',
					},
				],
			},
			...Object.values(OPERATIONS).flatMap(({ fields }) => fields),
		],
	};

	methods = {
		listSearch: { searchModels },
		loadOptions: { getDurations, getResolutions },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runImageToVideo(this);
	}
}
