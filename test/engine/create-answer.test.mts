import { imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';

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

const NO_WAIT = { waitForCompletion: false };
/** One create request after another, so that they come in the order of the items. */
const IN_ORDER = { ...NO_WAIT, options: { concurrentProjects: 1 } };

/** Bytes of an answer to a create request; the id comes first. */
async function usualAnswer(): Promise<{ length: number; idAt: number; idEnd: number }> {
	const run = await lab.run({ ...NO_WAIT, options: { simplify: false } });
	const id = textOf(run, 'id');
	const { credits_charged, estimated_frame_cost } = run.output[0]?.[0]?.json ?? {};
	const text = JSON.stringify({ id, credits_charged, estimated_frame_cost });
	const idAt = text.indexOf(id);
	lab.api.reset();
	return { length: text.length, idAt, idEnd: idAt + id.length };
}

it.each(['full', 'short'] as const)(
	'an answer that is cut off at any byte (length: %s): its id is used, or told as far as it came',
	async (length) => {
		const answer = await usualAnswer();
		// Nothing at all is a row of the fault table.
		const cuts = Array.from({ length: answer.length - 1 }, (_, index) => index + 1);
		for (const bytes of cuts) {
			lab.api.setFault('create', { truncate: (bytes + 0.5) / answer.length, length }, 1);
		}
		const items = cuts.map((bytes) => imageItem(undefined, { bytes }));
		const run = await lab.run(IN_ORDER, { items, onError: 'continueRegularOutput' });

		const { projects } = lab.api;
		expect(projects).toHaveLength(cuts.length);
		const wrong = cuts.filter((bytes) => {
			const { id: made = '', name } = projects[bytes - 1] ?? {};
			if (bytes > answer.idEnd) return textOf(run, 'id', bytes - 1) !== made;
			const error = textOf(run, 'error', bytes - 1);
			const came = made.slice(0, Math.max(0, bytes - answer.idAt));
			const told = came === '' ? !error.includes('ID') : error.includes(`"${came}"`);
			return !told || !textOf(run, 'message', bytes - 1).includes(`"${String(name)}"`);
		});
		expect(wrong).toEqual([]);
		expect(run.visible).toContain('nobody knows whether');
	},
);

it.each([
	['credits as a text', { raw: '{"id":"p1","credits_charged":"240"}' }],
	['a byte order mark', { raw: '\uFEFF{"id":"p1","credits_charged":240}' }],
	['something behind it', { raw: '{"id":"p1","credits_charged":240}\n<!-- cache -->' }],
	['no end', { raw: '{"id":"p1","cre' }],
	['another content type', { raw: '{"id":"p1"}', contentType: 'text/html' }],
	['status 201', { raw: '{"id":"p1"}', status: 201 }],
])('an answer with %s is as good as any', async (_, answer) => {
	lab.api.setFault('create', { ...answer, after: true }, 1);
	const run = await lab.run(NO_WAIT);

	expect(run.error).toBeUndefined();
	expect(run.output[0]?.[0]?.json).toMatchObject({ id: 'p1', status: 'queued' });
	expect(lab.creates()).toHaveLength(1);
});

describe('an ID that an odd answer names', () => {
	const ODD_ANSWER = { raw: '{"project":{"id":"p-odd"}}', after: true };

	it('is named again by every later try', async () => {
		lab.api.setFault('create', ODD_ANSWER, 1);
		const run = await lab.run(NO_WAIT, { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 });

		expect(run.error?.message).toContain('the answer names the ID "p-odd"');
		expect(run.error?.message).not.toContain('no answer came');
		expect(lab.creates()).toHaveLength(1);
	});
});

it("why nobody knows is said of each item, also where another one's failure ends the run", async () => {
	lab.api.setFault('create', { hang: 'after' }, 1);
	lab.api.setFault('create', { status: 402, body: { message: 'Out of credits' } }, 1);
	const run = await lab.run(NO_WAIT, { items: [imageItem(), imageItem()] });

	expect(run.error?.message).toContain('out of credits');
	const [{ name } = {}] = lab.api.projects;
	expect(run.error?.description).toContain(
		`"${String(name)}" (Could not create the video: no answer came in time)`,
	);
});

const ODD: ReadonlyArray<[string, Readonly<Record<string, unknown>>]> = [
	['null', { downloads: null, status: null, name: null, error: null, end_seconds: null }],
	['numbers', { downloads: 1, status: 2, name: 3, error: 4, end_seconds: -5, width: 6 }],
	['objects', { downloads: {}, status: {}, name: {}, error: {}, end_seconds: {}, fps: {} }],
	['lists', { downloads: [null], status: [1], name: [], error: [], created_at: [], type: [] }],
	['texts', { downloads: 'a', status: '', name: '', error: 'b', end_seconds: '5', token: '9' }],
];

describe.each([true, false])('not waited for, Simplify %s', (simplify) => {
	it.each(ODD)('fields of a project that are %s in the answer are dropped', async (_, odd) => {
		lab.api.setFault('create', { raw: JSON.stringify({ id: 'p1', ...odd }), after: true }, 1);
		const run = await lab.run({ ...NO_WAIT, options: { simplify } });

		expect(run.error).toBeUndefined();
		const { name } = lab.creates()[0] ?? {};
		expect(run.output[0]?.[0]?.json).toMatchObject({ id: 'p1', name, status: 'queued' });
		expect(run.output[0]?.[0]?.json).toMatchObject(
			simplify ? { seconds: 5, video_url: null, error: null } : { downloads: [], error: null },
		);
	});
});
