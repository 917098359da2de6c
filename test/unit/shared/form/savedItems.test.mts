import type { SavedItemsQuery } from '../../../../nodes/shared/api/calls.ts';
import { savedItemsSchema, type SavedItem } from '../../../../nodes/shared/api/schemas.ts';
import { listImages } from '../../../../nodes/shared/form/savedItems.ts';

const image = (file_path: string, is_primary = false) => ({
	file_path,
	media_kind: 'IMAGE',
	is_primary,
});
const item = (name: string | null, ...assets: SavedItem['assets']): SavedItem => ({
	name,
	type: 'reference',
	assets,
});

/** Pages, whose cursors are their numbers. @returns what is asked of them, too */
function pagesOf(pages: SavedItem[][]) {
	const asked: SavedItemsQuery[] = [];
	const client = {
		listSavedItems: async (query: SavedItemsQuery) => {
			asked.push(query);
			const index = Number(query.cursor ?? 0);
			const next = index + 1 < pages.length ? String(index + 1) : null;
			return await Promise.resolve({ items: pages[index] ?? [], next_cursor: next });
		},
	};
	const list = async (filter = '', cursor?: string) => await listImages(client, filter, cursor, 0);
	return { list, asked };
}

const many = (prefix: string, count: number): SavedItem[] =>
	Array.from({ length: count }, (_, index) =>
		item(`${prefix} ${index}`, image(`${prefix}/${index}`)),
	);

test('an item has an entry for each image, the primary one first', async () => {
	const { list } = pagesOf([
		[
			item('Ada', image('a/1'), image('a/2', true), image('a/3')),
			{ ...item(null, image('b/1')), type: 'brand_kit' },
			{ name: 'No Type', assets: [image('c/1')] },
		],
	]);

	await expect(list()).resolves.toEqual({
		results: [
			{ name: 'Ada · reference', value: 'a/2' },
			{ name: 'Ada, image 2 · reference', value: 'a/1' },
			{ name: 'Ada, image 3 · reference', value: 'a/3' },
			{ name: 'Unnamed · brand kit', value: 'b/1' },
			{ name: 'No Type', value: 'c/1' },
		],
		paginationToken: undefined,
	});
});

test('what is no image is not in the list', async () => {
	const voice = { ...image('a/voice.mp3', true), media_kind: 'AUDIO' };
	const video = { ...image('a/video.mp4'), media_kind: 'VIDEO' };
	const { list } = pagesOf([[item('Ada', voice, video), item('Empty')]]);

	expect((await list()).results).toEqual([]);
});

test('a list long enough to scroll ends with its page, and goes on where it ended', async () => {
	const { list, asked } = pagesOf([many('A', 20), many('B', 1), many('C', 20)]);
	const first = await list();
	expect(first.results).toHaveLength(20);
	expect(first.paginationToken).toBe('1');
	expect(asked).toHaveLength(1);

	const second = await list('', '1');
	expect(second.results.map(({ value }) => value)).toEqual([
		'B/0',
		...many('C', 20).map(({ assets }) => assets[0]?.file_path),
	]);
	expect(second.paginationToken).toBeUndefined();
});

test('a search looks on until it has found enough, or has seen all', async () => {
	const { list, asked } = pagesOf([many('A', 50), many('B', 50), many('Lake', 1)]);
	const { results, paginationToken } = await list(' lAKE ');

	expect(results).toEqual([{ name: 'Lake 0 · reference', value: 'Lake/0' }]);
	expect(paginationToken).toBeUndefined();
	expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '1', '2']);
});

test('a server whose pages never end is not asked for ever', async () => {
	const asked: unknown[] = [];
	const client = {
		listSavedItems: async (query: SavedItemsQuery) => {
			asked.push(query);
			return await Promise.resolve({ items: [], next_cursor: 'again' });
		},
	};
	await listImages(client, '', undefined, 0);

	expect(asked.length).toBeLessThanOrEqual(40);
});

test('one item that can not be read leaves the others', () => {
	const parsed = savedItemsSchema.parse({
		items: [null, { name: 'No assets' }, { name: 7, type: '', assets: [{}, image('a/1')] }],
		next_cursor: '',
	});

	expect(parsed).toEqual({
		items: [{ name: undefined, type: undefined, assets: [image('a/1')] }],
		next_cursor: undefined,
	});
});
