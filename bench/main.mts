/** `npm run bench [NAME…]`: measures against the bounds of the project, each benchmark in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CACHE_DIRECTORY, N8N_VERSION } from '../tools/n8n/n8n-installation.mts';

const BENCHMARKS = [
	...['polling', 'batches', 'room', 'thousand', 'files', 'trigger', 'money'],
	...['scale', 'soak', 'burst', 'deaths'],
];

/** The Node that n8n is run with, where n8n is installed: memory and time are others on it. */
const ofN8n = join(CACHE_DIRECTORY, `n8n-${N8N_VERSION}`, 'node_modules', 'node', 'bin', 'node');
const node = existsSync(ofN8n) ? ofN8n : process.execPath;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name));
if (unknown.length > 0) {
	console.error(`No benchmark ${unknown.join(', ')}. There are: ${BENCHMARKS.join(', ')}`);
	process.exit(2);
}

// Ctrl-C reaches the benchmark too: it clears up, and then this goes on to its end.
const interruption = new AbortController();
process.on('SIGINT', () => {
	interruption.abort();
});

console.log(
	node === ofN8n
		? `On n8n's own Node: ${node}`
		: `n8n is not installed: on Node ${process.version}`,
);
const failed: string[] = [];
for (const name of wanted.length > 0 ? wanted : BENCHMARKS) {
	const begin = performance.now();
	const file = join(import.meta.dirname, `${name}.mts`);
	const child = spawn(node, ['--import', 'tsx', file], { stdio: 'inherit' });
	const [exitCode] = (await once(child, 'exit')) as [number | null];
	if (interruption.signal.aborted) process.exit(130);
	if (exitCode !== 0) failed.push(name);
	console.log(`\n(${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s)`);
}
console.log(failed.length === 0 ? '\nAll bounds are kept.' : `\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
