import {
	NodeOperationError,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INodeExecutionData,
} from 'n8n-workflow';

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
function eventWith(url: string, baseUrl = API, odd: object = {}): IExecuteFunctions {
	const payload = { id: ID, status: 'complete', downloads: [{ url }], ...odd };
	return executionOf({ event: 'video.completed', payload }, baseUrl);
}

function executionOf(json: object, baseUrl = API, goesOn = false): IExecuteFunctions {
	const parameters: Record<string, unknown> = { downloadVideo: true };
	const n8n = {
		getNodeParameter: (name: string, _: number, fallback: unknown) => parameters[name] ?? fallback,
		getInputData: () => [{ json }],
		getMode: () => 'manual',
		getNode: () => ({ name: 'Magic Hour Trigger', type: 'magicHourTrigger' }),
		getCredentials: () => Promise.resolve({ signingSecret: 'secret', baseUrl }),
		getExecutionCancelSignal: () => undefined,
		continueOnFail: () => goesOn,
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
		expect(requests[0]?.headers).toEqual({ 'Accept-Encoding': 'identity' });
		expect(requests[0]?.disableFollowRedirect).toBe(true);
	},
);

test.each([
	['a status that is not known', { status: 'done' }],
	['another spelling', { status: 'COMPLETE' }],
	['no status', { status: null }],
	['an empty error', { error: {} }],
])('a completed event with %s has its video fetched', async (_, odd) => {
	const url = 'https://videos.magichour.ai/1';
	await rejectionOf(Error, handOn(eventWith(url, API, odd)));

	expect(requests.map((request) => request.url)).toEqual([url]);
});

test.each([{}, { event: 'video.completed' }, { event: 'video.completed', payload: {} }, { a: 1 }])(
	'an item that is no event is told: %j',
	async (json) => {
		const failure = await rejectionOf(NodeOperationError, handOn(executionOf(json)));
		expect(failure.message).toContain('There is no event of Magic Hour to start with');
		expect(failure.description).toContain('listen for a test event');

		const [[item]] = (await handOn(executionOf(json, API, true))) as [[INodeExecutionData]];
		expect(item.json.error).toBe(failure.message);
	},
);
