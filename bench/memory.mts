/**
 * Most memory that a process of n8n-core's engine needs for one item with a large file, against one with a small file.
 * Every run is a process of its own; the runs take turns, and the median of each counts.
 */
import { countOf, startApi } from './api.mts';
import { measureInChild } from './measured-child.mts';
import type { MemoryResult, MemorySettings } from './memory-run.mts';
import { checkBounds, printTable } from './table.mts';

const MB = 1024 * 1024;
const SPEED = 20;
const JOB_SECONDS = 20;
const REPEATS = 3;
const MOST_MORE_MB = 40;

interface Case {
	readonly name: string;
	readonly imageBytes: number;
	readonly videoBytes: number;
	readonly peaks: number[];
}

const SMALL: Case = { name: '1 MB up, 1 MB down', imageBytes: MB, videoBytes: MB, peaks: [] };
const DOWN: Case = { ...SMALL, name: '300 MB down', videoBytes: 300 * MB, peaks: [] };
const UP: Case = { ...SMALL, name: '200 MB up', imageBytes: 200 * MB, peaks: [] };
const CASES = [SMALL, DOWN, UP];

const api = await startApi({ speed: SPEED, jobSeconds: JOB_SECONDS });
const settings = { api: { url: api.url, keys: api.keys }, speed: SPEED };
for (let repeat = 0; repeat < REPEATS; repeat++) {
	for (const { imageBytes, videoBytes, peaks } of CASES) {
		await api.reset();
		await api.setFault('download', { padTo: videoBytes });
		const { peak } = await measureInChild<MemoryResult>('memory-run.mts', {
			...settings,
			imageBytes,
		} satisfies MemorySettings);
		peaks.push(peak / MB);

		const requests = await api.requests();
		const uploaded = requests.find(({ kind }) => kind === 'upload')?.bytes;
		if (uploaded !== imageBytes) throw new Error(`${uploaded ?? 0} bytes were uploaded`);
		if (countOf(requests, 'download', 200) !== 1) throw new Error('There was not one download');
	}
}
await api.close();

const median = ({ peaks }: Case) => [...peaks].sort((a, b) => a - b)[1] ?? NaN;
printTable(
	`Memory: most resident memory of a process, in MB (median of ${REPEATS})`,
	['', 'peak', 'runs', 'x 1 MB', 'more than 1 MB'],
	CASES.map((one) => [
		one.name,
		median(one).toFixed(0),
		one.peaks.map((peak) => peak.toFixed(0)).join(' '),
		(median(one) / median(SMALL)).toFixed(2),
		(median(one) - median(SMALL)).toFixed(0),
	]),
);
checkBounds(
	[DOWN, UP].map((one) => ({
		name: `${one.name}: more than for 1 MB`,
		value: median(one) - median(SMALL),
		atMost: MOST_MORE_MB,
		unit: 'MB',
	})),
);
