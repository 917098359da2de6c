import { openLab, type Lab } from '../support/engine/lab.mts';

/** What marks in n8n's database are for; versions of n8n before 2.0 have none. */
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

const NOT_FOUND = { status: 404, body: { message: 'Not yet' } };

describe('a retry that n8n was killed in', () => {
	it.each([
		['asked for something else', 'complete', '={{ $execution.id }}'],
		['was canceled', 'canceled', 'Waves'],
	] as const)('pays once with its own retry, after a try that %s', async (_, status, prompt) => {
		const options = { workflowId: `killed-${status}` };
		lab.api.setOutcome({ status });
		if (status === 'complete') lab.api.setFault('poll', NOT_FOUND, 1);
		const first = await lab.run({ prompt }, options);
		expect(first.error).toBeDefined();
		lab.api.setOutcome({ status: 'complete' });
		// Of a retry that was killed, n8n has what it began with.
		const retry = { of: first.data, kept: 'all' } as const;
		const killed = await lab.run({ prompt }, { ...options, retry });
		expect(killed.error).toBeUndefined();
		const again = await lab.run({ prompt }, { ...options, retry });

		expect(again.error?.message).toMatch(/no request is sent again/);
		expect(lab.creates()).toHaveLength(2);
	});
});
