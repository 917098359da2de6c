// `npm run dev`: n8n's editor with the packed package, a credential and the example workflow in it, until Ctrl-C.
// It takes the options of the demo that say what the video is to be.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { commandLine, demoUsage, parseDemoOptions } from '../tools/demo/demo-options.mts';
import { setUpN8nDemo } from '../tools/demo/n8n-demo.mts';
import { freePortFrom } from '../tools/processes/free-port.mts';
import { runProgram, type Program } from '../tools/processes/program.mts';
import { step } from '../tools/processes/progress.mts';

/** n8n's own. */
const PREFERRED_PORT = 5678;

async function main(program: Program): Promise<void> {
	const options = parseDemoOptions('dev', commandLine());
	if (options.help) {
		console.log(demoUsage('dev'));
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
	const rest = await step('start the editor', async () => {
		const started = await n8n.start(await freePortFrom(PREFERRED_PORT));
		await started.setUpOwner(owner);
		return started;
	});
	console.log(`
  Editor     ${rest.url}/workflow/${workflow.id}
  E-mail     ${owner.email}
  Password   ${owner.password}
  API        ${source.description}
  Video      ${files.videoFile}

  Ctrl-C ends it all; what was changed in the editor is gone then.
`);
	await once(program.signal, 'abort');
}

await runProgram(main);
