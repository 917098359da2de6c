import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { handOn } from '../../../nodes/MagicHourTrigger/execute.ts';
import { rejectionOf } from '../../support/failure-of.mts';

const API = 'https://api.magichour.ai';
const ID = 'clx7uu86w0a5qp55yxz315r6r';

/** Requests that would have been sent; each is answered 404. */
let requests: IHttpRequestOptions[];
beforeEach(() => {
	requests = [];
});

/** An execution that a signed event has started, whose video is said to be at this address. */
function eventWith(url: string, baseUrl = API): IExecuteFunctions {
	const payload = { id: ID, status: 'complete', downloads: [{ url }] };
	const parameters: Record<string, unknown> = { downloadVideo: true };
	const n8n = {
		getNodeParameter: (name: string, _: number, fallback: unknown) => parameters[name] ?? fallback,
		getInputData: () => [{ json: { event: 'video.completed', payload } }],
		getMode: () => 'manual',
		getNode: () => ({ name: 'Magic Hour Trigger', type: 'magicHourTrigger' }),
		getCredentials: () => Promise.resolve({ signingSecret: 'secret', baseUrl }),
		getExecutionCancelSignal: () => undefined,
		continueOnFail: () => false,
		helpers: {
			httpRequest: (options: IHttpRequestOptions) => {
				requests.push(options);
				return Promise.resolve({
					statusCode: 404,
					headers: {},
					body: { destroy: () => undefined },
				});
			},
		},
	};
	return n8n as unknown as IExecuteFunctions;
}

test.each([
	['http://169.254.169.254/latest/meta-data/'],
	['http://127.0.0.1:5678/rest/settings'],
	['https://localhost/'],
	['https://vault.internal/'],
	['http://videos.example.com/1'],
])('whoever knows the signing secret can not make n8n fetch %s', async (url) => {
	const failure = await rejectionOf(Error, handOn(eventWith(url)));

	expect(failure.message).toContain('is not an address that files of Magic Hour can have');
	expect(failure.message).toContain(ID);
	expect(requests).toEqual([]);
});

test.each([
	['https://videos.magichour.ai/1', API],
	['http://127.0.0.1:3000/files/1', 'http://127.0.0.1:3000'],
])(
	'a video at %s is fetched, without any credential, if the API is at %s',
	async (url, baseUrl) => {
		await rejectionOf(Error, handOn(eventWith(url, baseUrl)));

		expect(requests.map((request) => request.url)).toEqual([url]);
		expect(requests[0]?.headers).toBeUndefined();
		expect(requests[0]?.disableFollowRedirect).toBe(true);
	},
);
