import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Set in a process's environment, it marks everything that this process starts, however it detaches itself. */
export const MARK_VARIABLE = 'E2E_PROCESS_MARK';

const POLL_MS = 100;

/** The command lines of living processes that carry the mark (Linux: read from /proc). */
export async function markedProcesses(mark: string): Promise<string[]> {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	const found: string[] = [];
	for (const pid of pids) {
		const [environment, command] = await Promise.all(
			['environ', 'cmdline'].map((file) => readProcessFile(pid, file)),
		);
		if (environment?.includes(`${MARK_VARIABLE}=${mark}`)) {
			found.push(`${pid} ${(command ?? '').replaceAll('\0', ' ')}`);
		}
	}
	return found;
}

/** What is left of them after at most `milliseconds`. */
export async function markedProcessesAfter(mark: string, milliseconds: number): Promise<string[]> {
	const until = Date.now() + milliseconds;
	for (;;) {
		const left = await markedProcesses(mark);
		if (left.length === 0 || Date.now() > until) return left;
		await sleep(POLL_MS);
	}
}

async function readProcessFile(pid: string, file: string): Promise<string | undefined> {
	try {
		return await readFile(`/proc/${pid}/${file}`, 'latin1');
	} catch (error) {
		// It ended meanwhile, or it is somebody else's.
		if (
			['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
		) {
			return undefined;
		}
		throw error;
	}
}
