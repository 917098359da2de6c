/**
 * 500 events at once, 10 % of them copies, at main and webhook process of n8n in queue mode, with n8n's default settings:
 * when they are answered, and how often each is handed on; against n8n's own Webhook node with the same requests in the
 * same n8n. Once more with the settings that docs/scaling.md advises.
 */
import { join } from 'node:path';
import { until } from '../tools/n8n/executions.mts';
import { executionsOf, UNDER_WAY } from '../tools/queue-mode/burst.mts';
import {
	createTriggerTarget,
	createWebhookTarget,
	deliver,
	deliveriesOf,
	handedOn,
	MAX_ANSWER_MS,
	warmUp,
	type EventTarget,
} from '../tools/queue-mode/events.mts';
import { N8N_LOCKS, PROCESSES, QueueMode } from '../tools/queue-mode/queue-mode.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../tools/pack.mts';
import { checkBounds, printTable } from './table.mts';

const EVENTS = 450;
const COPIES = 50;
/** Milliseconds without anything that ends, after which nothing more is expected: n8n may have lost executions that it could not queue. */
const QUIET_MS = 20_000;
const PATIENCE_MS = 300_000;
const WARM_UPS = 5;

const OWN = "n8n's Webhook node";
const TRIGGER = 'Magic Hour Trigger';

/** n8n's own defaults, where the tests of queue mode have others. */
const N8N_DEFAULTS = { poolSize: 2, concurrency: 10, graceSeconds: 30, settings: N8N_LOCKS };
const ADVISED = { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true', DB_POSTGRESDB_POOL_SIZE: '10' };

interface Figures {
	/** Milliseconds of the answers of n8n, whatever they said. */
	readonly answers: readonly number[];
	readonly errors: number;
	/** Answers that did not come within Magic Hour's patience. */
	readonly late: number;
	readonly redeliveries: number;
	/** Milliseconds until the last one was taken, and until the last execution had ended. */
	readonly taken: number;
	readonly ended: number;
	/** Events that were not taken in the end. */
	readonly refused: number;
	readonly executions: number;
	/** Events that were taken and never handed on, and those that were more than once. */
	readonly lost: number;
	readonly twice: number;
}

const packed = await packProject(join(ARTEFACTS_DIRECTORY, 'package'));
const cluster = await QueueMode.start({ packed, ...N8N_DEFAULTS });
try {
	const defaults = await measureBoth();
	cluster.change(ADVISED);
	await cluster.kill(...PROCESSES);
	await cluster.startAgain(...PROCESSES);
	report(defaults, await measureBoth());
} finally {
	await cluster.close();
}

interface Both {
	readonly own: Figures;
	readonly trigger: Figures;
}

async function measureBoth(): Promise<Both> {
	const own = await measure(await createWebhookTarget(cluster));
	return { own, trigger: await measure(await createTriggerTarget(cluster)) };
}

async function measure(target: EventTarget): Promise<Figures> {
	// So that no code runs for the first time.
	for (let round = 0; round < WARM_UPS; round++) await warmUp(cluster, target);
	const deliveries = deliveriesOf(
		Array.from({ length: EVENTS }, (_, number) => (number % (EVENTS / COPIES) === 0 ? 2 : 1)),
	);
	const begin = performance.now();
	const delivered = await deliver(cluster, target, deliveries);
	const executions = await settled(target);
	const ids = await handedOn(cluster, target);
	const answers = delivered.flatMap((each) => each.answers);
	const isTaken = delivered.map((each) => each.answers.at(-1)?.status === 200);
	const taken = new Set(deliveries.filter((_, index) => isTaken[index]).map(({ id }) => id));
	const figures = {
		answers: answers.map(({ ms }) => ms).sort((a, b) => a - b),
		errors: answers.filter(({ status }) => status !== 'none' && status >= 500).length,
		late: answers.filter(({ status }) => status === 'none').length,
		redeliveries: answers.length - delivered.length,
		taken: Math.max(...delivered.map(({ tookMs }) => tookMs)),
		ended: executions.endedAt - begin,
		refused: EVENTS - taken.size,
		executions: executions.count,
		lost: [...taken].filter((id) => !ids.includes(id)).length,
		twice: ids.length - new Set(ids).size,
	};
	// It takes minutes: what is known is shown.
	console.log(JSON.stringify({ ...figures, answers: answers.length }));
	return figures;
}

/** Resolves when no execution is under way, or none has ended for a while. */
async function settled({ workflowId }: EventTarget): Promise<{ count: number; endedAt: number }> {
	let [ended, endedAt] = [-1, 0];
	return await until(
		'executions to settle',
		async () => {
			const all = await executionsOf(cluster, workflowId);
			const count = all.filter(({ status }) => !UNDER_WAY.includes(status)).length;
			if (count !== ended) [ended, endedAt] = [count, performance.now()];
			const isSettled = count === all.length || performance.now() - endedAt > QUIET_MS;
			return isSettled ? { count: all.length, endedAt } : undefined;
		},
		PATIENCE_MS,
	);
}

function report(defaults: Both, advised: Both): void {
	const seconds = (ms: number) => (ms / 1000).toFixed(1);
	const row = (name: string, settings: string, figures: Figures, own: Figures) => [
		...[name, settings],
		...[percentile(figures, 50), percentile(figures, 99), percentile(figures, 100)].map(seconds),
		...[figures.late, figures.errors, figures.redeliveries],
		...[seconds(figures.taken), (figures.taken / own.taken).toFixed(2), seconds(figures.ended)],
		...[figures.executions, figures.refused, figures.lost, figures.twice],
	];
	printTable(
		`${EVENTS + COPIES} events at once at two processes, ${COPIES} of them copies; answers in s (Magic Hour waits ${MAX_ANSWER_MS / 1000})`,
		[
			...['to', 'settings', 'p50', 'p99', 'max', 'late', '5xx', 'sent again'],
			...['all taken', 'x own', 'all run', 'executions', 'refused', 'lost', 'handed on twice'],
		],
		[
			row(OWN, "n8n's own", defaults.own, defaults.own),
			row(TRIGGER, "n8n's own", defaults.trigger, defaults.own),
			row(OWN, 'advised', advised.own, advised.own),
			row(TRIGGER, 'advised', advised.trigger, advised.own),
		],
	);
	const { own, trigger } = advised;
	const none = (name: string, value: number) => ({ name, value, atMost: 0, unit: '' });
	checkBounds([
		{
			name: `${TRIGGER} / ${OWN}, all taken, advised settings`,
			value: trigger.taken / own.taken,
			atMost: 1.5,
			unit: 'x',
		},
		// With n8n's own settings it may take longer than is waited here.
		none('refused in the end, advised settings', trigger.refused),
		none('lost', defaults.trigger.lost + trigger.lost),
		none('handed on twice', defaults.trigger.twice + trigger.twice),
	]);
}

function percentile({ answers }: Figures, percent: number): number {
	return answers[Math.ceil((answers.length * percent) / 100) - 1] ?? NaN;
}
