import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Runs a program of this folder in a process of its own and returns what it sends. It can collect garbage by `gc()`.
 * @param settings told to it as JSON, in its first argument
 */
export async function measureInChild<Result>(file: string, settings: object): Promise<Result> {
	const child = fork(join(import.meta.dirname, file), [JSON.stringify(settings)], {
		execArgv: [...process.execArgv, '--expose-gc'],
	});
	let result: Result | undefined;
	child.once('message', (message) => (result = message as Result));
	await once(child, 'close');
	if (result === undefined) throw new Error(`${file} ended without a result`);
	return result;
}
