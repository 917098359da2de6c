import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { writeSample } from '../../local-api/sample-image.mts';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { markedProcesses, markedProcessesAfter } from '../support/descendants.mts';
import { INTERRUPTED, NpmRun } from '../support/npm-run.mts';

jest.setTimeout(180_000);

const OUTPUT = join(PROJECT_DIRECTORY, 'demo-output');
const PNG_SIGNATURE = '89504e470d0a1a0a';
/** A video that takes long to render: the run is still on when a signal comes, however late that is. */
const LONG = ['--model', 'ltx-2.3', '--seconds', '30', '--resolution', '1080p'];

const runs: NpmRun[] = [];

afterAll(async () => {
	await Promise.all(runs.map((run) => run.remove()));
});

async function start(...args: string[]): Promise<NpmRun> {
	const run = await NpmRun.start('demo', args);
	runs.push(run);
	return run;
}

async function expectNothingLeft(run: NpmRun): Promise<void> {
	expect(await markedProcesses(run.mark)).toEqual([]);
	expect(await run.leftBehind()).toEqual([]);
}

describe('npm run demo', () => {
	it("makes a video of the sample picture in n8n's engine, and says so", async () => {
		const run = await start();
		const { exit, stdout, stderr } = await run.ended;

		expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.any(String) as string });
		expect(stdout).toContain('demo-output/sample.mp4');
		expect(stdout).toMatch(/Credits +240 charged, 240 estimated/);
		expect(stdout).toMatch(
			/Node +n8n-nodes-magic-hour\.imageToVideo of n8n-nodes-magic-hour \d+\.\d+\.\d+\n/,
		);
		expect(stdout).toMatch(/Engine +n8n-core \d+\.\d+\.\d+, n8n's own engine, /);
		expect(stdout).toMatch(
			/Stand-ins for n8n's nodes: Manual Trigger, Read\/Write Files from Disk\n/,
		);
		expect(stdout + stderr).not.toContain('mhk_');

		const probe = await probeVideo(join(OUTPUT, 'sample.mp4'));
		expect(Math.abs(probe.seconds - 5)).toBeLessThanOrEqual(0.2);
		expect(probe).toMatchObject({ width: 1280, height: 720, audio: false });
		const still = await readFile(join(OUTPUT, 'sample-still.png'));
		expect(still.subarray(0, 8).toString('hex')).toBe(PNG_SIGNATURE);
		await expectNothingLeft(run);
	});

	it('makes what is new since August: 45 seconds of ltx-2.5', async () => {
		const run = await start('--model', 'ltx-2.5', '--seconds', '45');
		const { exit, stdout } = await run.ended;

		expect(exit).toBe(0);
		expect(stdout).toMatch(/Credits +\d+ charged, unknown estimated/);
		const probe = await probeVideo(join(OUTPUT, 'sample.mp4'));
		expect(Math.abs(probe.seconds - 45)).toBeLessThanOrEqual(0.2);
		await expectNothingLeft(run);
	});

	it("takes one's own image and wishes", async () => {
		const folder = await mkdtemp(join(tmpdir(), 'own-image-'));
		const image = join(folder, 'my [own] image.jpg');
		await writeSample(image, { format: 'jpg', seed: 'another' });
		const wishes = ['--model', 'kling-3.0', '--seconds', '3', '--resolution', '1080p', '--audio'];
		const run = await start('--image', image, ...wishes, '--prompt', 'It rains');
		const { exit, stderr } = await run.ended;

		expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.any(String) as string });
		const probe = await probeVideo(join(OUTPUT, 'my [own] image.mp4'));
		expect(Math.abs(probe.seconds - 3)).toBeLessThanOrEqual(0.2);
		expect(probe).toMatchObject({ height: 1080, audio: true });
		await rm(folder, { recursive: true });
	});

	it('shows what the node says when it refuses the input', async () => {
		const run = await start('--model', 'sora-2', '--seconds', '5');
		const { exit, stdout, stderr } = await run.ended;

		expect(exit).toBe(1);
		expect(stderr).toContain('The workflow failed at Image To Video: ');
		expect(stderr).toMatch(/sora-2 makes 4, 8, 12, 24, 36, 48 or 60 seconds/);
		expect(stdout).not.toContain('.mp4');
		await expectNothingLeft(run);
	});

	it('refuses an option that there is not, and lists what there is', async () => {
		const { exit, stderr } = await (await start('--colour', 'red')).ended;

		expect(exit).toBe(1);
		expect(stderr).toContain("Unknown option '--colour'");
		expect(stderr).toContain('--resolution R');
	});

	it.each(['build the package', 'run the workflow'])(
		'leaves nothing behind after Ctrl-C at "%s"',
		async (stepTitle) => {
			const run = await start(...LONG);
			await run.prints(`… ${stepTitle}`);
			run.signal('SIGINT');
			const { exit } = await run.ended;

			expect(INTERRUPTED).toContain(exit);
			await expectNothingLeft(run);
		},
	);

	it('leaves no process behind when it is killed', async () => {
		const run = await start(...LONG);
		await run.prints('… run the workflow');
		run.signal('SIGKILL');
		await run.ended;

		expect(await markedProcessesAfter(run.mark, 10_000)).toEqual([]);
	});
});
