import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventBody, SECRET, signed } from '../docs/webhook-cases.mts';
import { chain, webhook, type NodeSketch } from '../n8n/lab-workflow.mts';
import { until, type SavedExecution } from '../n8n/executions.mts';
import { unflatten } from '../n8n/unflatten.mts';
import type { ProcessName, QueueMode } from './queue-mode.mts';

/** A workflow that events are sent to, and that has a node behind its trigger. */
export interface EventTarget {
	readonly workflowId: string;
	/** Of its URL, in each process. */
	readonly path: string;
}

const NEXT = 'Next';
const next: NodeSketch = {
	name: NEXT,
	type: 'n8n-nodes-base.noOp',
	typeVersion: 1,
	parameters: {},
};

/** A workflow with the Magic Hour Trigger as it is dropped in, with a credential. */
export async function createTriggerTarget(cluster: QueueMode): Promise<EventTarget> {
	const credentialId = await cluster.executions.createCredential({
		name: 'Webhook',
		type: 'magicHourVideoWebhookApi',
		data: { signingSecret: SECRET, baseUrl: cluster.api.url },
	});
	const webhookId = randomUUID();
	const trigger: NodeSketch = {
		name: 'Magic Hour Trigger',
		type: 'n8n-nodes-magic-hour.magicHourTrigger',
		typeVersion: 2,
		parameters: {},
		webhookId,
		credentials: { magicHourVideoWebhookApi: { id: credentialId, name: 'Webhook' } },
	};
	const workflow = chain('Magic Hour Trigger', [trigger, next]);
	const workflowId = await cluster.executions.createWorkflow(workflow, true);
	return await answering(cluster, { workflowId, path: `${webhookId}/webhook` });
}

/** A workflow with n8n's own Webhook node. */
export async function createWebhookTarget(cluster: QueueMode): Promise<EventTarget> {
	const path = randomUUID();
	const workflow = chain("n8n's Webhook node", [webhook(path), next]);
	const workflowId = await cluster.executions.createWorkflow(workflow, true);
	return await answering(cluster, { workflowId, path });
}

const TAKERS = ['main', 'webhook'] as const satisfies readonly ProcessName[];

/** n8n registers a new webhook a moment after it has said that it did. */
async function answering(cluster: QueueMode, target: EventTarget): Promise<EventTarget> {
	await warmUp(cluster, target);
	return target;
}

/** Resolves when both processes have taken an event of no project that counts. */
export async function warmUp(cluster: QueueMode, target: EventTarget): Promise<void> {
	for (const to of TAKERS) {
		await until(`${to} to take an event`, async () => {
			const { status } = await post(cluster, target, { id: `${WARM_UP} ${randomUUID()}`, to });
			return status === 200 || undefined;
		});
	}
}

const WARM_UP = 'warm-up';

/** One delivery, as Magic Hour begins it. */
interface Delivery {
	/** Of the project that the event tells of. */
	readonly id: string;
	readonly to: ProcessName;
}

/**
 * Deliveries of events in the order in which they are sent. Copies of one event stand one after the other, and go to the
 * processes in turn: they come to two of them in the same moment.
 * @param copies how many times each event is sent
 */
export function deliveriesOf(copies: readonly number[]): Delivery[] {
	return copies
		.flatMap((count, number) => Array.from({ length: count }, () => `project-${number}`))
		.map((id, index) => ({ id, to: TAKERS[index % TAKERS.length] ?? 'main' }));
}

/** What the sender has seen of one delivery. */
export interface Delivered {
	/** Of each time it was sent. It was taken if the last one is 200. */
	readonly answers: readonly Answer[];
	/** Milliseconds from the first time it was sent until the last answer. */
	readonly tookMs: number;
}

interface Answer {
	/** Milliseconds until it came, or how long was waited for it. */
	readonly ms: number;
	/** None: not in time, or the connection was refused or cut. */
	readonly status: number | 'none';
}

/** Magic Hour waits so long for an answer, in milliseconds. */
export const MAX_ANSWER_MS = 10_000;
/** Milliseconds until a delivery comes again, ever later. Magic Hour says only that it goes on for 24 hours. */
const MIN_REDELIVERY_MS = 3000;
const MAX_REDELIVERY_MS = 30_000;
/** Milliseconds after which nothing is sent again here. */
const GIVE_UP_MS = 180_000;

/**
 * Sends all at once, each on a connection of its own, as Magic Hour does: what is not taken with 2xx within 10 s comes
 * again, signed anew.
 */
export async function deliver(
	cluster: QueueMode,
	target: EventTarget,
	deliveries: readonly Delivery[],
): Promise<Delivered[]> {
	return await Promise.all(
		deliveries.map(async (delivery) => {
			const begin = performance.now();
			const answers: Answer[] = [];
			for (let delay = MIN_REDELIVERY_MS; ; delay = Math.min(2 * delay, MAX_REDELIVERY_MS)) {
				const answer = await post(cluster, target, delivery);
				answers.push(answer);
				const tookMs = performance.now() - begin;
				if (answer.status === 200 || tookMs > GIVE_UP_MS) return { answers, tookMs };
				await sleep(delay * (0.5 + Math.random()));
			}
		}),
	);
}

async function post(
	cluster: QueueMode,
	{ path }: EventTarget,
	{ id, to }: Delivery,
): Promise<Answer> {
	const begin = performance.now();
	const status = await fetch(`${cluster.url(to)}/webhook/${path}`, {
		method: 'POST',
		...signed(eventBody(id)),
		signal: AbortSignal.timeout(MAX_ANSWER_MS),
	}).then(
		async (answer) => {
			await answer.arrayBuffer();
			return answer.status;
		},
		() => 'none' as const,
	);
	return { ms: performance.now() - begin, status };
}

/** The events that have got past the trigger: project ids, as often as the node behind it has run for them. */
export async function handedOn(
	{ postgres }: QueueMode,
	{ workflowId }: EventTarget,
): Promise<string[]> {
	const rows = await postgres.query<{ data: string }>(
		`SELECT data FROM execution_data JOIN execution_entity ON execution_entity.id = "executionId" WHERE execution_entity."workflowId" = '${workflowId}'`,
	);
	return rows
		.map(({ data }) => (unflatten(data) as SavedExecution['data']).resultData.runData)
		.flatMap((runData) => runData[NEXT] ?? [])
		.map((run) => projectOf(run.data?.main[0]?.[0]?.json ?? {}))
		.filter((id) => !id.startsWith(WARM_UP));
}

/** Of the trigger's simplified item, or of a request as n8n's Webhook node has it. */
function projectOf(json: Record<string, unknown>): string {
	const { id = (json as { body?: { payload?: { id?: unknown } } }).body?.payload?.id } = json;
	return String(id);
}
