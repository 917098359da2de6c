import { setTimeout as sleep } from 'node:timers/promises';

import { startLocalApi, type LocalApi, type RecordedRequest } from '../../../local-api/server.mts';
import type { Engine, EngineRun, StartedRun } from '../../../tools/engine/engine.mts';
import type { Certificate } from './certificate.mts';
import { ARRIVES, openDetour, tlsFront, WITH_TLS } from './detours.mts';
import type { ForeignHost, ForeignRequest } from './foreign-host.mts';
import { byClock, LaneClock } from './lane-clock.mts';
import { DOMAIN, type Network, type Resolve } from './network.mts';
import type { Count, FaultRow, Stage } from './table.mts';
import { imageItem } from '../engine/lab.mts';
import { until } from '../until.mts';

/** Seconds of the node's time that a video takes; the node asks for it several times meanwhile. */
const JOB_SECONDS = 25;
/** Seconds of the node's time that an item may take: the Timeout option. */
export const ITEM_TIMEOUT = 600;
/** @param timeout seconds of the node's time */
const parameters = (timeout: number) => ({
	// What is rendered soonest.
	model: { __rl: true, mode: 'list', value: 'ltx-2.3' },
	duration: 1,
	resolution: '480p',
	options: { timeout },
});
/** As it is at the node's users, but for waits of the node's own, which take no time. */
const USUAL_SPEED = 1;
/** Where there is nothing to do but to wait until the node gives up. */
const SILENT_SPEED = 30;
/** Seconds of the node's time after which the most patient request is given up. */
export const PATIENCE_SECONDS = 300;
/** Milliseconds of real time: several times as long as any item takes that has a timeout. */
const NO_END = 120_000;

/** What happened in a cell of the fault table. */
export interface Trial {
	readonly run: EngineRun;
	/** What the local API had, in order. */
	readonly requests: readonly RecordedRequest[];
	/** When a request of the stage was made that never arrived, in ms of the node's time. */
	readonly lost: readonly number[];
	/** Ids of the projects that exist at the server. */
	readonly projects: readonly string[];
	/** What reached the foreign host. */
	readonly elsewhere: readonly ForeignRequest[];
	/** The node's time, in ms. */
	readonly begun: number;
	readonly ended: number;
	/** Name of the workflow, which is in the name of its projects. */
	readonly workflow: string;
	readonly apiKey: string;
	/** What a whole video looks like. */
	readonly wholeVideo: Buffer;
}

/** A local API of its own, with its hosts, for one trial at a time. */
export interface Lane {
	readonly api: LocalApi;
	trial(row: FaultRow, stage: Stage, count: Count): Promise<Trial>;
	readonly close: () => Promise<void>;
}

/** What all lanes share. */
interface Surroundings {
	readonly engine: Engine;
	readonly network: Network;
	readonly foreign: ForeignHost;
	/** Of every host of the lanes. */
	readonly certificate: Certificate;
}

const LOCALHOST = '127.0.0.1';
/** Where connections go that are led astray, at the port of the right server. */
const ASTRAY = '127.0.0.2';

/** As at Magic Hour, files are not kept where the API is. */
type Host = 'api' | 'uploads' | 'videos';

/**
 * @param number tells the hosts of the lanes apart
 * @param first has rendered the video, which takes a processor for a second
 */
export async function openLane(
	number: number,
	surroundings: Surroundings,
	first?: Lane,
): Promise<Lane> {
	const { engine, network, foreign, certificate } = surroundings;
	const clock = new LaneClock();
	const api = await startLocalApi({
		clock: () => clock.now(),
		jobSeconds: JOB_SECONDS,
		...(first && { videosOf: first.api }),
	});
	const apiPort = Number(new URL(api.url).port);
	const front = await tlsFront(certificate, apiPort);
	const apiKey = api.keys.business;
	const hostOf = (host: Host): string => `${host}-${number}.${DOMAIN}`;
	const workflowId = `lane-${number}`;
	let trials = 0;
	// The video is rendered when it is asked for first, which takes its time: that must not look like a fault.
	let wholeVideo: Buffer;

	const close = async (): Promise<void> => {
		await Promise.all([api.close(), front.close()]);
	};
	try {
		wholeVideo = await byClock(clock, async () => firstVideo(engine, api, workflowId));
	} catch (error) {
		await close();
		throw error;
	}

	const trial = async (row: FaultRow, stage: Stage, count: Count): Promise<Trial> => {
		api.reset();
		clock.goOn(row.silent ? SILENT_SPEED : USUAL_SPEED);
		const begun = clock.now();
		const workflow = `Lane ${number}, trial ${++trials}`;
		const elsewhere = foreign.urlFor(workflow);
		const fault = row.how(stage, { begun, elsewhere });
		const kind = 'detour' in fault ? fault.detour : undefined;
		const withTls = kind !== undefined && WITH_TLS.includes(kind);
		const port = withTls ? front.port : apiPort;
		const originOf = (host: Host): string =>
			`${withTls ? 'https' : 'http'}://${hostOf(host)}:${port}`;
		const moves = new Map<Stage, { urlOrigin: string }>([
			['upload-urls', { urlOrigin: originOf('uploads') }],
			['poll', { urlOrigin: originOf('videos') }],
		]);
		if (!('detour' in fault)) {
			// Of an answer that is slow but right, the URLs are those of the other answers.
			api.setFault(
				stage,
				'drip' in fault || 'find' in fault ? { ...fault, ...moves.get(stage) } : fault,
				count,
			);
		}
		for (const [moved, move] of moves) api.setFault(moved, move);

		const astray: number[] = [];
		const leadTo =
			(current: () => Stage): Resolve =>
			() => {
				if (kind === undefined || current() !== stage || astray.length >= count) return LOCALHOST;
				astray.push(clock.now());
				return kind === 'no such host' ? undefined : ASTRAY;
			};
		network.names.set(
			hostOf('api'),
			leadTo(() => nextApiCall(api.requests)),
		);
		network.names.set(
			hostOf('uploads'),
			leadTo(() => 'upload'),
		);
		network.names.set(
			hostOf('videos'),
			leadTo(() => 'download'),
		);
		const detour = kind && (await openDetour(kind, ASTRAY, port, apiPort));

		const run = await byClock(clock, async () => {
			const started = engine.start({
				items: [imageItem()],
				parameters: parameters(ITEM_TIMEOUT),
				credentials: { apiKey, baseUrl: originOf('api') },
				workflowId,
				workflowName: workflow,
			});
			if (row.stop) {
				const isThere = () => api.requests.some(({ kind }) => kind === stage);
				void until(`a request of the kind ${stage}`, isThere).then(started.cancel);
			}
			return await inTime(started, `${row.name} at ${stage}, ${count} times`);
		});
		const ended = clock.now();
		clock.forgetLimits();
		await detour?.close();
		return {
			run,
			requests: [...api.requests],
			lost: kind !== undefined && ARRIVES.includes(kind) ? [] : astray,
			projects: api.projects.map(({ id }) => id),
			elsewhere: foreign.requestsTo(elsewhere),
			begun,
			ended,
			workflow,
			apiKey,
			wholeVideo,
		};
	};
	return { api, trial, close };
}

/** @throws {Error} when the run does not end, which a trial of its own would never find out */
async function inTime({ result, cancel }: StartedRun, what: string): Promise<EngineRun> {
	const late = new AbortController();
	const tooLate = sleep(NO_END, undefined, { signal: late.signal }).then(() => {
		cancel();
		throw new Error(`${what}: the run does not end`);
	});
	// The timer is stopped when the run is over.
	tooLate.catch(() => undefined);
	try {
		return await Promise.race([result, tooLate]);
	} finally {
		late.abort();
	}
}

async function firstVideo(
	engine: Engine,
	{ url: baseUrl, keys }: LocalApi,
	workflowId: string,
): Promise<Buffer> {
	const run = await engine.run({
		workflowId,
		items: [imageItem()],
		parameters: parameters(ITEM_TIMEOUT),
		credentials: { apiKey: keys.business, baseUrl },
	});
	if (run.error) throw run.error;
	return await run.binary(0, 'data');
}

/** Which call of the API comes next, going by what it has answered so far to a run with one item and one image. */
function nextApiCall(requests: readonly RecordedRequest[]): Stage {
	const succeeded = (kind: Stage) =>
		requests.some((request) => request.kind === kind && request.status === 200);
	if (succeeded('create')) return 'poll';
	return succeeded('upload') ? 'create' : 'upload-urls';
}
