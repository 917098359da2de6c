import { HELD, holdVideos } from '../support/engine/held-videos.mts';
import {
	IMAGE,
	imageItem,
	openLab,
	textOf,
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

/** Creates a project without waiting for it. @returns its id */
async function newProject(prompt = ''): Promise<string> {
	const run = await lab.run({ waitForCompletion: false, prompt });
	return textOf(run, 'id');
}

describe('Get', () => {
	it('waits for a project and downloads its video', async () => {
		const projectId = await newProject();
		const run = await lab.run({ operation: 'get', projectId });

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.[0]?.json).toMatchObject({
			id: projectId,
			status: 'complete',
			seconds: 5,
			credits_charged: 240,
		});
		expect(run.output[0]?.[0]?.binary?.data?.mimeType).toBe('video/mp4');
		expect((await run.binary(0, 'data')).toString('latin1', 4, 8)).toBe('ftyp');
		expect(lab.creates()).toHaveLength(1);
	});

	it('without waiting tells how the project stands', async () => {
		const projectId = await newProject(HELD);
		const run = await lab.run({ operation: 'get', projectId, waitForCompletion: false });

		expect(['draft', 'queued', 'rendering']).toContain(run.output[0]?.[0]?.json.status);
		expect(run.output[0]?.[0]?.binary).toBeUndefined();
		expect(lab.kinds().filter((kind) => kind === 'poll')).toHaveLength(1);
	});

	it('without download gives the URL of the video', async () => {
		const projectId = await newProject();
		const run = await lab.run({ operation: 'get', projectId, downloadVideo: false });

		expect(textOf(run, 'video_url')).toMatch(/^http/);
		expect(run.output[0]?.[0]?.binary).toBeUndefined();
		expect(lab.kinds()).not.toContain('download');
	});

	it('puts the video into the field of choice', async () => {
		const projectId = await newProject();
		const run = await lab.run({ operation: 'get', projectId, outputBinaryField: 'film' });

		expect(Object.keys(run.output[0]?.[0]?.binary ?? {})).toEqual(['film']);
	});

	it("raw gives the API's answer", async () => {
		const projectId = await newProject();
		const run = await lab.run({
			operation: 'get',
			projectId,
			downloadVideo: false,
			options: { simplify: false },
		});

		expect(run.output[0]?.[0]?.json).toMatchObject({ id: projectId, end_seconds: 5 });
		expect(run.output[0]?.[0]?.json.downloads).toHaveLength(1);
	});

	it('takes the id from an expression', async () => {
		const id = await newProject();
		const run = await lab.run(
			{ operation: 'get', projectId: '={{ $json.id }}', waitForCompletion: false },
			{ items: [{ json: { id } }] },
		);

		expect(run.output[0]?.[0]?.json.id).toBe(id);
	});
});

describe('Delete', () => {
	it('removes the project for good', async () => {
		const projectId = await newProject();
		const run = await lab.run({ operation: 'delete', projectId });
		expect(run.output[0]?.[0]?.json).toEqual({ id: projectId, deleted: true });

		const gone = await lab.run({ operation: 'get', projectId, waitForCompletion: false });
		expect(gone.error?.message).toContain(projectId);
		expect(gone.error?.message).toContain('404');
	});

	it('says so when there is no such project', async () => {
		const run = await lab.run({ operation: 'delete', projectId: 'cmnothere123' });

		expect(run.error?.message).toMatch(/cmnothere123.*404/);
	});
});

describe('Upload Image', () => {
	it('gives the path of the file, for use in other videos', async () => {
		const run = await lab.run({ operation: 'uploadImage' });

		expect(lab.kinds()).toEqual(['upload-urls', 'upload']);
		const [asked, uploaded] = lab.api.requests;
		expect(asked?.body).toEqual({ items: [{ type: 'image', extension: 'png' }] });
		expect(uploaded?.bytes).toBe(IMAGE.length);
		expect(textOf(run, 'file_path')).toMatch(/\.png$/);
	});

	it('takes the format from the content, whatever the name says', async () => {
		const file = { data: IMAGE, mimeType: 'image/jpeg', fileName: 'picture.jpg' };
		await lab.run({ operation: 'uploadImage' }, { items: [{ json: {}, binary: { data: file } }] });

		expect(lab.api.requests[0]?.body).toEqual({ items: [{ type: 'image', extension: 'png' }] });
	});
});

describe('Get Account', () => {
	const account = async (options: LabRunOptions = {}, parameters = {}) =>
		await lab.run({ operation: 'getAccount', ...parameters }, options);

	it('tells the plan, what is left, and the subscription, and not whose account it is', async () => {
		await newProject();
		const run = await account();

		expect(run.output[0]?.[0]?.json).toEqual({
			tier: 'business',
			credits: 1_000_000_000 - 240,
			subscription_status: 'active',
			subscription_name: 'Business',
			billing_interval: 'month',
			current_period_end: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
			cancel_at_period_end: false,
		});
	});

	it('has the same fields without a subscription', async () => {
		const run = await account({ apiKey: lab.api.keys.free });

		expect(run.output[0]?.[0]?.json).toEqual({
			...{ tier: 'free', credits: 1_000_000 },
			...{ subscription_status: null, subscription_name: null, billing_interval: null },
			...{ current_period_end: null, cancel_at_period_end: null },
		});
	});

	it('asks once, however many items there are', async () => {
		const run = await account({ items: [imageItem(), imageItem(), imageItem()] });

		expect(run.output[0]?.map(({ json }) => json.tier)).toEqual(Array(3).fill('business'));
		expect(lab.accountReads()).toBe(1);
		expect(lab.kinds()).toEqual([]);
	});

	it("raw gives the API's answer", async () => {
		const run = await account({}, { options: { simplify: false } });

		expect(run.output[0]?.[0]?.json).toMatchObject({
			email: 'business@example.com',
			subscription: { price: { amount: 9900, currency: 'usd' } },
		});
	});

	it('asks again after what passes, and says what does not', async () => {
		lab.api.setFault('account', { status: 503 }, 2);
		expect((await account()).output[0]?.[0]?.json.tier).toBe('business');
		expect(lab.accountReads()).toBe(3);

		const unknown = await account({ apiKey: 'mhk_live_wrong' });
		expect(unknown.error?.message).toMatch(/^Could not read the account: .*\(401/);

		lab.api.setFault('account', { status: 404 });
		const old = await account();
		expect(old.error?.message).toMatch(/^Could not read the account: not found \(404/);
		expect(old.error?.description).toContain('has no accounts yet');
	});
});

describe('Estimate Credits', () => {
	const model = (value: string) => ({ model: { __rl: true, mode: 'list', value } });

	it.each([
		[{}, { model: 'default', duration: 5, resolution: '720p', audio: false, credits: null }],
		[
			{ ...model('kling-3.0'), duration: 10, resolution: '4k', audio: true },
			{ model: 'kling-3.0', duration: 10, resolution: '4k', audio: true, credits: 2880 },
		],
		[
			{ ...model('ltx-2.3'), duration: 5, resolution: '480p', audio: true },
			{ model: 'ltx-2.3', duration: 5, resolution: '480p', audio: true, credits: 120 },
		],
		[
			{ ...model('seedance-1.5'), duration: 4, resolution: '1080p', audio: true },
			{ model: 'seedance-1.5', duration: 4, resolution: '1080p', audio: true, credits: 720 },
		],
		[
			{ ...model('sora-2'), duration: 60 },
			{ model: 'sora-2', duration: 60, resolution: '720p', audio: false, credits: 7200 },
		],
		[
			{ ...model('sora-2'), duration: 10, options: { durationNotSupported: 'nearest' } },
			{ model: 'sora-2', duration: 8, resolution: '720p', audio: false, credits: 960 },
		],
		[
			{ ...model('ltx-2.5'), duration: 45 },
			{ model: 'ltx-2.5', duration: 45, resolution: '720p', audio: false, credits: null },
		],
	])('%j', async (parameters, expected) => {
		const run = await lab.run(
			{ operation: 'estimateCredits', ...parameters },
			{ items: [{ json: {} }] },
		);

		expect(run.error).toBeUndefined();
		expect(run.output[0]?.[0]?.json).toEqual({ ...expected, note: expect.any(String) as string });
		expect(lab.api.requests).toHaveLength(0);
	});

	it('says where the price depends on the plan', async () => {
		const run = await lab.run({ operation: 'estimateCredits', audio: true });

		expect(run.output[0]?.[0]?.json.credits).toBeNull();
		expect(run.output[0]?.[0]?.json.note).toContain('360 with kling-3.0 (paid plans)');
	});

	it('is what the API then charges', async () => {
		for (const value of ['kling-2.6', 'veo3.1', 'seedance-2.5', 'wan-2.2']) {
			const duration = value === 'veo3.1' ? 8 : 5;
			const run = await lab.run({ ...model(value), duration, waitForCompletion: false });
			const json = run.output[0]?.[0]?.json;
			expect(json?.credits_estimated).toBe(json?.credits_charged);
		}
	});

	it('refuses what the model does not make', async () => {
		const run = await lab.run({ operation: 'estimateCredits', ...model('sora-2'), duration: 5 });

		expect(run.error?.message).toContain('the nearest is 4');
		expect(lab.api.requests).toHaveLength(0);
	});
});
