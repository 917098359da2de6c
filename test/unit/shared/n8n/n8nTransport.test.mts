import { Readable } from 'node:stream';
import type { IExecuteFunctions } from 'n8n-workflow';
import { AbortError } from '../../../../nodes/shared/lib/errors.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { turns } from '../../../support/deferred.mts';
import { n8nTransport } from '../../../../nodes/shared/n8n/n8nTransport.ts';

const URL = 'https://storage.example/1?signature=s';
const NO_END = new AbortController().signal;
const answer = (statusCode: number) => ({ statusCode, headers: {}, body: Readable.from([]) });

/** Uploads a file through n8n's HTTP helper, which does this. */
function upload(httpRequest: () => Promise<unknown>, url = URL) {
	const n8n = { helpers: { httpRequest } } as unknown as IExecuteFunctions;
	const content = Readable.from([Buffer.from('image')]);
	const transport = n8nTransport(n8n, 'https://api.magichour.ai');
	return {
		content,
		done: transport.put(url, { content, length: 5, mimeType: 'image/png' }, NO_END),
	};
}

describe('an upload', () => {
	test('that is taken has its answer', async () => {
		const { done, content } = upload(async () => await Promise.resolve(answer(200)));
		await expect(done).resolves.toMatchObject({ status: 200 });
		expect(content.destroyed).toBe(true);
	});

	test.each<[string, () => Promise<unknown>, string]>([
		['fails', async () => await Promise.reject(new Error('reset')), URL],
		['may not be sent', async () => await Promise.resolve(answer(200)), 'http://10.0.0.1/'],
	])('that %s leaves no file open', async (_, request, url) => {
		const { done, content } = upload(request, url);
		await expect(done).rejects.toThrow();
		expect(content.destroyed).toBe(true);
	});

	test('that is refused leaves no file open', async () => {
		const { done, content } = upload(async () => await Promise.resolve(answer(403)));
		await expect(done).resolves.toMatchObject({ status: 403 });
		expect(content.destroyed).toBe(true);
	});
});

describe('an answer', () => {
	/** Asks through n8n's HTTP helper, whose answer has this body. */
	function ask(body: Readable, signal = NO_END) {
		const request = async () => await Promise.resolve({ ...answer(200), body });
		const n8n = { helpers: { httpRequestWithAuthentication: request } };
		const transport = n8nTransport(n8n as unknown as IExecuteFunctions, 'https://api.magichour.ai');
		return transport.api({ method: 'GET', path: '/v1' }, signal);
	}
	const open = () => new Readable({ read: () => undefined });

	test('is read to its end', async () => {
		await expect(ask(Readable.from([Buffer.from('a'), Buffer.from('b')]))).resolves.toEqual({
			status: 200,
			headers: {},
			text: 'ab',
			brokenOff: undefined,
		});
	});

	test('that breaks off has all that came before, also what came in the same moment', async () => {
		const body = open();
		const asked = ask(body);
		await turns();
		body.push('{"id":"p1"');
		await turns();
		body.push(',"credits');
		body.destroy(new Error('reset'));
		await expect(asked).resolves.toMatchObject({
			text: '{"id":"p1","credits',
			brokenOff: new Error('reset'),
		});
	});

	test.each([
		['when it is read', turns],
		['before it is read', () => undefined],
	])('that is closed %s has no end', async (_, when) => {
		const body = open();
		const asked = ask(body);
		await when();
		body.destroy();
		const { text, brokenOff } = await asked;
		expect(text).toBe('');
		expect(brokenOff).toBeInstanceOf(Error);
	});

	test('that is given up has what came before', async () => {
		const body = open();
		const end = new AbortController();
		const asked = ask(body, end.signal);
		await turns();
		body.push('{"id":"p1"');
		await turns();
		end.abort();
		const { text, brokenOff } = await asked;
		expect(text).toBe('{"id":"p1"');
		expect(brokenOff).toBeInstanceOf(Error);
		expect(body.destroyed).toBe(true);
	});

	test('that never begins is given up, too', async () => {
		const never = async () => await new Promise(() => undefined);
		const n8n = { helpers: { httpRequestWithAuthentication: never, httpRequest: never } };
		const transport = n8nTransport(n8n as unknown as IExecuteFunctions, 'https://api.magichour.ai');
		const file = { content: Buffer.from('x'), length: 1, mimeType: 'image/png' };
		for (const request of [
			(signal: AbortSignal) => transport.api({ method: 'GET', path: '/v1' }, signal),
			(signal: AbortSignal) => transport.put(URL, file, signal),
			(signal: AbortSignal) => transport.open(URL, signal),
		]) {
			const end = new AbortController();
			const asked = rejectionOf(AbortError, request(end.signal));
			end.abort();
			await asked;
		}
	});

	test('that is larger than any is given up, and its connection closed', async () => {
		const body = open();
		const asked = ask(body);
		await turns();
		for (let megabytes = 0; megabytes < 2; megabytes++) body.push(Buffer.alloc(1_000_000, 'x'));
		const { text, brokenOff } = await asked;
		expect(text).toHaveLength(1_000_000);
		expect(brokenOff?.message).toContain('larger than any answer');
		expect(body.destroyed).toBe(true);
	});
});
