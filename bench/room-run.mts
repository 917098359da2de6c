/** Executions side by side in a process of its own: see room.mts, which forks it with its settings as JSON. */
import type { ApiAddress } from './api.mts';
import { imageItem } from './images.mts';
import { startNode } from './node-engine.mts';

export interface RoomSettings {
	readonly api: ApiAddress;
	readonly speed: number;
	/** Begun in the same moment. */
	readonly executions: number;
	/** Of each execution. */
	readonly items: number;
	readonly concurrentProjects: number;
}

/** Milliseconds since 1970. */
export interface RoomResult {
	readonly begun: number;
	readonly ended: number;
}

const { api, speed, executions, items, concurrentProjects } = JSON.parse(
	process.argv[2] ?? '',
) as RoomSettings;
const node = await startNode(api, speed);
const run = async (apiKey: string, count: number) =>
	await node.run({
		items: Array.from({ length: count }, () => imageItem(0)),
		concurrentProjects,
		apiKey,
	});
// Not measured: lets the API render the video, and the code become warm.
await run(api.keys.business, 1);
const begun = Date.now();
await Promise.all(Array.from({ length: executions }, async () => await run(api.keys.pro, items)));
process.send?.({ begun, ended: Date.now() } satisfies RoomResult);
process.disconnect();
