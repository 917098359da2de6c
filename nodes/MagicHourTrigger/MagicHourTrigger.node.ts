import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { checkTrigger } from './checkTrigger';
import { signingSecretTest } from './credential';
import { FIELDS } from './description';
import { receiveEvent } from './webhook';
import { handOn } from './execute';

export class MagicHourTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Trigger',
		name: 'magicHourTrigger',
		icon: { light: 'file:../../icons/magicHour.svg', dark: 'file:../../icons/magicHour.dark.svg' },
		group: ['trigger'],
		// From 2 on, n8n works out no expression for a request (2.41.1).
		version: [1, 2],
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when Magic Hour has finished a video, an image or audio',
		defaults: { name: 'Magic Hour Trigger' },
		eventTriggerDescription: 'Waiting for an event of Magic Hour, sent to the Test URL',
		activationMessage:
			'Magic Hour events now start this workflow, if the Production URL is entered in the Magic Hour Developer Hub.',
		triggerPanel: {
			header: 'Pull in events from Magic Hour',
			executionsHelp: {
				inactive:
					"<b>While you build your workflow</b>, enter the Test URL in the Magic Hour Developer Hub, click the 'listen' button and make a video. The execution shows up in this editor.<br /><br /><b>Once you're happy with it</b>, publish the workflow and enter the Production URL instead. Executions then show up in the executions list, not in the editor.",
				active:
					'<b>While you build your workflow</b>, enter the Test URL in the Magic Hour Developer Hub, click the \'listen\' button and make a video. The execution shows up in this editor.<br /><br /><b>The workflow is published</b>: events sent to the Production URL start it. These executions show up in the <a data-key="executions">executions list</a>, not in the editor.',
			},
			activationHint:
				'Once you have finished building your workflow, publish it and enter the Production URL in the Magic Hour Developer Hub.',
		},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'magicHourVideoWebhookApi',
				required: true,
				testedBy: 'signingSecretTest',
				displayOptions: { show: { verifySignature: [true] } },
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: '',
				path: 'webhook',
			},
		],
		properties: FIELDS,
	};

	methods = { credentialTest: { signingSecretTest } };

	/** Magic Hour has no API to register webhooks: a person enters the URL there. What is left to do is to check. */
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				await checkTrigger(this);
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveEvent(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await handOn(this);
	}
}
