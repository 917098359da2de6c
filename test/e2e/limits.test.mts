import type { SavedExecution } from '../../tools/n8n/executions.mts';
import { until } from '../../tools/n8n/executions.mts';
import { startLab, type Lab } from '../../tools/n8n/lab-n8n.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';

jest.setTimeout(300_000);

/** Executions that start in the same moment, as when strangers have found a form. */
const AT_ONCE = 30;
/** A second of the cheapest video. */
const COST = 24;

describe(`${AT_ONCE} executions at once in a real n8n`, () => {
	let started: Lab | undefined;
	let lab: Lab;

	beforeAll(async () => {
		started = await startLab();
		lab = started;
	});

	afterAll(async () => {
		await started?.close();
	});

	/** A time zone where it is about noon, so that the test has one day. */
	const timezone = (): string => {
		const ahead = 12 - new Date().getUTCHours();
		return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
	};

	/** All at once, by a webhook; resolves when they have ended. */
	async function runAll(name: string, options: Record<string, unknown>): Promise<SavedExecution[]> {
		const workflow = sketch.chain(
			name,
			[
				sketch.webhook(name),
				sketch.readImage(lab),
				sketch.generate(lab, { waitForCompletion: false, options }),
			],
			{ timezone: timezone() },
		);
		const id = await lab.executions.createWorkflow(workflow, true);
		await Promise.all(
			Array.from({ length: AT_ONCE }, async () => {
				await lab.executions.postWebhook(name);
			}),
		);
		const ids = await until('all executions to begin', async () => {
			const all = await lab.executions.idsOf(id);
			return all.length < AT_ONCE ? undefined : all;
		});
		return await Promise.all(ids.map(async (each) => await lab.executions.ended(each)));
	}

	const refusalsOf = (executions: readonly SavedExecution[]): string[] =>
		executions.flatMap(({ data }) => data.resultData.error?.message ?? []);

	it('Max Videos Per Day 10: ten videos are asked for, and nothing is uploaded for the others', async () => {
		const executions = await runAll('daily', { maxVideosPerDay: 10 });

		expect(refusalsOf(executions)).toEqual(
			Array(AT_ONCE - 10).fill(
				'Max Videos Per Day: 1 video would be more than are left of the 10 that this node may ask for today',
			),
		);
		expect(lab.projectsNamed('daily')).toHaveLength(10);
		expect(lab.api.requests.filter(({ kind }) => kind === 'upload')).toHaveLength(10);
	});

	it('Keep in Reserve: as many as there are credits for, and no more', async () => {
		const kept = lab.api.balance('business') - 7.5 * COST;
		const executions = await runAll('reserve', { keepInReserve: kept });

		expect(refusalsOf(executions)).toEqual(
			Array(AT_ONCE - 7).fill(expect.stringMatching(/^Keep in Reserve: .* are to be left$/)),
		);
		expect(lab.projectsNamed('reserve')).toHaveLength(7);
		expect(lab.api.balance('business')).toBe(kept + COST / 2);
	});
});
