/** Images in n8n's storage: how many are read at a time, and what happens when n8n's database has no connection free. */
import { once } from 'node:events';
import { BinaryDataService } from 'n8n-core';

import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { png } from '../../tools/engine/images.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab();
});

afterEach(() => {
	jest.restoreAllMocks();
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

const URL_ALONE = { waitForCompletion: false };
const items = (count: number) =>
	Array.from({ length: count }, (_, n) => imageItem(png(320, 180, n), { n }));

it('reads some images at a time, and not all', async () => {
	type Read = BinaryDataService['getAsStream'];
	const getAsStream = Reflect.get(BinaryDataService.prototype, 'getAsStream');
	let open = 0;
	let most = 0;
	jest.spyOn(BinaryDataService.prototype, 'getAsStream').mockImplementation(async function (
		this: BinaryDataService,
		...args: Parameters<Read>
	) {
		most = Math.max(most, ++open);
		const stream = await getAsStream.apply(this, args);
		void once(stream, 'close').then(() => open--);
		return stream;
	});
	const run = await lab.run({ operation: 'uploadImage' }, { items: items(30) });

	expect(run.error).toBeUndefined();
	expect(most).toBeGreaterThan(1);
	expect(most).toBeLessThanOrEqual(4);
});

it('names the first wrong image, however long it takes to read', async () => {
	const wrong = (bytes: number, fileName: string) => ({
		json: {},
		binary: { data: { data: Buffer.alloc(bytes, 'x'), mimeType: 'image/png', fileName } },
	});
	const run = await lab.run(
		{},
		{ items: [...items(3), wrong(30_000_000, 'first.png'), wrong(10, 'second.png'), ...items(9)] },
	);

	expect(run.error?.message).toContain('first.png');
	expect(lab.kinds()).toEqual([]);
});

const FULL = new Error('timeout exceeded when trying to connect');

it('waits for a connection, and no item fails meanwhile', async () => {
	const read = jest.spyOn(BinaryDataService.prototype, 'getAsStream');
	for (let n = 0; n < 5; n++) read.mockRejectedValueOnce(FULL);
	const run = await lab.run(URL_ALONE, { items: items(2) });

	expect(run.error).toBeUndefined();
	expect(lab.creates()).toHaveLength(2);
});

it('gives up at the Timeout, with nothing paid, and names the setting', async () => {
	jest.spyOn(BinaryDataService.prototype, 'getAsStream').mockRejectedValue(FULL);
	const begun = systemClock.now();
	const run = await lab.run({ options: { timeout: 60 } });

	expect(systemClock.now() - begun).toBeLessThan(70_000);
	expect(run.error?.message).toContain('timeout exceeded when trying to connect');
	expect(run.error?.description).toContain('DB_POSTGRESDB_POOL_SIZE');
	expect(lab.kinds()).toEqual([]);
});
