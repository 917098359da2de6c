// `npm run demo`: an image in, an MP4 out, in a real n8n with the packed package. See DEMO_USAGE for its options.
import { rm, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { probeVideo, type Probe } from '../local-api/probe.mts';
import { DEMO_USAGE, parseDemoOptions } from '../tools/demo/demo-options.mts';
import { setUpDemo, type DemoSetUp } from '../tools/demo/demo-set-up.mts';
import { EXAMPLE_NODES } from '../tools/n8n/example-workflow.mts';
import type { N8nExecution } from '../tools/n8n/n8n.mts';
import { runProgram, UsageError, type Program } from '../tools/processes/program.mts';
import { formatSeconds, step } from '../tools/processes/progress.mts';

interface DemoResult {
	probe: Probe;
	execution: N8nExecution;
	/** From the start of the program, in milliseconds. */
	elapsed: number;
}

async function main(program: Program): Promise<void> {
	const startedAt = performance.now();
	// npm changes to the project's folder, but a path is meant from where the user is.
	const directory = process.env.INIT_CWD ?? process.cwd();
	const options = parseDemoOptions(process.argv.slice(2), directory);
	if (options.help) {
		console.log(DEMO_USAGE);
		return;
	}

	const demo = await setUpDemo(program, options);
	await Promise.all([demo.videoFile, demo.stillFile].map((file) => rm(file, { force: true })));
	const execution = await step(`run the workflow with ${demo.source.description}`, async () => {
		const ended = await demo.n8n.execute(demo.workflow.id);
		failOnError(ended);
		return ended;
	});
	const probe = await step('decode the video and keep a still', () =>
		probeVideo(demo.videoFile, { stillPath: demo.stillFile }),
	);
	console.log(await summary(demo, { probe, execution, elapsed: performance.now() - startedAt }));
}

/** @throws UsageError with what n8n would show at the node that failed */
function failOnError({ status, data: { resultData } }: N8nExecution): void {
	if (status === 'success') return;
	const { error, lastNodeExecuted } = resultData;
	const node = error?.node?.name ?? lastNodeExecuted ?? 'a node';
	const message = error?.message ?? `the execution ended as "${status}"`;
	const description = error?.description ?? '';
	throw new UsageError(`The workflow failed at ${node}: ${message}\n${description}`.trimEnd());
}

async function summary(
	demo: DemoSetUp,
	{ probe, execution, elapsed }: DemoResult,
): Promise<string> {
	const { runData } = execution.data.resultData;
	const [run] = runData[EXAMPLE_NODES.generate] ?? [];
	const answer = run?.data?.main[0]?.[0]?.json;
	const node = demo.workflow.nodes.find(({ name }) => name === EXAMPLE_NODES.generate);
	if (run === undefined || answer === undefined || node === undefined) {
		throw new Error('n8n did not run the Image To Video node');
	}
	const megabytes = (await stat(demo.videoFile)).size / 1e6;
	const sound = probe.audio ? `sound (${probe.audioCodec ?? 'unknown'})` : 'no sound';
	const rows: [string, string][] = [
		['Video', `${shown(demo.videoFile)} (${megabytes.toFixed(2)} MB)`],
		[
			'',
			`${probe.seconds.toFixed(2)} s, ${probe.width} × ${probe.height}, ${probe.codec}, ${sound}`,
		],
		['Still', shown(demo.stillFile)],
		[
			'Credits',
			`${credits(answer.credits_charged)} charged, ${credits(answer.credits_estimated)} estimated`,
		],
		['Time', `${formatSeconds(run.executionTime)} in the node, ${formatSeconds(elapsed)} in all`],
		[
			'Node',
			`${node.type} of ${demo.packed.name} ${demo.packed.version}, in n8n ${demo.installation.version}`,
		],
		['Project', String(answer.id)],
	];
	return ['', ...rows.map(([label, value]) => `  ${label.padEnd(9)}${value}`), ''].join('\n');
}

const credits = (value: unknown): string => (typeof value === 'number' ? String(value) : 'unknown');

const shown = (path: string): string => relative(process.cwd(), path);

await runProgram(main);
