import { writeSync } from 'node:fs';

import { AV_LOG_ERROR } from 'node-av/constants';
import { Log } from 'node-av/lib';

/**
 * Runs a worker: its input is the JSON of the first argument, its output goes to stdout as JSON.
 *
 * It ends with process.exit in either case. Without it, Node frees what node-av has left in an order
 * that makes libx264 crash (node-av 6.1.1, segmentation fault in a finalizer, on Node 20 and 24).
 */
export function runWorker(work: (input: never) => unknown): void {
	// FFmpeg's chatter would end up in error messages.
	Log.setLevel(AV_LOG_ERROR);
	try {
		const output = work(JSON.parse(process.argv[2] ?? 'null') as never);
		writeSync(1, JSON.stringify(output));
		process.exit(0);
	} catch (error) {
		writeSync(2, error instanceof Error ? error.message : String(error));
		process.exit(1);
	}
}
