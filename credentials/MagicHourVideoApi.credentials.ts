import type {
	IAuthenticate,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
	Icon,
} from 'n8n-workflow';
import { checkBaseUrl, DEFAULT_BASE_URL } from '../nodes/shared/api/baseUrl';

/** Adds the API key to a request, if it goes to the credential's own origin: no other host ever gets the key. */
const authenticate: IAuthenticate = async (credential, request) => {
	const { apiKey, baseUrl } = credential;
	if (originOf(request) !== new URL(checkBaseUrl(baseUrl)).origin) {
		throw new Error('The Magic Hour API key is only sent to the API Base URL of its credential');
	}
	return {
		...request,
		headers: { ...request.headers, Authorization: `Bearer ${String(apiKey).trim()}` },
	};
};

function originOf({ url, baseURL }: IHttpRequestOptions): string {
	return new URL(url, baseURL).origin;
}

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

	authenticate = authenticate;

	/** Asking for an upload URL costs nothing and needs a valid key: the one documented call that can tell. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ $credentials.baseUrl || '${DEFAULT_BASE_URL}' }}`,
			url: '/v1/files/upload-urls',
			method: 'POST',
			body: { items: [{ type: 'image', extension: 'png' }] },
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'Magic Hour did not accept this API key. Create a new one in the Developer Hub and copy it whole.',
				},
			},
		],
	};
}
