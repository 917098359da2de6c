import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import CORES from './cores.json';
import type { CompatResult } from './results.mts';
import { setUpN8nDemo } from '../demo/n8n-demo.mts';
import { runJestProjects } from '../jest-projects.mts';
import { N8N_VERSION } from '../n8n/n8n-installation.mts';
import { ARTEFACTS_DIRECTORY } from '../pack.mts';
import type { Program } from '../processes/program.mts';

/** The oldest n8n that installs from the npm registry today. */
export const OLDEST_N8N = '2.33.7';
const SECONDS = 3;

/** Asked for by its name, such as "core-2.0.0". */
export interface Trial extends Pick<CompatResult, 'name' | 'version' | 'how'> {
	readonly run: (program: Program) => Promise<Outcome>;
}

type Outcome = Pick<CompatResult, 'works' | 'result'>;

/** From the oldest version to the newest. */
export const TRIALS: readonly Trial[] = [
	...CORES.versions.map(
		(version): Trial => ({
			name: `core-${version}`,
			version: `n8n-core ${version}`,
			how: `engine tests: ${CORES.tests.join(', ')}`,
			run: () => tryEngine(`core-${version}`),
		}),
	),
	...[OLDEST_N8N, N8N_VERSION].map(
		(version): Trial => ({
			name: `n8n-${version}`,
			version: `n8n ${version}`,
			how: 'packed package in n8n, the example workflow',
			run: (program) => tryExample(program, version),
		}),
	),
];

/** Runs the engine tests against another n8n-core. */
async function tryEngine(project: string): Promise<Outcome> {
	const { exitCode, counts } = await runJestProjects([project]);
	if (counts === undefined) return { works: false, result: `Jest ended with ${exitCode}` };
	return {
		works: exitCode === 0 && counts.numTotalTestSuites === CORES.tests.length,
		result: `${counts.numPassedTests} of ${counts.numTotalTests} tests passed`,
	};
}

/** Installs the packed package into a real n8n and runs the example workflow against the local API. */
async function tryExample(program: Program, version: string): Promise<Outcome> {
	// Nothing here may cost credits.
	delete process.env.MAGIC_HOUR_API_KEY;
	const wishes = { model: 'ltx-2.3', seconds: SECONDS, resolution: '480p', help: false };
	const demo = await setUpN8nDemo(program, wishes, {
		n8nVersion: version,
		// Not among those of a demo that is run meanwhile.
		outputDirectory: join(ARTEFACTS_DIRECTORY, `example-${version}`),
	});
	const { status, data } = await demo.n8n.execute(demo.workflow.id);
	if (status !== 'success') {
		const error = data.resultData.error?.message ?? 'no message';
		return { works: false, result: `ended as ${status}: ${error}` };
	}
	const { seconds, codec } = await probeVideo(demo.files.videoFile);
	return {
		works: Math.abs(seconds - SECONDS) <= 0.2,
		result: `a video of ${seconds.toFixed(2)} s (${codec})`,
	};
}
