/**
 * Whether each video is paid once and none is lost, over many chains of faults, n8n's own tries, stops and retries by a
 * person: the engine test `random-money`, at length. MONEY_SEED repeats a run; MONEY_CHAINS is how many for each node.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { FIGURES_FILE, type Figures } from '../tools/engine/money-figures.mts';
import { PROJECT_DIRECTORY } from '../tools/pack.mts';
import { printTable } from './table.mts';

const CHAINS = process.env.MONEY_CHAINS ?? '2000';
const SEED = process.env.MONEY_SEED ?? String(Math.floor(Math.random() * 1e9));

/** 2,000 chains for each node took 17 minutes on a machine that others used, too. */
const SECONDS_A_CHAIN = 0.26;
const minutes = (2 * Number(CHAINS) * SECONDS_A_CHAIN) / 60;
console.log(`${CHAINS} chains for each of two nodes: about ${Math.ceil(minutes)} min`);

await rm(FIGURES_FILE, { force: true });
const jest = join(
	dirname(createRequire(import.meta.url).resolve('jest/package.json')),
	'bin',
	'jest.js',
);
const test = ['--selectProjects', 'engine', '--testPathPatterns', 'engine/random-money'];
const child = spawn(process.execPath, [jest, ...test], {
	cwd: PROJECT_DIRECTORY,
	env: { ...process.env, MONEY_CHAINS: CHAINS, MONEY_SEED: SEED },
	stdio: 'inherit',
});
const [exitCode] = (await once(child, 'exit')) as [number | null];
const figures = JSON.parse(await readFile(FIGURES_FILE, 'utf8')) as Figures;
printTable(
	`Money, seed ${SEED}`,
	['', 'count'],
	[
		['chains of executions', figures.chains],
		['executions, retries by a person included', figures.executions],
		['stopped by a person', figures.stops],
		['videos wanted', figures.videosWanted],
		['create requests at the API', figures.creates],
		['of these, certain to have created nothing', figures.refused],
		['projects that are charged', figures.paid],
		['projects that failed or were canceled', figures.ended],
		['projects whose ID no answer gave; the log has their names', figures.unknown],
		['videos in the last output', figures.delivered],
		['problems', figures.problems],
	],
);
process.exitCode = exitCode === 0 && figures.problems === 0 ? 0 : 1;
