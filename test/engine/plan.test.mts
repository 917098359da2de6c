import type { INodeParameters } from 'n8n-workflow';

import type { RecordedRequest } from '../../local-api/server.mts';
import { holdVideos } from '../support/engine/held-videos.mts';
import {
	imageItem,
	JOB_SECONDS,
	openLab,
	type Lab,
	type LabRunOptions,
} from '../support/engine/lab.mts';

let lab: Lab;

beforeAll(async () => {
	lab = await openLab(holdVideos().options);
});
afterEach(() => {
	lab.api.reset();
});
afterAll(async () => {
	await lab.close();
});

/** With five under way: nobody tries earlier whether there is more room. */
const BEFORE_A_TRIAL_MS = 15_000;

const byId = (value: string) => ({ model: { __rl: true, mode: 'id', value } });
const items = (count: number) => Array.from({ length: count }, () => imageItem());

const run = async (parameters: INodeParameters, options: LabRunOptions = {}) =>
	await lab.run({ downloadVideo: false, ...parameters }, options);

describe('the model Default', () => {
	it("is priced as the plan's model, and the account read once for all items", async () => {
		const { error, output } = await run({}, { items: items(3), apiKey: lab.api.keys.pro });
		expect(error).toBeUndefined();
		expect(output[0]?.map(({ json }) => json.credits_estimated)).toEqual([240, 240, 240]);
		expect(lab.accountReads()).toBe(1);
	});

	it('is within Max Credits where the plan is known, and refused where it is not', async () => {
		const options = { options: { maxCredits: 240 } };
		const known = await run(options, { apiKey: lab.api.keys.creator });
		expect(known.error).toBeUndefined();

		lab.api.reset();
		lab.api.setFault('account', { status: 404 });
		const unknown = await run(options, { apiKey: lab.api.keys.creator });
		expect(unknown.error?.message).toContain('Max Credits');
		expect(lab.kinds()).toEqual([]);
	});

	it("is checked as the plan's model, before anything is uploaded for any item", async () => {
		const long = { duration: '={{ $json.seconds }}', resolution: '720p' };
		const both = [imageItem(undefined, { seconds: 5 }), imageItem(undefined, { seconds: 45 })];
		const { error } = await run(long, { items: both, apiKey: lab.api.keys.pro });
		expect(error?.message).toMatch(/^Duration: .*45 was given/);
		expect(lab.kinds()).toEqual([]);
		expect(lab.accountReads()).toBe(1);
	});

	it('lets the other items end where the node goes on', async () => {
		const long = { duration: '={{ $json.seconds }}' };
		const both = [imageItem(undefined, { seconds: 45 }), imageItem(undefined, { seconds: 5 })];
		const { output } = await run(long, {
			items: both,
			apiKey: lab.api.keys.pro,
			onError: 'continueRegularOutput',
		});
		expect(output[0]?.map(({ json }) => json.error_code ?? json.status)).toEqual([
			'MAGIC_HOUR_INVALID_INPUT',
			'complete',
		]);
		expect(lab.creates()).toHaveLength(1);
	});

	it.each([404, 500])(
		'is made for any plan where the account answers %i, with a note',
		async (status) => {
			lab.api.setFault('account', { status });
			const { error, visible } = await run({});
			expect(error).toBeUndefined();
			expect(lab.creates()).toHaveLength(1);
			expect(visible).toContain('The plan of the account is not known');
		},
	);
});

describe('no account is read', () => {
	it('by a further try of what is paid', async () => {
		lab.api.setFault('poll', { status: 404, body: { message: 'Not Found' } }, 1);
		const { error } = await run({}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
		expect(error).toBeUndefined();
		expect(lab.creates()).toHaveLength(1);
		expect(lab.accountReads()).toBe(1);
	});

	it.each<[string, INodeParameters, number]>([
		['for a model of its own', byId('kling-3.0'), 1],
		['for as many items as every plan has room for', byId('kling-3.0'), 3],
		['where the number is given', { ...byId('kling-3.0'), options: { concurrentProjects: 2 } }, 4],
		['without waiting', { ...byId('kling-3.0'), waitForCompletion: false }, 4],
	])('%s', async (_, parameters, count) => {
		const { error } = await run(parameters, { items: items(count) });
		expect(error).toBeUndefined();
		expect(lab.creates()).toHaveLength(count);
		expect(lab.accountReads()).toBe(0);
	});
});

describe('Concurrent Projects', () => {
	/** Projects that were created before the first can have been finished. */
	function begunAtOnce(): number {
		const times = lab.api.requests.flatMap(({ kind, status, at }) =>
			kind === 'create' && status === 200 ? [at] : [],
		);
		const [first = NaN] = times;
		return times.filter((at) => at < first + JOB_SECONDS * 1000).length;
	}
	const room = async (plan: 'creator' | 'pro' | 'business', parameters: INodeParameters = {}) => {
		const all = { items: items(8), apiKey: lab.api.keys[plan] };
		const { error } = await run({ ...byId('kling-3.0'), ...parameters }, all);
		expect(error).toBeUndefined();
		expect(lab.api.projects).toHaveLength(8);
		return begunAtOnce();
	};

	it.each([
		['creator', 3],
		['pro', 5],
		['business', 8],
	] as const)('Automatic is what %s has room for', async (plan, expected) => {
		await expect(room(plan)).resolves.toBe(expected);
		expect(lab.accountReads()).toBe(1);
	});

	it.each(['auto', 'Automatic', '={{ "automatic" }}'])('%j is Automatic', async (value) => {
		const parameters = { options: { concurrentProjects: value } };
		await expect(room('pro', parameters)).resolves.toBe(5);
	});

	it.each([2, '2', '={{ 2 }}'])(
		'%j is what was given, as saved workflows have it',
		async (value) => {
			const parameters = { options: { concurrentProjects: value } };
			await expect(room('pro', parameters)).resolves.toBe(2);
			expect(lab.accountReads()).toBe(0);
		},
	);

	it('a number that the list does not have is what was given, too', async () => {
		await expect(room('business', { options: { concurrentProjects: 7 } })).resolves.toBe(7);
	});

	it('is 3 where the plan is not known, with a note', async () => {
		lab.api.setFault('account', { status: 200, body: { tier: 'studio', credits: 1 } });
		await expect(room('pro')).resolves.toBe(3);
	});

	it('is as many as Magic Hour has room for, where that is less', async () => {
		lab.api.setFault('account', { status: 200, body: { tier: 'pro', credits: 1 } });
		await expect(room('creator')).resolves.toBe(3);
	});

	it('is shared by the executions of a key: none asks for what the plan has no room for', async () => {
		const begin = async () => await run({}, { items: items(3), apiKey: lab.api.keys.pro });
		const runs = await Promise.all(Array.from({ length: 4 }, begin));
		expect(runs.map(({ error }) => error)).toEqual(Array(4).fill(undefined));
		const creates = lab.api.requests.filter(({ kind }) => kind === 'create');
		const [first] = creates as [RecordedRequest];
		const early = creates.filter(({ at }) => at < first.at + BEFORE_A_TRIAL_MS);
		expect(early.filter(({ status }) => status !== 200)).toEqual([]);
		expect(lab.api.projects).toHaveLength(12);
	});

	it.each([0, 51, 'many', '', '={{ undefined }}'])('%j is refused', async (value) => {
		const { error } = await run({ options: { concurrentProjects: value } });
		expect(error?.message).toMatch(/^Concurrent Projects: must be a number from 1 to 50/);
	});
});
