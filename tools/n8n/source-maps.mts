import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import manifest from '../../package.json';
import { PROJECT_DIRECTORY } from '../pack.mts';
import { run } from '../processes/child-processes.mts';
import { cleanEnvironment } from '../processes/environment.mts';

/**
 * Compiles the package anew where n8n has it installed, now with source maps that name the sources in this repository:
 * breakpoints set here bind there. What is packed and published is built without any.
 * @param nodesDirectory <user folder>/.n8n/nodes
 */
export async function addSourceMaps(nodesDirectory: string, signal?: AbortSignal): Promise<void> {
	const installed = join(nodesDirectory, 'node_modules', manifest.name);
	const args = [
		join(PROJECT_DIRECTORY, 'node_modules', 'typescript', 'bin', 'tsc'),
		...['--outDir', join(installed, 'dist')],
		// Types were looked at when the package was built.
		...['--noCheck', '--inlineSourceMap'],
		...['--sourceRoot', pathToFileURL(join(PROJECT_DIRECTORY, '/')).href],
	];
	await run(process.execPath, args, {
		cwd: PROJECT_DIRECTORY,
		env: cleanEnvironment(),
		logFile: join(nodesDirectory, 'source-maps.log'),
		signal,
	});
}
