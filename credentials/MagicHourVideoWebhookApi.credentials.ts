import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

export class MagicHourVideoWebhookApi implements ICredentialType {
	name = 'magicHourVideoWebhookApi';

	displayName = 'Magic Hour Webhook API';

	icon: Icon = {
		light: 'file:../icons/magicHour.svg',
		dark: 'file:../icons/magicHour.dark.svg',
	};

	documentationUrl =
		'https://github.com/magic-hour-community/n8n-nodes-magic-hour#magic-hour-trigger';

	properties: INodeProperties[] = [
		{
			displayName:
				'Create a webhook in the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>, and copy its signing secret here.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'With it the trigger knows that an event comes from Magic Hour',
		},
		{
			displayName: 'API Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.magichour.ai',
			required: true,
			description:
				'Change this only to reach the API through a proxy, or for development. Videos are fetched from public https:// addresses, or from this one.',
		},
	];
}
