/**
 * What an event costs n8n, against a request to n8n's own Webhook node in the same n8n: one after the other, and many at
 * once. n8n sets up an expression engine for each request to any other trigger; once more with n8n's setting that does so
 * only when there is an expression (N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE).
 */
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../tools/n8n/executions.mts';
import { startLab, type Lab } from '../tools/n8n/lab-n8n.mts';
import { chain, webhook, type NodeSketch } from '../tools/n8n/lab-workflow.mts';
import { rememberPackedPackage } from '../tools/n8n/packed-package.mts';
import { eventBody, SECRET, signed } from '../tools/docs/webhook-cases.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../tools/pack.mts';
import { checkBounds, medianOf, printTable } from './table.mts';

/** Requests one after the other, to each trigger in turn. */
const ROUNDS = 30;
const AT_ONCE = 100;
/** The executions of a burst may go on for a while. */
const PATIENCE_MS = 180_000;

const OWN = "n8n's Webhook node";
const EVENT = 'Magic Hour Trigger';
const FORGED = 'Magic Hour Trigger, forged';

interface Target {
	readonly name: string;
	readonly workflowId: string;
	readonly path: string;
	readonly secret: string;
	/** Status of the answer. */
	readonly status: number;
}

interface Figures {
	/** Milliseconds until the answer, of one request at a time: the middle one. */
	readonly alone: number;
	/** Milliseconds until the last of many at once is answered. */
	readonly burst: number;
	/** Answers that were not as they should be. */
	readonly wrong: number;
}

rememberPackedPackage(await packProject(join(ARTEFACTS_DIRECTORY, 'package')));
const lab = await startLab();
try {
	const targets = await createTargets(lab);
	const eager = await measure(lab, targets);
	await lab.killAndRestart(async () => {
		await appendFile(join(lab.n8n.userFolder, '.env'), 'N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true\n');
	});
	const lazy = await measure(lab, targets);
	report(eager, lazy);
} finally {
	await lab.close();
}

async function createTargets({ executions, api }: Lab): Promise<Target[]> {
	const credentialId = await executions.createCredential({
		name: 'Webhook',
		type: 'magicHourVideoWebhookApi',
		data: { signingSecret: SECRET, baseUrl: api.url },
	});
	const webhookId = randomUUID();
	const trigger: NodeSketch = {
		name: EVENT,
		type: 'n8n-nodes-magic-hour.magicHourTrigger',
		typeVersion: 2,
		parameters: {},
		webhookId,
		credentials: { magicHourVideoWebhookApi: { id: credentialId, name: 'Webhook' } },
	};
	const next: NodeSketch = {
		name: 'Next',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		parameters: {},
	};
	const own = await executions.createWorkflow(chain(OWN, [webhook('own'), next]), true);
	const ours = await executions.createWorkflow(chain(EVENT, [trigger, next]), true);
	const path = `${webhookId}/webhook`;
	return [
		{ name: OWN, workflowId: own, path: 'own', secret: SECRET, status: 200 },
		{ name: EVENT, workflowId: ours, path, secret: SECRET, status: 200 },
		{ name: FORGED, workflowId: ours, path, secret: 'another', status: 401 },
	];
}

async function measure(lab: Lab, targets: readonly Target[]): Promise<Map<string, Figures>> {
	const send = async ({
		path,
		secret,
		status,
	}: Target): Promise<{ ms: number; isRight: boolean }> => {
		const request = signed(eventBody(randomUUID()), { secret });
		const begin = performance.now();
		const answer = await fetch(`${lab.url}/webhook/${path}`, { method: 'POST', ...request });
		await answer.arrayBuffer();
		return { ms: performance.now() - begin, isRight: answer.status === status };
	};
	for (const target of targets) {
		await until(`${target.name} to answer`, async () => (await send(target)).isRight || undefined);
	}
	const alone = new Map<string, number[]>();
	for (let round = 0; round < ROUNDS; round++) {
		for (const target of targets) {
			const { ms } = await send(target);
			alone.set(target.name, [...(alone.get(target.name) ?? []), ms]);
			await idle(lab, target);
		}
	}
	const figures = new Map<string, Figures>();
	for (const target of targets) {
		const begin = performance.now();
		const answers = await Promise.all(
			Array.from({ length: AT_ONCE }, async () => await send(target)),
		);
		figures.set(target.name, {
			alone: medianOf(alone.get(target.name) ?? []),
			burst: performance.now() - begin,
			wrong: answers.filter(({ isRight }) => !isRight).length,
		});
		await idle(lab, target);
	}
	return figures;
}

/** Resolves when no execution of the workflow is under way. */
async function idle({ executions }: Lab, { name, workflowId }: Target): Promise<void> {
	await until(
		`the executions of ${name} to end`,
		async () => (await executions.underWay(workflowId)) === 0 || undefined,
		PATIENCE_MS,
	);
}

function report(eager: Map<string, Figures>, lazy: Map<string, Figures>): void {
	const rows = [...eager.keys()].flatMap((name) =>
		[eager, lazy].map((figures) => {
			const { alone, burst, wrong } = of(figures, name);
			const own = of(figures, OWN);
			return [
				...[name, figures === eager ? 'as it comes' : 'lazy'],
				...[alone.toFixed(0), (alone / own.alone).toFixed(2)],
				...[(burst / AT_ONCE).toFixed(0), (burst / own.burst).toFixed(2), wrong],
			];
		}),
	);
	printTable(
		`A request in a real n8n, one at a time and ${AT_ONCE} at once`,
		['to', 'expression engine', 'ms alone', 'x own', 'ms each at once', 'x own', 'wrong answers'],
		rows,
	);
	const bound = (what: string, figures: Map<string, Figures>, atMost: number) => ({
		...{ name: `${EVENT} / ${OWN}, ${what}`, atMost, unit: 'x' },
		value: of(figures, EVENT).burst / of(figures, OWN).burst,
	});
	checkBounds([
		bound('at once', eager, 4),
		bound('at once, lazy', lazy, 1.5),
		{
			name: 'wrong answers',
			value: [...eager.values(), ...lazy.values()].reduce((sum, { wrong }) => sum + wrong, 0),
			atMost: 0,
			unit: '',
		},
	]);
}

function of(figures: Map<string, Figures>, name: string): Figures {
	const found = figures.get(name);
	if (found === undefined) throw new Error(`${name} was not measured`);
	return found;
}
