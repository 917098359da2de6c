// `npm run dev`: n8n's editor with the packed package, a credential and the example workflow in it, until Ctrl-C.
// It takes the options of the demo that say what the video is to be. With --inspect, a debugger can attach to n8n: see
// CONTRIBUTING.md.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { commandLine, demoUsage, parseDemoOptions } from '../tools/demo/demo-options.mts';
import { setUpN8nDemo } from '../tools/demo/n8n-demo.mts';
import { addSourceMaps } from '../tools/n8n/source-maps.mts';
import { freePortFrom } from '../tools/processes/free-port.mts';
import { runProgram, type Program } from '../tools/processes/program.mts';
import { step } from '../tools/processes/progress.mts';

/** n8n's own. */
const PREFERRED_PORT = 5678;
/** What debuggers expect, .vscode/launch.json too. */
const PREFERRED_INSPECT_PORT = 9229;
const INSPECT = '--inspect';

async function main(program: Program): Promise<void> {
	const line = commandLine();
	const inspect = line.args.includes(INSPECT);
	const options = parseDemoOptions('dev', {
		...line,
		args: line.args.filter((arg) => arg !== INSPECT),
	});
	if (options.help) {
		console.log(`${demoUsage('dev')}\nWith ${INSPECT}, a debugger can attach to n8n.`);
		return;
	}

	const { n8n, workflow, source, files } = await setUpN8nDemo(program, options, {
		codeNodes: true,
	});
	// n8n wants a capital and a digit in it.
	const owner = {
		email: 'owner@example.com',
		password: `A1${randomBytes(9).toString('base64url')}`,
	};
	const inspectPort = inspect ? await freePortFrom(PREFERRED_INSPECT_PORT) : undefined;
	if (inspect) {
		await step('compile the package with source maps', () =>
			addSourceMaps(n8n.nodesDirectory, program.signal),
		);
	}
	const rest = await step('start the editor', async () => {
		const started = await n8n.start(await freePortFrom(PREFERRED_PORT), inspectPort);
		await started.setUpOwner(owner);
		return started;
	});
	console.log(`
  Editor     ${rest.url}/workflow/${workflow.id}
  E-mail     ${owner.email}
  Password   ${owner.password}
  API        ${source.description}
  Video      ${files.videoFile}
${inspect ? `  Debugger   127.0.0.1:${String(inspectPort)}\n` : ''}
  Ctrl-C ends it all; what was changed in the editor is gone then.
`);
	await once(program.signal, 'abort');
}

await runProgram(main);
