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
