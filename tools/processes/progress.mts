const REDRAW_MS = 1000;
/** Where lines cannot be redrawn (a log file, CI), a long step says this often that it is still on. */
const REMINDER_MS = 30_000;

/** "3.2 s", "2 min 05 s". */
export function formatSeconds(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Shows what is being done and for how long: on standard error, so that a program's result can be piped on. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
	const startedAt = performance.now();
	const elapsed = (): string => formatSeconds(performance.now() - startedAt);
	const { isTTY } = process.stderr;
	const show = (line: string): void => {
		process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
	};

	show(`  … ${title}`);
	const timer = setInterval(
		() => {
			show(`  … ${title} (${elapsed()})`);
		},
		isTTY ? REDRAW_MS : REMINDER_MS,
	);
	try {
		const result = await work();
		show(`  ✓ ${title} (${elapsed()})`);
		return result;
	} catch (error) {
		show(`  ✗ ${title} (${elapsed()})`);
		throw error;
	} finally {
		clearInterval(timer);
		if (isTTY) process.stderr.write('\n');
	}
}
