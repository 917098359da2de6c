import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault, RequestKind } from '../../local-api/server.mts';
import { TIMEOUTS } from '../../nodes/shared/n8n/n8nTransport.ts';
import { png } from '../../tools/engine/images.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { untilRequested } from '../support/engine/until-requested.mts';

let lab: Lab;
const usual = { ...TIMEOUTS };
/** Milliseconds. */
const GIVEN_UP = 700;

beforeAll(async () => {
	// In real time, and a job is over at once.
	lab = await openLab({ inRealTime: true, jobSeconds: 0 });
	// A request that is given up after the stop must not be sent again.
	Object.assign(TIMEOUTS, { api: GIVEN_UP, file: GIVEN_UP, answer: GIVEN_UP });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	Object.assign(TIMEOUTS, usual);
	await lab.close();
});

/** The request is under way when the execution is stopped, or a wait for the next try. */
const UNDER_WAY: [string, Fault][] = [
	['no answer comes', { hang: 'after' }],
	['an answer drips in', { drip: 1 }],
	[
		'it is to be repeated in a minute',
		{ status: 429, body: { message: 'Slow down' }, headers: { 'retry-after': '60' } },
	],
];

const projectsAfter = (kind: RequestKind, fault: Fault): number => {
	if (kind === 'poll' || kind === 'download') return 1;
	return kind === 'create' && !('status' in fault) ? 1 : 0;
};

describe.each(UNDER_WAY)('stopping while %s', (_, fault) => {
	it.each(['upload-urls', 'upload', 'create', 'poll', 'download'] as const)(
		'to %s: ends within a second, no request follows, no project is lost',
		async (kind) => {
			lab.api.setFault(kind, fault);
			const { result, cancel } = lab.start({});
			await untilRequested(lab, kind);
			await sleep(100);
			const stoppedAt = Date.now();
			cancel();
			const run = await result;

			expect(Date.now() - stoppedAt).toBeLessThan(1_000);
			const requests = lab.api.requests.length;
			await sleep(1_200);
			expect(lab.api.requests).toHaveLength(requests);
			const { projects } = lab.api;
			expect(projects).toHaveLength(projectsAfter(kind, fault));
			// As long as a create request has not been answered, its project is known by its name alone.
			const kept = JSON.stringify(run.contextData);
			expect(
				projects.filter(({ id, name }) => !kept.includes(kind === 'create' ? name : id)),
			).toEqual([]);
		},
	);
});

it('stopping a batch names every project that exists', async () => {
	lab.api.setFault('poll', { hang: 'before' });
	const items = [0, 1, 2, 3].map((n) => imageItem(png(320, 180, n), { n }));
	const { result, cancel } = lab.start({ options: { concurrentProjects: 3 } }, { items });
	await untilRequested(lab, 'poll', 3);
	cancel();
	const run = await result;

	const ids = lab.api.projects.map(({ id }) => id);
	expect(ids).toHaveLength(3);
	const said = `${run.error?.message ?? ''} ${run.error?.description ?? ''}`;
	expect(ids.filter((id) => !said.includes(id))).toEqual([]);
	const kept = JSON.stringify(run.contextData);
	expect(ids.filter((id) => !kept.includes(id))).toEqual([]);
});
