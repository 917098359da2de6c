import { MagicHourVideoApi } from '../../../credentials/MagicHourVideoApi.credentials.ts';
import { ImageToVideo } from '../../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { mapConcurrently } from '../../../nodes/shared/lib/mapConcurrently.ts';
import { startEngine } from '../../../tools/engine/engine.mts';
import { certificateFor } from './certificate.mts';
import { openForeignHost } from './foreign-host.mts';
import { openLaneClocks } from './lane-clock.mts';
import { openLane, type Lane, type Trial } from './lane.mts';
import { DOMAIN, openNetwork } from './network.mts';
import type { Count, FaultRow, Stage } from './table.mts';

/** Runs the node against local APIs that go wrong, several at a time. */
export interface FaultLab {
	/** Waits for a free lane. */
	trial(row: FaultRow, stage: Stage, count: Count): Promise<Trial>;
	readonly close: () => Promise<void>;
}

/** How many trials can go on at the same time. */
export interface LaneCounts {
	/** Of those that wait in real time. */
	readonly silent: number;
	/** Of all others, which compute. */
	readonly busy: number;
}

export async function openFaultLab({ silent, busy }: LaneCounts): Promise<FaultLab> {
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
			credential: new MagicHourVideoApi(),
		});
		undo.push(() => {
			engine.close();
		});
		const foreign = await openForeignHost(network);
		undo.push(foreign.close);
		undo.push(openLaneClocks());

		const surroundings = { engine, network, foreign, certificate };
		const open = async (number: number, first?: Lane): Promise<Lane> => {
			const lane = await openLane(number, surroundings, first);
			undo.push(lane.close);
			return lane;
		};
		const first = await open(0);
		const numbers = Array.from({ length: silent + busy - 1 }, (_, index) => index + 1);
		const others = await mapConcurrently(numbers, numbers.length, async (number) =>
			open(number, first),
		);
		const inSilentLane = inFreeLane(others.splice(0, silent));
		const inBusyLane = inFreeLane([first, ...others]);
		return {
			trial: async (row, ...trial) => (row.silent ? inSilentLane : inBusyLane)(row, ...trial),
			close,
		};
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
