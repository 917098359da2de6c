import { setTimeout as sleep } from 'node:timers/promises';

import { openLab, type Lab } from '../support/engine/lab.mts';
import { untilRequested } from '../support/engine/until-requested.mts';

let lab: Lab;

beforeAll(async () => {
	// In real time, with a job that goes on: what ends the wait can only be the stop.
	lab = await openLab({ inRealTime: true, jobSeconds: 1000 });
});

afterEach(() => {
	lab.api.reset();
});

afterAll(async () => {
	await lab.close();
});

describe('stopping the execution while a video is being made', () => {
	it('ends the wait within a second, and no request follows', async () => {
		const { result, cancel } = lab.start({});
		await untilRequested(lab, 'poll');
		await sleep(100);
		const stoppedAt = Date.now();
		cancel();
		const run = await result;

		expect(Date.now() - stoppedAt).toBeLessThan(1000);
		const requests = lab.api.requests.length;
		await sleep(1500);
		expect(lab.api.requests).toHaveLength(requests);
		expect(run.output.flat()).toEqual([]);
	});

	it('loses no project: its id is in the error and in what n8n saves', async () => {
		const { result, cancel } = lab.start({});
		await untilRequested(lab, 'poll');
		cancel();
		const run = await result;

		const { id } = lab.api.projects[0] ?? { id: 'no project' };
		expect(`${run.error?.message ?? ''} ${run.error?.description ?? ''}`).toContain(id);
		expect(JSON.stringify(run.contextData)).toContain(id);
	});

	it('creates nothing after it', async () => {
		lab.api.setFault('upload', { hang: 'before' });
		const { result, cancel } = lab.start({});
		await untilRequested(lab, 'upload');
		cancel();
		await result;
		await sleep(500);

		expect(lab.creates()).toHaveLength(0);
	});
});
