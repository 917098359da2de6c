import { link, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 5000;
/** A lock that was not touched for this long has lost its holder. Process ids would not tell: they are used again. */
const STALE_MS = 30_000;
const POLL_MS = 500;

interface FileLockOptions {
	signal?: AbortSignal | undefined;
	/** Called once when somebody else holds the lock. */
	onWait?: () => void;
}

/** Runs `work` in one process at a time. A holder that dies is replaced after half a minute. */
export async function withFileLock<T>(
	path: string,
	{ signal, onWait }: FileLockOptions,
	work: () => Promise<T>,
): Promise<T> {
	const own = `${path}.${process.pid}`;
	await writeFile(own, String(process.pid));
	try {
		for (let attempt = 0; !(await succeeds(() => link(own, path), 'EEXIST')); attempt++) {
			if (attempt === 0) onWait?.();
			if (await isStale(path)) await removeStale(path, `${own}.stale`);
			else await sleep(POLL_MS, undefined, { signal });
		}
		const heartbeat = setInterval(() => {
			const now = new Date();
			// A missed beat does no harm: the next is in time.
			void succeeds(() => utimes(path, now, now), 'ENOENT');
		}, HEARTBEAT_MS);
		try {
			return await work();
		} finally {
			clearInterval(heartbeat);
			await rm(path, { force: true });
		}
	} finally {
		await rm(own, { force: true });
	}
}

async function isStale(path: string): Promise<boolean> {
	let age = 0;
	await succeeds(async () => {
		age = Date.now() - (await stat(path)).mtimeMs;
	}, 'ENOENT');
	return age > STALE_MS;
}

/** Somebody else may have replaced the stale lock since we looked: then theirs is put back. */
async function removeStale(path: string, aside: string): Promise<void> {
	if (!(await succeeds(() => rename(path, aside), 'ENOENT'))) return;
	if (!(await isStale(aside))) await succeeds(() => link(aside, path), 'EEXIST');
	await rm(aside, { force: true });
}

/** False when `action` fails with this one error code; any other error is thrown. */
async function succeeds(action: () => Promise<void>, code: string): Promise<boolean> {
	try {
		await action();
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === code) return false;
		throw error;
	}
}
