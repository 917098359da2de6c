import type { INodeParameters } from 'n8n-workflow';

import type { SavedItemSketch } from '../../local-api/server.mts';
import { openLab, type Lab } from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});
afterEach(() => {
	lab.api.reset();
});
afterAll(async () => {
	await lab.close();
});

const search = async (filter?: string, paginationToken?: string, apiKey = lab.api.keys.pro) =>
	await lab.engine.listSearch('searchSavedItems', {}, filter, {
		...(paginationToken === undefined ? {} : { paginationToken }),
		credentials: { apiKey, baseUrl: lab.api.url },
	});

const chairs: SavedItemSketch[] = Array.from({ length: 120 }, (_, index) => ({
	type: 'reference',
	name: `Chair ${index + 1}`,
	assets: [{ kind: 'IMAGE' }],
}));

describe('the list of saved items', () => {
	it('has images, the primary one of an item first', async () => {
		const { results, paginationToken } = await search();

		expect(results.map(({ name }) => name)).toEqual([
			'Ada · character',
			'Ada, image 2 · character',
			'Red Chair · reference',
			'Unnamed · moodboard',
		]);
		expect(results[0]?.value).toMatch(/3\.png$/);
		expect(paginationToken).toBeUndefined();
		expect(lab.kinds()).toEqual(['saved-items']);
	});

	it('goes on with the next page, and is searched to its end', async () => {
		lab.api.setSavedItems(chairs);
		const seen: string[] = [];
		for (let token: string | undefined; ; ) {
			const { results, paginationToken } = await search('', token);
			seen.push(...results.map(({ name }) => name));
			if (paginationToken === undefined) break;
			token = String(paginationToken);
		}
		expect(seen).toEqual(chairs.map(({ name }) => `${name} · reference`));

		const { results } = await search('chair 120');
		expect(results.map(({ name }) => name)).toEqual(['Chair 120 · reference']);
	});

	it('tries again after a moment of trouble', async () => {
		lab.api.setFault('saved-items', { status: 503, body: { message: 'Busy' } }, 2);

		await expect(search()).resolves.toMatchObject({ results: { length: 4 } });
	});

	it.each([
		[401, 'Could not list the saved items: the API key was not accepted', 'check the API key'],
		[404, 'Could not list the saved items: not found', 'has no saved items yet'],
	])('says what is wrong after a %i', async (status, message, hint) => {
		lab.api.setFault('saved-items', { status, body: { message: 'No' } });
		const failure = await search().catch((error: unknown) => error as Error);

		expect(failure).toMatchObject({
			message: expect.stringContaining(message) as string,
			description: expect.stringContaining(hint) as string,
		});
	});
});

describe('a saved item', () => {
	/** What is sent of an image of the account. */
	const sent = async (parameters: INodeParameters) => {
		const run = await lab.run(
			{ waitForCompletion: false, ...parameters },
			{ items: [{ json: {} }] },
		);
		expect(run.error).toBeUndefined();
		expect(lab.kinds().filter((kind) => kind.startsWith('upload'))).toEqual([]);
		return lab.creates()[0]?.assets;
	};
	const first = async (): Promise<string> => {
		const { results } = await search('', undefined, lab.api.keys.business);
		return String(results[0]?.value);
	};

	it.each(['list', 'path'])('is sent by its file path, chosen by %s', async (mode) => {
		const value = await first();
		const imageSavedItem = { __rl: true, mode, value };

		await expect(sent({ imageSource: 'savedItem', imageSavedItem })).resolves.toEqual({
			image_file_path: value,
		});
	});

	it('can be the end image, and come from an expression', async () => {
		const value = await first();
		await expect(
			sent({
				imageSource: 'savedItem',
				imageSavedItem: { __rl: true, mode: 'path', value: `={{ "${value}" }}` },
				endImageSource: 'Saved Item',
				endImageSavedItem: { __rl: true, mode: 'list', value },
			}),
		).resolves.toEqual({ image_file_path: value, end_image_file_path: value });
	});

	it.each([
		['', 'Saved Item: nothing was chosen'],
		['={{ $json.missing }}', 'Saved Item: nothing was chosen'],
		['Ada', 'Saved Item: Ada was given, which is no file_path'],
	])('%j is refused before any request', async (value, message) => {
		const imageSavedItem = { __rl: true, mode: 'path', value };
		const run = await lab.run({ imageSource: 'savedItem', imageSavedItem });

		expect(run.error?.message).toContain(message);
		expect(lab.api.requests).toEqual([]);
	});
});
