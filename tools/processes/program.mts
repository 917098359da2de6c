import { setTimeout as sleep } from 'node:timers/promises';

/** What a command-line program is given to end cleanly. */
export interface Program {
	/** Aborted by Ctrl-C; its reason is an Interrupted. */
	readonly signal: AbortSignal;
	/** Registers what is to be undone when the program ends, fails or is interrupted; undone last first. */
	atEnd(undo: () => Promise<void> | void): void;
}

class Interrupted extends Error {
	override name = 'Interrupted';

	constructor(readonly exitCode: number) {
		super('Interrupted');
	}
}

/** An error that is the user's to mend: shown without a stack. */
export class UsageError extends Error {
	override name = 'UsageError';
}

/** Longer than a process is given to end. */
const SETTLE_MS = 10_000;
/** 128 + the signal's number, as shells do. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a command-line program and leaves nothing behind, however it ends. A second Ctrl-C changes nothing: npm
 * passes the terminal's signal on although we have had it already, and clearing up takes seconds at most.
 */
export async function runProgram(main: (program: Program) => Promise<void>): Promise<void> {
	const controller = new AbortController();
	const undoings: (() => Promise<void> | void)[] = [];
	const interrupted = new Promise<never>((_resolve, reject) => {
		for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
			process.on(signal, () => {
				const reason = new Interrupted(exitCode);
				controller.abort(reason);
				reject(reason);
			});
		}
	});

	const program = {
		signal: controller.signal,
		atEnd: (undo: () => Promise<void> | void) => void undoings.push(undo),
	};
	let exitCode = 0;
	const running = main(program);
	try {
		await Promise.race([running, interrupted]);
	} catch (error) {
		exitCode = report(error);
		// What was under way when Ctrl-C came ends its own processes and removes its own files first.
		await Promise.race([Promise.allSettled([running]), sleep(SETTLE_MS)]);
	}
	for (const undo of undoings.reverse()) {
		try {
			await undo();
		} catch (error) {
			exitCode = report(error);
		}
	}
	process.exit(exitCode);
}

function report(error: unknown): number {
	if (error instanceof Interrupted) {
		console.error('\nInterrupted: clearing up.');
		return error.exitCode;
	}
	if (error instanceof UsageError) console.error(`\n${error.message}`);
	else console.error('\n', error);
	return 1;
}
