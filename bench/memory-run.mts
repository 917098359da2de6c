/** One item in a process of its own: see memory.mts, which forks it with its settings as JSON. */
import { readFileSync, writeFileSync } from 'node:fs';

import type { ApiAddress } from './api.mts';
import { imageItem } from './images.mts';
import { startNode } from './node-engine.mts';

export interface MemorySettings {
	readonly api: ApiAddress;
	readonly speed: number;
	readonly imageBytes: number;
}

export interface MemoryResult {
	/** Most resident memory of the process while the node ran, in bytes. */
	readonly peak: number;
}

/** Forgets the peak so far, that of loading n8n-core: see proc(5) of Linux. */
function forgetPeak(): void {
	gc?.();
	writeFileSync('/proc/self/clear_refs', '5');
}

function peakSinceForgotten(): number {
	const [, kilobytes] =
		/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
	return Number(kilobytes) * 1024;
}

const { api, speed, imageBytes } = JSON.parse(process.argv[2] ?? '') as MemorySettings;
const engine = await startNode(api, speed);
forgetPeak();
await engine.run({ items: [imageItem(1, imageBytes)], apiKey: api.keys.business });
process.send?.({ peak: peakSinceForgotten() } satisfies MemoryResult);
process.disconnect();
