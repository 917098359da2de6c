import { MagicHourClient } from '../../../../nodes/shared/api/client.ts';
import { RequestError } from '../../../../nodes/shared/lib/errors.ts';
import { Uploads, type HashedImage } from '../../../../nodes/shared/api/uploads.ts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport, type Reply } from '../../../support/fake-transport.mts';

const image = (hash: string, format = 'png'): HashedImage => ({
	hash,
	format,
	open: async () =>
		await Promise.resolve({ content: Buffer.from(hash), length: hash.length, mimeType: 'image/x' }),
});

const images = (count: number) =>
	Array.from({ length: count }, (_, index) => image(`h${index}`, index % 2 ? 'jpg' : 'png'));

/** A Magic Hour that gives out URLs, whose place tells the extension that was asked for, and takes files. */
function lab(all: readonly HashedImage[], lifetime = 3_600_000) {
	const clock = new FakeClock();
	const transport = new FakeTransport();
	let given = 0;
	let refuse: { urls?: Reply; put?: Reply } = {};
	transport.answerWith((request) => {
		if (request.kind !== 'api') return refuse.put ?? {};
		if (refuse.urls) return refuse.urls;
		const { items } = request.call.body as { items: { extension: string }[] };
		const expires_at = new Date(clock.date() + lifetime).toISOString();
		return {
			json: {
				items: items.map(({ extension }) => {
					const place = `api-assets/${given++}.${extension}`;
					return { upload_url: `https://storage.example/${place}`, expires_at, file_path: place };
				}),
			},
		};
	});
	const uploads = new Uploads(new MagicHourClient(transport, clock), clock, all);
	const options = { deadline: clock.now() + 1_800_000 };
	return {
		clock,
		pathOf: async (each: HashedImage) => await uploads.pathOf(each, options),
		setRefusal: (refusal: typeof refuse) => {
			refuse = refusal;
		},
		/** How many URLs each request asked for. */
		asked: () =>
			transport.requests.flatMap((request) =>
				request.kind === 'api' ? [(request.call.body as { items: unknown[] }).items.length] : [],
			),
		/** What was put where. */
		puts: () =>
			transport.requests.flatMap((request) =>
				request.kind === 'put'
					? [[(request.file.content as Buffer).toString(), new URL(request.url).pathname.slice(1)]]
					: [],
			),
	};
}

test('an image goes to its place, once, however often it is needed', async () => {
	const { pathOf, puts, asked } = lab([image('a')]);
	const paths = await Promise.all([pathOf(image('a')), pathOf(image('a'))]);
	paths.push(await pathOf(image('a')));
	expect(new Set(paths)).toEqual(new Set(['api-assets/0.png']));
	expect(puts()).toEqual([['a', 'api-assets/0.png']]);
	expect(asked()).toEqual([1]);
});

test('every image goes to a place of its own, with its own extension', async () => {
	const all = images(60);
	const { pathOf, puts } = lab(all);
	const paths: string[] = [];
	for (const each of all) paths.push(await pathOf(each));
	expect(new Set(paths).size).toBe(60);
	expect(puts()).toEqual(all.map(({ hash }, index) => [hash, paths[index]]));
	all.forEach(({ format }, index) => {
		expect(paths[index]).toMatch(new RegExp(`\\.${format}$`));
	});
});

test('URLs are asked for many at a time, and none that is not used', async () => {
	const all = images(60);
	const { pathOf, asked } = lab(all);
	for (const each of all) await pathOf(each);
	expect(asked()).toEqual([25, 25, 10]);
});

test('side by side, each image is still uploaded once, to one place', async () => {
	const all = images(60);
	const { pathOf, puts, asked } = lab(all);
	const paths = await Promise.all([...all, ...all].map(pathOf));
	expect(new Set(paths).size).toBe(60);
	expect(puts()).toHaveLength(60);
	expect(asked().reduce((sum, count) => sum + count, 0)).toBe(60);
});

test('the same content in the list counts once', async () => {
	const { pathOf, asked } = lab([image('a'), image('a'), image('b'), image('a')]);
	await pathOf(image('a'));
	expect(asked()).toEqual([2]);
});

test('a URL that has gone stale is not used', async () => {
	const all = images(2);
	const { pathOf, puts, asked, clock } = lab(all, 600_000);
	await pathOf(image('h0'));
	clock.advance(545_000);
	await pathOf(image('h1', 'jpg'));
	expect(asked()).toEqual([2, 1]);
	expect(puts()).toEqual([
		['h0', 'api-assets/0.png'],
		['h1', 'api-assets/2.jpg'],
	]);
});

test('after a failed upload the next item tries again', async () => {
	const { pathOf, setRefusal, puts } = lab([image('a')]);
	setRefusal({ put: { status: 400 } });
	await rejectionOf(RequestError, pathOf(image('a')));
	setRefusal({});
	await expect(pathOf(image('a'))).resolves.toMatch(/^api-assets\//);
	expect(puts()).toHaveLength(2);
});

test('when no URLs are given, each image asks again for itself, and fails with that answer', async () => {
	const all = images(3);
	const { pathOf, setRefusal, asked } = lab(all);
	setRefusal({ urls: { status: 401, json: { message: 'Unauthorized' } } });
	for (const each of all) {
		const failure = await rejectionOf(RequestError, pathOf(each));
		expect(failure.status).toBe(401);
	}
	expect(asked()).toHaveLength(3);
	setRefusal({});
	await expect(Promise.all(all.map(pathOf))).resolves.toHaveLength(3);
});
