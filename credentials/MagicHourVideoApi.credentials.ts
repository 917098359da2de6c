import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { DEFAULT_BASE_URL } from '../nodes/shared/api/baseUrl';
import { authenticate } from '../nodes/shared/n8n/authenticate';

export class MagicHourVideoApi implements ICredentialType {
	name = 'magicHourVideoApi';

	displayName = 'Magic Hour API';

	icon: Icon = {
		light: 'file:../icons/magicHour.svg',
		dark: 'file:../icons/magicHour.dark.svg',
	};

	documentationUrl = 'https://github.com/magic-hour-community/n8n-nodes-magic-hour#credential';

	properties: INodeProperties[] = [
		{
			displayName:
				'Create a key in the <a href="https://magichour.ai/developer?tab=api-keys" target="_blank">Magic Hour Developer Hub</a>: choose "Create new API Key" and copy it here.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. mhk_live_…',
		},
		{
			displayName: 'API Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Change this only to reach the API through a proxy, or for development',
		},
	];

	/** The nodes test it: see `credentialTest.ts`. A test that is declared here could not ask a second time. */
	authenticate = authenticate;
}
