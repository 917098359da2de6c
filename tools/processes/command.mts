import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROJECT_DIRECTORY } from '../pack.mts';

export interface CommandOptions {
	/** What it prints goes to the terminal as it comes; otherwise it is collected, errors included. Default: yes. */
	readonly show?: boolean;
}

/** Runs a command in the project's folder, to its end, however it ends. */
export async function runCommand(
	command: string,
	args: readonly string[],
	{ show = true }: CommandOptions = {},
): Promise<{ exitCode: number | null; output: string }> {
	const child = spawn(command, args, {
		cwd: PROJECT_DIRECTORY,
		stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
	}
	const [exitCode] = (await once(child, 'close')) as [number | null];
	return { exitCode, output };
}
