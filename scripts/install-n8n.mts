// `node --import tsx scripts/install-n8n.mts [VERSION]`: installs n8n ahead of the first demo or test.
import { ensureN8nInstallation, N8N_VERSION } from '../tools/n8n/n8n-installation.mts';
import { runProgram } from '../tools/processes/program.mts';

await runProgram(async ({ signal }) => {
	const version = process.argv[2] ?? N8N_VERSION;
	const installation = await ensureN8nInstallation({ version, signal });
	console.log(`n8n ${version} is in ${installation.directory}`);
});
