import type { IExecuteFunctions, IHttpRequestOptions, INodeType } from 'n8n-workflow';

import { MagicHourVideoApi } from '../../credentials/MagicHourVideoApi.credentials.ts';
import { type LocalApi, startLocalApi } from '../../local-api/server.mts';
import { type Engine, startEngine } from '../../tools/engine/engine.mts';
import { openLab, type Lab } from '../support/engine/lab.mts';

let lab: Lab;
/** Where redirects lead: another origin. */
let elsewhere: LocalApi;

beforeAll(async () => {
	lab = await openLab();
	elsewhere = await startLocalApi();
});

afterEach(() => {
	lab.api.reset();
	elsewhere.reset();
});

afterAll(async () => {
	await lab.close();
	await elsewhere.close();
});

const kinds = (): string[] => lab.api.requests.map(({ kind }) => kind);

const REDIRECTS = [301, 302, 303, 307, 308];

const redirectAll = (status: number): void => {
	for (const kind of ['account', 'upload-urls'] as const) {
		lab.api.setFault(kind, { redirect: `${elsewhere.url}/v1/account`, status });
	}
};

describe('the test of the credential', () => {
	const test = async (apiKey: string, baseUrl: unknown = lab.api.url) =>
		await lab.engine.testCredential({ apiKey, baseUrl: baseUrl as string });

	it('tells the plan and what is left', async () => {
		await expect(test(lab.api.keys.free)).resolves.toEqual({
			status: 'OK',
			message: 'Plan: free, 1000000 credits left.',
		});
		expect(kinds()).toEqual(['account']);
	});

	it('tells that a subscription is past due', async () => {
		const subscription = { status: 'past_due' };
		lab.api.setFault('account', { status: 200, body: { tier: 'pro', credits: 0, subscription } });
		await expect(test(lab.api.keys.pro)).resolves.toEqual({
			status: 'OK',
			message: 'Plan: pro, 0 credits left. The subscription is past due.',
		});
	});

	it('works with spaces and invisible characters around the key, and a base URL that ends in a slash', async () => {
		for (const [before, behind] of [
			[' ', '\n'],
			['\ufeff', '\u200b'],
		] as const) {
			const tested = test(
				`${before}${lab.api.keys.free}${behind}`,
				`${before}${lab.api.url}/${behind}`,
			);
			await expect(tested).resolves.toMatchObject({ status: 'OK' });
		}
	});

	it('asks a server that has no accounts yet in the old way, at no cost', async () => {
		lab.api.setFault('account', { status: 404 });
		await expect(test(lab.api.keys.free)).resolves.toEqual({
			status: 'OK',
			message: 'The API key is good. This server does not tell the plan and the credits.',
		});
		await expect(test('mhk_live_wrong')).resolves.toMatchObject({ status: 'Error' });
		expect(kinds()).toEqual(['account', 'upload-urls', 'account', 'upload-urls']);
	});

	it('fails with a bad key, which it does not show', async () => {
		const { status, message } = await test('mhk_live_wrong');
		expect(status).toBe('Error');
		expect(message).toMatch(/^Magic Hour did not accept this API key/);
		expect(message).not.toContain('mhk_live_wrong');
		expect(kinds()).toEqual(['account']);
	});

	it.each<[string, () => unknown, RegExp]>([
		['nothing answers', () => 'http://127.0.0.1:9', /the connection was refused/],
		['nothing is known', () => `${lab.api.url}/samples`, /not found \(404.*API Base URL/],
		['no address is given', () => 'magichour', /^API Base URL: .* is not a URL/],
	])('fails where %s, and says so', async (_, baseUrl, text) => {
		const { status, message } = await test(lab.api.keys.free, baseUrl());
		expect(status).toBe('Error');
		expect(message).toMatch(text);
	});

	it('does not wait for an answer for ever, nor read it without end', async () => {
		lab.api.setFault('account', { hang: 'before' }, 1);
		await expect(test(lab.api.keys.free)).resolves.toMatchObject({
			status: 'Error',
			message: expect.stringContaining('no answer came in time') as string,
		});
		lab.api.setFault('account', { huge: 50_000_000 }, 1);
		await expect(test(lab.api.keys.free)).resolves.toMatchObject({
			status: 'Error',
			message: expect.stringContaining('larger than any answer') as string,
		});
	});

	it.each(REDIRECTS)('does not take the key where a %i leads', async (status) => {
		redirectAll(status);
		await expect(test(lab.api.keys.free)).resolves.toMatchObject({
			status: 'Error',
			message: expect.stringContaining(`not followed to protect the API key (${status}`) as string,
		});
		expect(elsewhere.requests).toEqual([]);
	});
});

type Send = (this: IExecuteFunctions, credential: string, request: object) => Promise<unknown>;

/** n8n's helpers that send requests with a credential. The HTTP Request node uses the last, with these settings. */
const HELPERS = {
	'without a credential': async (n8n: IExecuteFunctions, url: string): Promise<unknown> =>
		await n8n.helpers.httpRequest({ url, method: 'POST', body: {} }),
	httpRequestWithAuthentication: async (n8n: IExecuteFunctions, url: string): Promise<unknown> =>
		await n8n.helpers.httpRequestWithAuthentication.call(n8n, 'magicHourVideoApi', {
			url,
			method: 'POST',
			body: {},
		}),
	requestWithAuthentication: async (n8n: IExecuteFunctions, uri: string): Promise<unknown> => {
		const helpers = n8n.helpers as unknown as Readonly<Record<'requestWithAuthentication', Send>>;
		return await helpers.requestWithAuthentication.call(n8n, 'magicHourVideoApi', {
			uri,
			method: 'POST',
			body: {},
			followRedirect: true,
			followAllRedirects: true,
			maxRedirects: 21,
		});
	},
};
type Helper = keyof typeof HELPERS;

describe('the credential in other nodes', () => {
	let engine: Engine;

	beforeAll(async () => {
		const node: INodeType = {
			description: {
				displayName: 'Sender',
				name: 'sender',
				group: ['transform'],
				version: 1,
				description: 'Sends a request',
				defaults: { name: 'Sender' },
				inputs: ['main'],
				outputs: ['main'],
				credentials: [{ name: 'magicHourVideoApi', required: true }],
				properties: ['helper', 'url'].map((name) => ({
					...{ displayName: name, name, type: 'string' as const, default: '' },
				})),
			},
			async execute() {
				const [helper, url] = ['helper', 'url'].map((name) => this.getNodeParameter(name, 0));
				return [
					[{ json: { answer: (await HELPERS[helper as Helper](this, url as string)) as object } }],
				];
			},
		};
		const credential = new MagicHourVideoApi();
		engine = await startEngine({ nodeName: 'test.sender', node, credential });
	});
	afterAll(() => {
		engine.close();
	});

	const send = async (helper: Helper, url = `${lab.api.url}/v1/files/upload-urls`) =>
		await engine.run({
			parameters: { helper, url },
			credentials: { apiKey: lab.api.keys.pro, baseUrl: lab.api.url },
		});
	const authorizations = ({ requests }: LocalApi) =>
		requests.map(({ headers }) => headers['authorization']);

	const WITH_KEY: Helper[] = ['httpRequestWithAuthentication', 'requestWithAuthentication'];

	it.each(WITH_KEY)('%s has the key', async (helper) => {
		await send(helper);
		expect(authorizations(lab.api)).toEqual(['present (pro)']);
	});

	it.each(WITH_KEY)('%s sends the key to no other origin', async (helper) => {
		const { error } = await send(helper, `${elsewhere.url}/v1/account`);
		expect(error?.message).toContain('only sent to the API Base URL');
		expect(elsewhere.requests).toEqual([]);
	});

	it.each(WITH_KEY.flatMap((helper) => REDIRECTS.map((status) => [helper, status] as const)))(
		'%s does not take the key where a %i leads',
		async (helper, status) => {
			redirectAll(status);
			const { error } = await send(helper);
			expect(error?.message).toContain(String(status));
			expect(authorizations(lab.api)).toEqual(['present (pro)']);
			expect(elsewhere.requests).toEqual([]);
		},
	);

	it('redirects are followed where no key is, so that this can fail', async () => {
		redirectAll(307);
		await send('without a credential');
		expect(elsewhere.requests).toHaveLength(1);
	});

	it.each<[string, Partial<IHttpRequestOptions> & { uri?: string }]>([
		['none', {}],
		[
			'the right one and a wrong one',
			{ url: 'https://api.magichour.ai/v1', uri: 'https://evil.example' },
		],
		['a wrong base', { url: '/v1', baseURL: 'https://evil.example' }],
	])('a request with %s for an address gets no key', async (_, request) => {
		const { authenticate } = new MagicHourVideoApi();
		await expect(
			authenticate({ apiKey: 'mhk_live_1', baseUrl: '' }, request as IHttpRequestOptions),
		).rejects.toThrow();
	});
});
