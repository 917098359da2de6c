import { Readable } from 'node:stream';
import type { IExecuteFunctions } from 'n8n-workflow';
import { n8nTransport } from '../../../../nodes/shared/n8n/n8nTransport.ts';

const URL = 'https://storage.example/1?signature=s';
const answer = (statusCode: number) => ({ statusCode, headers: {}, body: Readable.from([]) });

/** Uploads a file through n8n's HTTP helper, which does this. */
function upload(httpRequest: () => Promise<unknown>, url = URL) {
	const n8n = { helpers: { httpRequest } } as unknown as IExecuteFunctions;
	const content = Readable.from([Buffer.from('image')]);
	const transport = n8nTransport(n8n, 'https://api.magichour.ai');
	return { content, done: transport.put(url, { content, length: 5, mimeType: 'image/png' }) };
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
