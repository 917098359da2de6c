// `npm run demo`: an image in, an MP4 out, in n8n's engine or in a real n8n. See demoUsage for its options.
import { rm, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { probeVideo, type Probe } from '../local-api/probe.mts';
import { commandLine, demoUsage, parseDemoOptions } from '../tools/demo/demo-options.mts';
import { failOnError, type Demo } from '../tools/demo/demo.mts';
import { setUpEngineDemo } from '../tools/demo/engine-demo.mts';
import { setUpN8nDemo } from '../tools/demo/n8n-demo.mts';
import { EXAMPLE_NODES } from '../tools/n8n/example-workflow.mts';
import type { N8nExecution } from '../tools/n8n/n8n.mts';
import { runProgram, type Program } from '../tools/processes/program.mts';
import { formatSeconds, step } from '../tools/processes/progress.mts';

interface DemoResult {
	probe: Probe;
	execution: N8nExecution;
	/** From the start of the program, in milliseconds. */
	elapsed: number;
}

async function main(program: Program): Promise<void> {
	const startedAt = performance.now();
	const options = parseDemoOptions('demo', commandLine());
	if (options.help) {
		console.log(demoUsage('demo'));
		return;
	}

	const demo = await (options.n8n ? setUpN8nDemo : setUpEngineDemo)(program, options);
	const { videoFile, stillFile } = demo.files;
	await Promise.all([videoFile, stillFile].map((file) => rm(file, { force: true })));
	const execution = await step(`run the workflow with ${demo.source.description}`, async () => {
		const ended = await demo.execute();
		failOnError(ended);
		return ended;
	});
	const probe = await step('decode the video and keep a still', () =>
		probeVideo(videoFile, { stillPath: stillFile }),
	);
	console.log(await summary(demo, { probe, execution, elapsed: performance.now() - startedAt }));
}

async function summary(
	{ engine, files, package: ours, workflow }: Demo,
	{ probe, execution, elapsed }: DemoResult,
): Promise<string> {
	const { runData } = execution.data.resultData;
	const [run] = runData[EXAMPLE_NODES.generate] ?? [];
	const answer = run?.data?.main[0]?.[0]?.json;
	const node = workflow.nodes.find(({ name }) => name === EXAMPLE_NODES.generate);
	if (run === undefined || answer === undefined || node === undefined) {
		throw new Error('n8n did not run the Image To Video node');
	}
	const megabytes = (await stat(files.videoFile)).size / 1e6;
	const sound = probe.audio ? `sound (${probe.audioCodec ?? 'unknown'})` : 'no sound';
	const rows: [string, string][] = [
		['Video', `${shown(files.videoFile)} (${megabytes.toFixed(2)} MB)`],
		[
			'',
			`${probe.seconds.toFixed(2)} s, ${probe.width} × ${probe.height}, ${probe.codec}, ${sound}`,
		],
		['Still', shown(files.stillFile)],
		[
			'Credits',
			`${credits(answer.credits_charged)} charged, ${credits(answer.credits_estimated)} estimated`,
		],
		['Time', `${formatSeconds(run.executionTime)} in the node, ${formatSeconds(elapsed)} in all`],
		['Node', `${node.type} of ${ours.name} ${ours.version}`],
		...engine.map((line, index): [string, string] => [index === 0 ? 'Engine' : '', line]),
		['Project', String(answer.id)],
	];
	return ['', ...rows.map(([label, value]) => `  ${label.padEnd(9)}${value}`), ''].join('\n');
}

const credits = (value: unknown): string => (typeof value === 'number' ? String(value) : 'unknown');

const shown = (path: string): string => relative(process.cwd(), path);

await runProgram(main);
