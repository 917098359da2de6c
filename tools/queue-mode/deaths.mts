import { setTimeout as sleep } from 'node:timers/promises';
import { until, type NodeRun, type SavedExecution } from '../n8n/executions.mts';
import { GENERATE } from '../n8n/lab-workflow.mts';
import { executionsOf, imageWebhook, numberedImage, postImage, UNDER_WAY } from './burst.mts';
import { DURABLE_GET, durableWebhook } from './durable-webhook.mts';
import { LONG, PROCESSES, WORKERS, type ProcessName, type QueueMode } from './queue-mode.mts';

/** Something that dies, and comes back. */
interface Victim {
	/** For the table. */
	readonly name: string;
	/** Before anything is begun. */
	prepare?(cluster: QueueMode): Promise<void>;
	/**
	 * What happens to it; resolves when all runs again.
	 * @param goOn has Magic Hour answer what it has held back, and finish its videos; once it is over that is done in any case
	 */
	strike(cluster: QueueMode, goOn: () => void): Promise<void>;
}

const DOWN_MS = 3000;
/** Longer than anything in n8n waits for its database. */
const LONG_DOWN_MS = 35_000;
/** Of workers, but where one is to be patient. */
const GRACE_SECONDS = '5';

/** Who dies. Of workers both: the videos are spread over them. */
export const VICTIMS = {
	workerKilled: {
		name: 'The worker: `kill -9`, and started again',
		async strike(cluster) {
			await cluster.kill(...WORKERS);
			await cluster.startAgain(...WORKERS);
		},
	},
	workerLost: {
		name: 'The worker: `kill -9`, its folder and log lost; another comes in its place',
		async strike(cluster) {
			await cluster.kill(...WORKERS);
			for (const name of WORKERS) await cluster.loseFolder(name);
			await cluster.startAgain(...WORKERS);
		},
	},
	workerAsked: {
		name: `The worker: SIGTERM, with a grace of ${GRACE_SECONDS} s`,
		async strike(cluster) {
			await stopWorkers(cluster);
			await cluster.startAgain(...WORKERS);
		},
	},
	workerPatient: {
		name: 'The worker: SIGTERM, with a grace longer than the videos take',
		prepare: async (cluster) => {
			await setGrace(cluster, '60');
		},
		async strike(cluster, goOn) {
			// The videos come to their end in the meantime.
			setTimeout(goOn, DOWN_MS);
			await stopWorkers(cluster);
			cluster.change({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: GRACE_SECONDS });
			await cluster.startAgain(...WORKERS);
		},
	},
	main: {
		name: 'Main: `kill -9`',
		strike: async (cluster, goOn) => {
			await strikeProcess(cluster, goOn, 'main');
		},
	},
	webhook: {
		name: 'The webhook process: `kill -9`',
		strike: async (cluster, goOn) => {
			await strikeProcess(cluster, goOn, 'webhook');
		},
	},
	redis: {
		name: 'Redis: `kill -9`',
		strike: strikeRedis,
	},
	redisWiped: {
		name: 'Redis: `kill -9`, and all that it had is lost',
		strike: async (cluster, goOn) => {
			await strikeRedis(cluster, goOn, async () => {
				await cluster.redis.wipe();
			});
		},
	},
	postgres: {
		name: 'PostgreSQL: restarted',
		strike: async (cluster, goOn) => {
			await strikePostgres(cluster, goOn, DOWN_MS);
		},
	},
	postgresLong: {
		name: `PostgreSQL: down for ${LONG_DOWN_MS / 1000} s`,
		strike: async (cluster, goOn) => {
			await strikePostgres(cluster, goOn, LONG_DOWN_MS);
		},
	},
	all: {
		name: "Everything: `kill -9`; Redis and n8n's event logs are lost",
		strike: killEverything,
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

/** What is under way comes to its end while the process is down. */
async function strikeProcess(
	cluster: QueueMode,
	goOn: () => void,
	name: ProcessName,
): Promise<void> {
	await cluster.kill(name);
	goOn();
	await cluster.startAgain(name);
}

/** What is under way comes to its end while Redis is down. */
async function strikeRedis(
	cluster: QueueMode,
	goOn: () => void,
	meanwhile?: () => Promise<void>,
): Promise<void> {
	await cluster.redis.kill();
	goOn();
	await meanwhile?.();
	await sleep(DOWN_MS);
	await cluster.redis.start();
}

/** What is under way comes to its end while PostgreSQL is down. */
async function strikePostgres(cluster: QueueMode, goOn: () => void, downMs: number): Promise<void> {
	await cluster.postgres.stop();
	goOn();
	await sleep(downMs);
	await cluster.postgres.start();
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

/** How far an execution has got when it happens. In the order in which they are begun: the last one must not wake before. */
export const STAGES = {
	before: 'uploads the image',
	creating: 'has its create request on its way',
	waiting: 'waits for the video',
	downloading: 'downloads it',
	awake: 'is durable, and downloads it',
	asleep: 'is durable, and sleeps',
} as const;
export type Stage = keyof typeof STAGES;
export const ALL_STAGES = Object.keys(STAGES) as Stage[];

/** Where an id can be read. */
export const ID_PLACES = ["the worker's log", 'the execution', 'the library, by name'] as const;

/** What became of one execution. */
export interface Death {
	readonly victim: VictimName;
	readonly stage: Stage;
	/** Create requests that the API carried out, before any retry. */
	readonly creates: number;
	/** How n8n has it in the end. */
	readonly status: string;
	readonly message: string;
	readonly delivered: boolean;
	/** Where the id of the video can be read. */
	readonly idIn: readonly string[];
	/** What a retry of the execution led to; there is none of one that has succeeded. */
	readonly retry?: Ending;
	/** With those of the retry. */
	readonly createsInAll: number;
}

interface Ending {
	readonly status: string;
	readonly message: string;
	readonly delivered: boolean;
}

/** From 65 s on, n8n keeps what waits in its database, and looks once a minute whether a wait is over. */
const SLEEP_SECONDS = 66;
/** Two sleeps and what n8n adds to each, since one that wakes late sleeps once more. */
const PATIENCE_MS = 400_000;
const SUPERVISION_MS = 1000;

/** Lets one thing die while an execution stands at each stage, and looks what becomes of them. */
export async function letDie(
	cluster: QueueMode,
	victimName: VictimName,
	stages: readonly Stage[] = ALL_STAGES,
): Promise<Death[]> {
	const victim: Victim = VICTIMS[victimName];
	await victim.prepare?.(cluster);
	const begun: Begun[] = [];
	for (const stage of ALL_STAGES.filter((each) => stages.includes(each))) {
		begun.push(await begin(cluster, victimName, stage));
	}
	for (const { stage, isThere } of begun) {
		if (!(await isThere())) throw new Error(`${victimName}: ${stage} was over too soon`);
	}
	const goOn = () => {
		cluster.api.clearFaults();
		cluster.finishVideos();
	};
	await victim.strike(cluster, goOn);
	goOn();
	const ending = Promise.all(begun.map(async (each) => await endOf(cluster, each)));
	const ends = await superviseUntil(cluster, ending);
	// Only now: what still ran beside a retry could have asked for a video after it.
	return ends.map(({ prompt, ...death }) => ({
		...death,
		victim: victimName,
		createsInAll: createdBy(cluster, prompt).length,
	}));
}

/** n8n ends by itself when it has lost Redis or PostgreSQL for too long. */
async function superviseUntil<T>(cluster: QueueMode, end: Promise<T>): Promise<T> {
	const over = end.then((value) => ({ value }));
	// A failure is reported where it is awaited; by then, starting something again may have failed too.
	over.catch(() => undefined);
	for (;;) {
		const outcome = await Promise.race([over, sleep(SUPERVISION_MS)]);
		if (outcome) return outcome.value;
		const ended = await cluster.startEnded();
		if (ended.length > 0) console.log(`Had ended by themselves: ${ended.join(', ')}`);
	}
}

interface Begun {
	readonly stage: Stage;
	readonly workflowId: string;
	readonly prompt: string;
	/** Whether it stands at its stage. */
	readonly isThere: () => Promise<boolean>;
}

/** Resolves when the execution stands at its stage. */
async function begin(cluster: QueueMode, victim: VictimName, stage: Stage): Promise<Begun> {
	const { api } = cluster;
	const path = `${victim}-${stage}`;
	const prompt = `${stage === 'waiting' ? LONG : 'Short'}: ${path}`;
	const workflowId = await cluster.executions.createWorkflow(
		await workflowOf(cluster, path, stage),
		true,
	);
	const image = await numberedImage(cluster, ALL_STAGES.indexOf(stage));
	const isCreated = () => createdBy(cluster, prompt).length > 0;
	const asked = (kind: 'poll' | 'download') =>
		api.requests.some(
			({ kind: each, projectId = '' }) =>
				each === kind && createdBy(cluster, prompt).includes(projectId),
		);
	const uploads = () => api.requests.filter(({ kind }) => kind === 'upload-urls').length;
	const uploadsBefore = uploads();
	const statusIs = async (wanted: string) =>
		(await executionsOf(cluster, workflowId)).every(({ status }) => status === wanted);

	if (stage === 'before') api.setFault('upload-urls', { held: true }, 1);
	if (stage === 'creating') api.setFault('create', { held: true }, 1);
	if (stage === 'downloading' || stage === 'awake') api.setFault('download', { held: true }, 1);
	await postImage(cluster, 'webhook', path, { image, prompt });
	const hasCome: Record<Stage, () => boolean> = {
		before: () => uploads() > uploadsBefore,
		creating: isCreated,
		waiting: () => asked('poll'),
		downloading: () => asked('download'),
		awake: () => asked('download'),
		asleep: isCreated,
	};
	const isThere = async () =>
		hasCome[stage]() && (await statusIs(stage === 'asleep' ? 'waiting' : 'running'));
	await until(`${path} to be there`, async () => ((await isThere()) ? true : undefined));
	return { stage, workflowId, prompt, isThere };
}

async function workflowOf(cluster: QueueMode, path: string, stage: Stage) {
	if (!isDurable(stage)) return imageWebhook(cluster, path);
	// One that is to be awake gets there sooner with waits that stay in n8n's memory.
	return await durableWebhook(cluster, path, stage === 'asleep' ? SLEEP_SECONDS : 1);
}

function isDurable(stage: Stage): boolean {
	return stage === 'awake' || stage === 'asleep';
}

/** The ids of the videos that were asked for with a prompt. */
function createdBy({ api }: QueueMode, prompt: string): string[] {
	return api.projects.filter(({ body }) => body.style?.prompt === prompt).map(({ id }) => id);
}

async function endOf(cluster: QueueMode, { stage, workflowId, prompt }: Begun) {
	const execution = await cluster.executions.get(await settled(cluster, workflowId));
	const ids = createdBy(cluster, prompt);
	const ending = endingOf(execution, stage);
	const death = {
		...{ stage, prompt, ...ending },
		creates: ids.length,
		idIn: await placesOf(cluster, ids[0], execution),
	};
	// n8n offers no retry of these.
	if (ending.status === 'success' || UNDER_WAY.includes(ending.status)) return death;
	const outcome = await cluster.executions.retry(execution.id);
	if ('refused' in outcome) {
		const retry = { status: 'refused', message: outcome.refused, delivered: false };
		return { ...death, retry };
	}
	const retry = endingOf(await cluster.executions.ended(outcome.id, PATIENCE_MS), stage);
	return { ...death, retry };
}

/** @returns the id of the only execution of a workflow, when it has ended, or will not */
async function settled(cluster: QueueMode, workflowId: string): Promise<string> {
	const giveUpAt = Date.now() + PATIENCE_MS;
	return await until(
		'the execution to end',
		async () => {
			const [execution] = await executionsOf(cluster, workflowId);
			const isOver = execution && (!UNDER_WAY.includes(execution.status) || Date.now() > giveUpAt);
			return isOver ? execution.id : undefined;
		},
		2 * PATIENCE_MS,
	);
}

function endingOf(execution: SavedExecution, stage: Stage): Ending {
	return {
		status: execution.status,
		message: messageOf(execution),
		delivered: hasVideo(execution, isDurable(stage) ? DURABLE_GET : GENERATE),
	};
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
	const isIn: Record<(typeof ID_PLACES)[number], boolean> = {
		"the worker's log": logs.some((log) => log.includes(`project ${id} was created`)),
		'the execution':
			execution.text.includes(id) || JSON.stringify(execution.customData).includes(id),
		'the library, by name': cluster.api.projects.some(
			(project) => project.id === id && project.name.includes(`execution ${execution.id} `),
		),
	};
	return ID_PLACES.filter((place) => isIn[place]);
}
