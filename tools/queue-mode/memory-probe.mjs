// Loaded into a process of n8n by NODE_OPTIONS: on SIGUSR2 it collects garbage, and writes what memory is left in use, and
// what CPU time all but this took, to a file of the folder that MEMORY_PROBE names. See process-figures.mts.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Microseconds, all threads. */
const cpuTime = () => {
	const { user, system } = process.cpuUsage();
	return user + system;
};
let ownTime = 0;

process.on('SIGUSR2', () => {
	const begin = cpuTime();
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
	const figures = { ...process.memoryUsage(), cpu: begin - ownTime };
	const file = join(process.env.MEMORY_PROBE ?? '', `${process.pid}.json`);
	writeFileSync(`${file}.part`, JSON.stringify(figures));
	renameSync(`${file}.part`, file);
	ownTime += cpuTime() - begin;
});
