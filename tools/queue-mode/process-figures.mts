import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { until } from '../n8n/executions.mts';
import type { ProcessName, QueueMode } from './queue-mode.mts';

const MB = 1024 * 1024;

/** Of one process of n8n, at one moment. */
export interface ProcessFigures {
	/** MB in use after garbage was collected, buffers included. */
	readonly used: number;
	/** MB resident, at the same moment. */
	readonly resident: number;
	/** Seconds of CPU time so far. */
	readonly cpu: number;
	readonly openFiles: number;
	/** Files in its folder, without those of packages. */
	readonly files: number;
}

/** Settings of processes that can be asked for their figures. @param folder for the answers */
export function probeSettings(folder: string): Record<string, string> {
	const probe = pathToFileURL(join(import.meta.dirname, 'memory-probe.mjs'));
	return { NODE_OPTIONS: `--import=${probe.href}`, MEMORY_PROBE: folder };
}

/** Asks a process, which collects garbage for it. @param folder as told to {@link probeSettings} */
export async function figuresOf(
	cluster: QueueMode,
	name: ProcessName,
	folder: string,
): Promise<ProcessFigures> {
	const { server, userFolder } = cluster.process(name);
	const pid = await pidOf(server?.processGroup ?? NaN);
	const answer = join(folder, `${pid}.json`);
	await rm(answer, { force: true });
	process.kill(pid, 'SIGUSR2');
	const text = await until(`${name} to say what memory it uses`, async () =>
		(await readdir(folder)).includes(`${pid}.json`) ? await readFile(answer, 'utf8') : undefined,
	);
	type Answer = NodeJS.MemoryUsage & { cpu: number };
	const { heapUsed, external, rss, cpu } = JSON.parse(text) as Answer;
	const openFiles = await readdir(`/proc/${pid}/fd`);
	const entries = await readdir(userFolder, { recursive: true, withFileTypes: true });
	return {
		used: (heapUsed + external) / MB,
		resident: rss / MB,
		cpu: cpu / 1e6,
		openFiles: openFiles.length,
		files: entries.filter((each) => each.isFile() && !each.parentPath.includes('node_modules'))
			.length,
	};
}

/** The process of a group that is n8n: its leader only watches over it, and has the least memory. */
async function pidOf(group: number): Promise<number> {
	const { stdout } = await promisify(execFile)('pgrep', ['-g', String(group)]);
	const pids = stdout.trim().split('\n').map(Number);
	const resident = async (pid: number) =>
		Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
	const each = await Promise.all(pids.map(async (pid) => ({ pid, kB: await resident(pid) })));
	const [largest] = each.sort((a, b) => b.kB - a.kB);
	if (largest === undefined) throw new Error(`There is no process in group ${group}`);
	return largest.pid;
}

/** How many rows each table of n8n's database has. */
export async function rowsOf({ postgres }: QueueMode): Promise<Map<string, number>> {
	const tables = await postgres.query<{ name: string }>(
		`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name`,
	);
	const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) FROM "${name}"`);
	const rows = await postgres.query<{ name: string; count: number }>(counts.join(' UNION ALL '));
	return new Map(rows.map(({ name, count }) => [name, count]));
}
