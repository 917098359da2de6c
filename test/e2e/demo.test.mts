import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { writeSample } from '../../local-api/sample-image.mts';
import { N8nRest } from '../../tools/n8n/n8n-rest.mts';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { markedProcesses, markedProcessesAfter } from '../support/descendants.mts';
import { until } from '../../tools/n8n/executions.mts';
import { INTERRUPTED, NpmRun } from '../support/npm-run.mts';

jest.setTimeout(180_000);

const OUTPUT = join(PROJECT_DIRECTORY, 'demo-output');
const GUARD = 'process-guard.mjs';
const PNG_SIGNATURE = '89504e470d0a1a0a';

const runs: NpmRun[] = [];

afterAll(async () => {
	await Promise.all(runs.map((run) => run.remove()));
});

async function startScript(script: string, args: readonly string[]): Promise<NpmRun> {
	const run = await NpmRun.start(script, args);
	runs.push(run);
	return run;
}

/** Resolves when a command of a run's step is there, with the guard that ends it. */
async function guarded({ mark }: NpmRun): Promise<void> {
	await until('a guarded command', async () => {
		const processes = await markedProcesses(mark);
		const guard = processes.find((each) => each.includes(GUARD));
		const command = guard?.split(`${GUARD} `)[1]?.trim();
		if (command === undefined) return undefined;
		return processes.some((each) => each !== guard && each.includes(command)) || undefined;
	});
}

describe('npm run demo -- --n8n', () => {
	const start = (...args: string[]): Promise<NpmRun> => startScript('demo', ['--n8n', ...args]);

	it('makes a video of the sample picture and says what it has done', async () => {
		const run = await start();
		const { exit, stdout, stderr } = await run.ended;

		expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.any(String) as string });
		expect(stdout).toContain('demo-output/sample.mp4');
		expect(stdout).toMatch(/Credits +\d+ charged, \d+ estimated/);
		expect(stdout).toContain('n8n-nodes-magic-hour.imageToVideo');
		expect(stdout).toMatch(/Engine +n8n 2\.\d+\.\d+, with the packed package installed/);
		expect(stdout + stderr).not.toContain('mhk_');

		const probe = await probeVideo(join(OUTPUT, 'sample.mp4'));
		expect(Math.abs(probe.seconds - 5)).toBeLessThanOrEqual(0.2);
		expect(probe).toMatchObject({ width: 1280, height: 720, audio: false });
		const still = await readFile(join(OUTPUT, 'sample-still.png'));
		expect(still.subarray(0, 8).toString('hex')).toBe(PNG_SIGNATURE);

		expect(await markedProcesses(run.mark)).toEqual([]);
		expect(await run.leftBehind()).toEqual([]);
	});

	it("takes one's own image and wishes", async () => {
		const folder = await mkdtemp(join(tmpdir(), 'own-image-'));
		// A name that n8n's file node would take for a pattern.
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
		const { exit, stdout, stderr } = await (
			await start('--model', 'sora-2', '--seconds', '5')
		).ended;

		expect(exit).toBe(1);
		expect(stderr).toContain('The workflow failed at Image To Video: ');
		expect(stderr).toMatch(/sora-2 makes 4, 8, 12, 24, 36, 48 or 60 seconds/);
		expect(stdout).not.toContain('.mp4');
	});

	it.each(['build and pack', 'run the workflow'])(
		'leaves nothing behind after Ctrl-C at "%s"',
		async (stepTitle) => {
			const run = await start();
			await run.prints(`… ${stepTitle}`);
			await guarded(run);
			run.signal('SIGINT');
			const { exit } = await run.ended;

			expect(INTERRUPTED).toContain(exit);
			expect(await markedProcesses(run.mark)).toEqual([]);
			expect(await run.leftBehind()).toEqual([]);
		},
	);

	it('leaves no process behind when it is killed', async () => {
		const run = await start();
		await run.prints('… run the workflow');
		await guarded(run);
		run.signal('SIGKILL');
		await run.ended;

		expect(await markedProcessesAfter(run.mark, 10_000)).toEqual([]);
	});
});

describe('npm run dev', () => {
	it('opens the editor, on another port when 5678 is taken, and leaves nothing behind after Ctrl-C', async () => {
		const squatter = createServer();
		// Somebody else's n8n may have it already: taken is taken.
		await new Promise<void>((resolve) => {
			squatter.once('listening', resolve).once('error', () => {
				resolve();
			});
			squatter.listen(5678, '127.0.0.1');
		});
		const run = await startScript('dev', []);
		await run.prints('Ctrl-C ends it all');
		const url = new URL(/Editor +(\S+)/.exec(run.stdout)?.[1] ?? '');
		expect(Number(url.port)).toBeGreaterThan(5678);
		const owner = {
			email: /E-mail +(\S+)/.exec(run.stdout)?.[1] ?? '',
			password: /Password +(\S+)/.exec(run.stdout)?.[1] ?? '',
		};
		const rest = new N8nRest(url.origin);
		await rest.logIn(owner);
		expect(await rest.nodeTypes()).toContain('n8n-nodes-magic-hour.imageToVideo');
		expect(await rest.workflowIds()).toContain(url.pathname.split('/').at(-1));
		run.signal('SIGINT');
		const { exit } = await run.ended;

		expect(INTERRUPTED).toContain(exit);
		expect(await markedProcesses(run.mark)).toEqual([]);
		expect(await run.leftBehind()).toEqual([]);
		squatter.close();
	});
});
