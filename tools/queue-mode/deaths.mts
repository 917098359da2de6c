import { until, type NodeRun, type SavedExecution } from '../n8n/executions.mts';
import { GENERATE } from '../n8n/lab-workflow.mts';
import { allEnded, imageWebhook, numberedImage, postImage } from './burst.mts';
import { LONG, PROCESSES, WORKERS, type QueueMode } from './queue-mode.mts';

/** Something that dies, and comes back. */
interface Victim {
	/** For the table. */
	readonly name: string;
	/** Before anything is begun. */
	prepare?(cluster: QueueMode): Promise<void>;
	/** What happens to it; resolves when all runs again. */
	strike(cluster: QueueMode): Promise<void>;
}

const DOWN_MS = 3000;
/** Of workers, but where one is to be patient. */
const GRACE_SECONDS = '5';

/**
 * Who dies. Of workers both: the videos are spread over them. What is being made when something dies is finished a moment
 * later, unless a victim says when.
 */
export const VICTIMS = {
	workerKilled: {
		name: 'The worker: `kill -9`; it comes back with its folder',
		async strike(cluster) {
			await cluster.kill(...WORKERS);
			await cluster.startAgain(...WORKERS);
		},
	},
	workerPatient: {
		name: 'The worker: SIGTERM, with a grace longer than the videos take',
		prepare: async (cluster) => {
			await setGrace(cluster, '60');
		},
		async strike(cluster) {
			// The videos come to their end in the meantime.
			setTimeout(() => {
				cluster.finishVideos();
			}, DOWN_MS);
			await stopWorkers(cluster);
			cluster.change({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: GRACE_SECONDS });
			await cluster.startAgain(...WORKERS);
		},
	},
} as const satisfies Record<string, Victim>;
export type VictimName = keyof typeof VICTIMS;

/** Kills all processes, Redis and PostgreSQL included, and starts them without Redis' data and n8n's event logs. */
export async function killEverything(cluster: QueueMode): Promise<void> {
	const { postgres, redis } = cluster;
	await Promise.all([cluster.kill(...PROCESSES), redis.kill(), postgres.kill()]);
	await redis.wipe();
	await cluster.removeEventLogs(...PROCESSES);
	await Promise.all([redis.start(), postgres.start()]);
	await cluster.startAgain(...PROCESSES);
}

async function stopWorkers(cluster: QueueMode): Promise<void> {
	const graceMs = 120_000;
	await Promise.all(WORKERS.map((name) => cluster.process(name).stop({ graceMs })));
}

/** N8N_GRACEFUL_SHUTDOWN_TIMEOUT of the workers, which start again with it. */
async function setGrace(cluster: QueueMode, seconds: string): Promise<void> {
	cluster.change({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: seconds });
	await stopWorkers(cluster);
	await cluster.startAgain(...WORKERS);
}

/** How far an execution has got when it happens. In the order in which they are begun. */
export const STAGES = {
	waiting: 'It waits for the video',
	downloading: 'It downloads the video',
	creating: 'The create request is on its way',
	before: 'It uploads the image',
} as const;
export type Stage = keyof typeof STAGES;
const ALL_STAGES = Object.keys(STAGES) as Stage[];

/** What became of one execution. */
export interface Death {
	readonly victim: string;
	readonly stage: Stage;
	/** Create requests that the API carried out, before any retry. */
	readonly creates: number;
	/** `success` with the file, or how n8n ended it. */
	readonly status: string;
	readonly message: string;
	readonly delivered: boolean;
	/** Where the id of the video can be read. */
	readonly idIn: readonly string[];
	/** What a retry led to, if there was anything to retry. */
	readonly retry?: { readonly status: string; readonly message: string };
	/** With those of the retry. */
	readonly createsInAll: number;
}

/** The time, in ms, that requests take which something is to die in the middle of. */
const LATE_MS = 8000;
/** Bytes a second of a download that something is to die in the middle of. */
const DRIP = 15_000;
const PATIENCE_MS = 240_000;

/** Lets one thing die while an execution stands at each stage, and looks what becomes of them. */
export async function letDie(
	cluster: QueueMode,
	victimName: VictimName,
	stages: readonly Stage[] = ALL_STAGES,
): Promise<Death[]> {
	const victim: Victim = VICTIMS[victimName];
	const { api } = cluster;
	await victim.prepare?.(cluster);
	const begun: Begun[] = [];
	for (const stage of ALL_STAGES.filter((each) => stages.includes(each))) {
		begun.push(await begin(cluster, victimName, stage));
	}
	await victim.strike(cluster);
	api.clearFaults();
	cluster.finishVideos();
	return await Promise.all(
		begun.map(async ({ stage, workflowId, prompt }) => {
			const creates = () =>
				api.projects.filter(({ body }) => body.style?.prompt === prompt).map(({ id }) => id);
			const [ended] = await allEnded(cluster, workflowId, 1, PATIENCE_MS);
			const execution = await cluster.executions.get(ended?.id ?? '');
			const ids = creates();
			const delivered = hasVideo(execution, GENERATE);
			const death = {
				victim: victim.name,
				stage,
				creates: ids.length,
				status: execution.status,
				message: messageOf(execution),
				delivered,
				idIn: await placesOf(cluster, ids[0], execution),
			};
			if (execution.status === 'success') return { ...death, createsInAll: ids.length };
			const outcome = await cluster.executions.retry(execution.id);
			if ('refused' in outcome) {
				const retry = { status: 'refused', message: outcome.refused };
				return { ...death, retry, createsInAll: creates().length };
			}
			const retried = await cluster.executions.ended(outcome.id);
			const retry = { status: retried.status, message: messageOf(retried) };
			return { ...death, retry, createsInAll: creates().length };
		}),
	);
}

interface Begun {
	readonly stage: Stage;
	readonly workflowId: string;
	readonly prompt: string;
}

/** Resolves when the execution stands at its stage. */
async function begin(cluster: QueueMode, victim: VictimName, stage: Stage): Promise<Begun> {
	const { api } = cluster;
	const path = `${victim}-${stage}`;
	const isLong = stage === 'waiting';
	const prompt = `${isLong ? LONG : 'Short'}: ${path}`;
	const workflowId = await cluster.executions.createWorkflow(imageWebhook(cluster, path), true);
	const image = await numberedImage(cluster, ALL_STAGES.indexOf(stage));
	const project = () => api.projects.find(({ body }) => body.style?.prompt === prompt);
	const asked = (kind: 'poll' | 'download') =>
		api.requests.some((each) => each.kind === kind && each.projectId === project()?.id);
	const uploads = () => api.requests.filter(({ kind }) => kind === 'upload-urls').length;
	const before = uploads();

	if (stage === 'downloading') api.setFault('download', { drip: DRIP }, 1);
	if (stage === 'creating') api.setFault('create', { late: LATE_MS }, 1);
	if (stage === 'before') api.setFault('upload-urls', { late: LATE_MS }, 1);
	await postImage(cluster, 'webhook', path, { image, prompt });
	const isThere: Record<Stage, () => Promise<boolean> | boolean> = {
		waiting: () => project() !== undefined && asked('poll'),
		downloading: () => project() !== undefined && asked('download'),
		creating: () => project() !== undefined,
		before: () => uploads() > before,
	};
	await until(`${path} to be there`, async () => ((await isThere[stage]()) ? true : undefined));
	return { stage, workflowId, prompt };
}

function messageOf({ data }: Partial<SavedExecution>): string {
	return data?.resultData.error?.message ?? '';
}

/** Of an execution whose process died, n8n may have nothing. */
function runDataOf({ data }: Partial<SavedExecution>): Record<string, NodeRun[]> {
	return data?.resultData.runData ?? {};
}

function hasVideo(execution: SavedExecution, node: string): boolean {
	return runDataOf(execution)[node]?.at(-1)?.data?.main[0]?.[0]?.binary?.data !== undefined;
}

async function placesOf(
	cluster: QueueMode,
	id: string | undefined,
	execution: SavedExecution,
): Promise<string[]> {
	if (id === undefined) return [];
	const logs = await Promise.all(WORKERS.map((name) => cluster.log(name)));
	const places = {
		"the worker's log": logs.some((log) => log.includes(`project ${id} was created`)),
		'the execution':
			execution.text.includes(id) || JSON.stringify(execution.customData).includes(id),
		'the library, by name': cluster.api.projects.some(
			(project) => project.id === id && project.name.includes(`execution ${execution.id} `),
		),
	};
	return Object.entries(places).flatMap(([place, isThere]) => (isThere ? [place] : []));
}
