import type { Project } from '../../../../nodes/shared/api/schemas.ts';
import { MagicHourClient } from '../../../../nodes/shared/api/client.ts';
import { ProjectError, RequestError, AbortError } from '../../../../nodes/shared/lib/errors.ts';
import {
	finished,
	followProject,
	getProject,
	isUnfinished,
	ProjectFailedError,
	resumeHint,
	waitForProject,
} from '../../../../nodes/shared/generation/waitForProject.ts';
import { failureOf, rejectionOf } from '../../../support/failure-of.mts';
import { FakeClock } from '../../../support/fake-clock.mts';
import { FakeTransport } from '../../../support/fake-transport.mts';

const ID = 'p1';
const HALF_AN_HOUR = 1_800_000;

/** A project at a server that is asked through a real client, over a transport that is not. */
function lab(statusAt: (elapsed: number) => Partial<Project>, requestTime = 0) {
	const clock = new FakeClock();
	const begun = clock.now();
	const asked: number[] = [];
	const transport = new FakeTransport();
	transport.answerWith(() => {
		const elapsed = clock.now() - begun;
		asked.push(elapsed);
		clock.advance(requestTime);
		return { json: { id: ID, downloads: [], ...statusAt(elapsed) } };
	});
	const client = new MagicHourClient(transport, clock);
	const wait = async (timeout = HALF_AN_HOUR, signal?: AbortSignal, createdAt = begun) =>
		await waitForProject(client, clock, ID, createdAt, { deadline: begun + timeout, signal });
	return { clock, begun, asked, client, wait };
}

const done = (seconds: number) => (elapsed: number) => ({
	status: elapsed < seconds * 1_000 ? ('rendering' as const) : ('complete' as const),
});

describe('waiting for a project', () => {
	test.each([1, 3, 8, 20, 45, 74, 120, 300, 600, 1_799])('of %i s', async (seconds) => {
		const { wait, asked } = lab(done(seconds));
		await expect(wait()).resolves.toMatchObject({ id: ID, status: 'complete' });
		const lost = (asked.at(-1) ?? Infinity) / 1_000 - seconds;
		expect(lost).toBeLessThanOrEqual(Math.max(2, seconds * 0.05));
	});

	test('of 74 s takes at most 45 requests', async () => {
		const { wait, asked } = lab(done(74));
		await wait();
		expect(asked.length).toBeLessThanOrEqual(45);
	});

	test.each([300, 1_500, 10_000])('loses no more when requests take %i ms', async (requestTime) => {
		for (let seconds = 1; seconds <= 600; seconds *= 1.07) {
			const { wait, asked } = lab(done(seconds), requestTime);
			await wait();
			const lost = (asked.at(-1) ?? Infinity) - seconds * 1_000;
			expect(lost).toBeLessThanOrEqual(Math.max(2_000, seconds * 50, requestTime));
		}
	});

	test('that was created long ago goes by its age', async () => {
		const { wait, asked, begun } = lab(done(60));
		await wait(HALF_AN_HOUR, undefined, begun - 600_000);
		expect(asked).toEqual([30_000, 60_000]);
	});

	test.each(['draft', 'queued', 'rendering'] as const)('goes on while it is %s', async (status) => {
		const { wait, asked } = lab((elapsed) => ({ status: elapsed < 30_000 ? status : 'complete' }));
		await expect(wait()).resolves.toMatchObject({ status: 'complete' });
		expect(asked.length).toBeGreaterThan(1);
	});

	test('ends with what ended it', async () => {
		const { wait } = lab(() => ({ status: 'canceled' }));
		await rejectionOf(ProjectFailedError, wait());
	});

	test.each([1, 60, 1_800])('gives up at the deadline, after %i s', async (seconds) => {
		const { wait, clock, begun } = lab(() => ({ status: 'rendering' }));
		const failure = await rejectionOf(ProjectError, wait(seconds * 1_000));
		expect(clock.now() - begun).toBe(seconds * 1_000);
		expect(failure).not.toBeInstanceOf(ProjectFailedError);
		expect(failure.projectId).toBe(ID);
		expect(failure.message).toBe(`Project ${ID} is still rendering after ${seconds} s of waiting`);
		expect(failure.hint).toContain(resumeHint(ID));
		expect(failure.hint).toContain('Timeout');
	});

	test('looks once more at the deadline, so that a video that is ready is not missed', async () => {
		const { wait } = lab(done(59.9));
		await expect(wait(60_000)).resolves.toMatchObject({ status: 'complete' });
	});

	test('with a deadline that has passed it looks once', async () => {
		const { wait, asked } = lab(done(0));
		await expect(wait(0)).resolves.toMatchObject({ status: 'complete' });
		expect(asked).toHaveLength(1);
	});

	test('ends when the execution is stopped, without another request', async () => {
		const stop = new AbortController();
		const { wait, asked } = lab((elapsed) => {
			if (elapsed > 30_000) stop.abort();
			return { status: 'rendering' };
		});
		await rejectionOf(AbortError, wait(HALF_AN_HOUR, stop.signal));
		expect(asked.filter((elapsed) => elapsed > 30_000)).toHaveLength(1);
	});
});

describe('following a project that was created some time ago', () => {
	const follow = ({ client, clock }: ReturnType<typeof lab>) =>
		followProject(client, clock, ID, { deadline: clock.now() + HALF_AN_HOUR });
	const at = (time: number) => new Date(time).toISOString();
	const AS_OF_A_NEW_ONE = [0, 1_000, 2_000, 3_000];

	test('looks before it waits', async () => {
		const it = lab(done(0));
		await expect(follow(it)).resolves.toMatchObject({ status: 'complete' });
		expect(it.asked).toEqual([0]);
	});

	test('fails at once when the project has failed', async () => {
		const it = lab(() => ({ status: 'error' }));
		await rejectionOf(ProjectFailedError, follow(it));
		expect(it.asked).toEqual([0]);
	});

	test.each<[string, (now: number) => string | undefined, number[]]>([
		['ten minutes old', (now) => at(now - 600_000), [0, 30_000]],
		['new', at, AS_OF_A_NEW_ONE],
		['from the future (a clock that is wrong)', (now) => at(now + 600_000), AS_OF_A_NEW_ONE],
		['of unknown age', () => undefined, AS_OF_A_NEW_ONE],
		['of unreadable age', () => 'yesterday', AS_OF_A_NEW_ONE],
	])('%s', async (_, createdAt, expected) => {
		const created = createdAt(new FakeClock().date());
		const it = lab((elapsed) => ({ ...done(3)(elapsed), created_at: created }));
		await expect(follow(it)).resolves.toMatchObject({ status: 'complete' });
		expect(it.asked).toEqual(expected);
	});
});

describe('a project that can not be asked for', () => {
	const answering = (status: number) => {
		const clock = new FakeClock();
		const transport = new FakeTransport();
		transport.answerWith(() => ({ status, json: { message: 'No luck' } }));
		const client = new MagicHourClient(transport, clock);
		return getProject(client, ID, { deadline: clock.now() + 60_000 });
	};

	test.each([401, 403, 500, 503])('%i keeps its id, and says how to go on', async (status) => {
		const failure = await rejectionOf(ProjectError, answering(status));
		expect(failure).toMatchObject({ projectId: ID, status });
		expect(failure.message).toContain('No luck');
		expect(failure.hint).toContain(resumeHint(ID));
	});

	test('404: going on makes no sense', async () => {
		const failure = await rejectionOf(ProjectError, answering(404));
		expect(failure.hint).not.toContain(resumeHint(ID));
		expect(failure.hint).toContain('project ID');
	});

	test('a bug stays a bug', async () => {
		const client = { project: async () => await Promise.reject(new TypeError('bug')) };
		const asked = getProject(client as unknown as MagicHourClient, ID, { deadline: 0 });
		expect(await rejectionOf(TypeError, asked)).not.toBeInstanceOf(RequestError);
	});
});

describe('how a project ended', () => {
	const project = (fields: Partial<Project>): Project => ({
		id: ID,
		status: 'error',
		downloads: [],
		raw: {},
		unreadable: [],
		...fields,
	});
	const ended = (fields: Partial<Project>) =>
		failureOf(ProjectFailedError, () => finished(project(fields)));

	test('complete', () => {
		const complete = project({ status: 'complete' });
		expect(finished(complete)).toBe(complete);
	});

	test("error: the API's code and message", () => {
		const error = { code: 'no_source_face', message: 'No face was found' };
		const failure = ended({ error });
		expect(failure.message).toBe(`Project ${ID} failed: No face was found (no_source_face)`);
		expect(failure.projectId).toBe(ID);
	});

	test('error without a reason', () => {
		expect(ended({}).message).toBe(`Project ${ID} failed`);
	});

	test.each([
		[{ code: 'no_source_face' }, 'no_source_face'],
		[{ message: 'No face was found' }, 'No face was found'],
	])('error with half a reason: %j', (error, says) => {
		expect(ended({ error }).message).toBe(`Project ${ID} failed: ${says}`);
	});

	test('canceled', () => {
		const failure = ended({ status: 'canceled' });
		expect(failure.message).toBe(`Project ${ID} was canceled`);
		expect(failure.hint).toContain('not by n8n');
	});

	test.each([
		[0, /^The credits were refunded/],
		[240, /240 credits are charged/],
		[null, /does not say whether credits were refunded/],
		[undefined, /does not say whether credits were refunded/],
	])('%p credits charged', (credits_charged, says) => {
		for (const status of ['error', 'canceled'] as const) {
			expect(ended({ status, credits_charged }).hint).toMatch(says);
		}
	});

	test.each([
		[0, 'refunded'],
		[null, 'refunded'],
		[undefined, 'refunded'],
		[240, 'charged'],
		['240', 'charged'],
		['240 credits', 'charged'],
		[{ credits: 240 }, 'charged'],
	])('%j credits charged, of a failed one: %s', async (charged, outcome) => {
		const answer = { status: 'error', credits_charged: charged } as Partial<Project>;
		const failure = await rejectionOf(ProjectFailedError, lab(() => answer).wait());
		expect(failure.outcome).toBe(outcome);
	});

	test.each<[Project['status'], boolean]>([
		['draft', true],
		['queued', true],
		['rendering', true],
		['complete', false],
		['error', false],
		['canceled', false],
	])('%s: unfinished %s', (status, unfinished) => {
		expect(isUnfinished({ status })).toBe(unfinished);
	});
});
