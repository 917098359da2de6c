import { availableParallelism } from 'node:os';

import { MagicHourApi } from '../../../credentials/MagicHourApi.credentials.ts';
import { ImageToVideo } from '../../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { mapConcurrently } from '../../../nodes/shared/lib/mapConcurrently.ts';
import { startEngine } from '../../../tools/engine/engine.mts';
import { speedUp } from '../../../tools/engine/fast-clock.mts';
import { certificateFor } from './certificate.mts';
import { openForeignHost } from './foreign-host.mts';
import { openLane, type Lane, type Trial } from './lane.mts';
import { DOMAIN, openNetwork } from './network.mts';
import type { Count, FaultRow, Stage } from './table.mts';

/** The node's time runs this many times faster than real time. */
const SPEED = 40;
/** Seconds of the node's time after which the most patient request is given up. */
export const PATIENCE_SECONDS = 300;

/** Runs the node against local APIs that go wrong, several at a time. */
export interface FaultLab {
	/** Waits for a free lane. */
	trial(row: FaultRow, stage: Stage, count: Count): Promise<Trial>;
	readonly close: () => Promise<void>;
}

/** @param lanes how many trials can go on at the same time */
export async function openFaultLab(lanes: number): Promise<FaultLab> {
	/** What has to be undone, in the order in which it was done. */
	const undo: (() => unknown)[] = [];
	const close = async (): Promise<void> => {
		for (const step of undo.reverse()) await step();
	};
	try {
		const certificate = certificateFor(`*.${DOMAIN}`);
		const network = openNetwork(certificate.cert);
		undo.push(network.close);
		const engine = await startEngine({
			nodeName: 'n8n-nodes-magic-hour.imageToVideo',
			node: new ImageToVideo(),
			credential: new MagicHourApi(),
		});
		undo.push(() => {
			engine.close();
		});
		const foreign = await openForeignHost(network);
		undo.push(foreign.close);
		undo.push(speedUp(SPEED));

		const surroundings = { engine, network, foreign, certificate };
		// Each renders its video, which takes a processor.
		const numbers = Array.from({ length: lanes }, (_, number) => number);
		const free: Lane[] = await mapConcurrently(numbers, availableParallelism(), async (number) => {
			const lane = await openLane(number, surroundings);
			undo.push(lane.close);
			return lane;
		});
		return { trial: inFreeLane(free), close };
	} catch (error) {
		await close();
		throw error;
	}
}

function inFreeLane(free: Lane[]): FaultLab['trial'] {
	const waiting: ((lane: Lane) => void)[] = [];
	return async (...trial) => {
		const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
		try {
			return await lane.trial(...trial);
		} finally {
			const next = waiting.shift();
			if (next) next(lane);
			else free.push(lane);
		}
	};
}
