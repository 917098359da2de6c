/**
 * Executions at once over a webhook, in n8n's queue mode with two workers, each item with an image of its own: does each
 * end with its own video, and how long does it take? Beside it n8n's own nodes: a webhook, an upload, a pause as long as
 * a video takes, a download.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '../tools/n8n/executions.mts';
import { chain, webhook, type NodeSketch } from '../tools/n8n/lab-workflow.mts';
import type { N8nWorkflow } from '../tools/n8n/n8n.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../tools/pack.mts';
import { allEnded } from '../tools/queue-mode/burst.mts';
import { beganAt, marksOf } from '../tools/queue-mode/marks.mts';
import {
	N8N_LOCKS,
	PROCESSES,
	QueueMode,
	VIDEO_BYTES,
	WORKERS,
} from '../tools/queue-mode/queue-mode.mts';
import { orderOf, orderWorkflow, outcomeOf, post, type Order } from './queue-burst.mts';
import { checkBounds, printTable } from './table.mts';

const JOB_SECONDS = 10;
/** Of each worker. */
const CONCURRENCY = 50;
const PATIENCE_MS = 15 * 60_000;
/** Marks that another worker has wiped out are back after that. */
const MARKS_MS = 60_000;

interface Case {
	readonly poolSize: number;
	readonly executions: number;
	/** Of each execution. */
	itemsOf(number: number): number;
}

const FIRST: Case = { poolSize: 2, executions: 100, itemsOf: () => 1 };
const CASES: readonly Case[] = [
	FIRST,
	{ poolSize: 10, executions: 100, itemsOf: () => 1 },
	// Every fifth has 2, 3 or 4.
	{ poolSize: 10, executions: 300, itemsOf: (number) => (number % 5 ? 1 : 2 + (number % 3)) },
];

const nameOf = ({ poolSize, executions }: Case) => `pool of ${poolSize}, ${executions} executions`;
/** All places of all workers taken all the time. */
const idealOf = ({ executions }: Case) =>
	Math.ceil(executions / (CONCURRENCY * WORKERS.length)) * JOB_SECONDS;

/** Takes any upload, and has one file of the size of a video. */
async function startFileServer(): Promise<{ server: Server; url: string }> {
	const file = Buffer.alloc(VIDEO_BYTES);
	const server = createServer((request, response) => {
		request.resume().once('end', () => response.end(request.method === 'GET' ? file : ''));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** What n8n's own nodes need for the same. */
function ownWorkflow(path: string, url: string): N8nWorkflow {
	const http = (name: string, parameters: Record<string, unknown>): NodeSketch => ({
		...{ name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2 },
		parameters: { url, ...parameters },
	});
	const body = { sendBody: true, contentType: 'binaryData', inputDataFieldName: 'image0' };
	return chain(path, [
		webhook(path),
		http('Upload', { method: 'PUT', ...body }),
		{
			...{ name: 'Wait', type: 'n8n-nodes-base.wait', typeVersion: 1.1 },
			parameters: { resume: 'timeInterval', amount: JOB_SECONDS, unit: 'seconds' },
		},
		http('Download', { options: { response: { response: { responseFormat: 'file' } } } }),
	]);
}

interface Ended {
	readonly workflowId: string;
	readonly ended: readonly { readonly id: string; readonly status: string }[];
	readonly seconds: number;
	/** How often n8n did not take an order. */
	readonly refused: number;
}

/** Hands in all orders at once; resolves when all executions have ended. */
async function burst(
	cluster: QueueMode,
	workflow: N8nWorkflow,
	orders: readonly Order[],
): Promise<Ended> {
	const workflowId = await cluster.executions.createWorkflow(workflow, true);
	const begin = performance.now();
	const refused = await Promise.all(orders.map((order) => post(cluster, workflow.name, order)));
	const ended = await allEnded(cluster, workflowId, orders.length, PATIENCE_MS);
	return {
		workflowId,
		ended,
		seconds: (performance.now() - begin) / 1000,
		refused: refused.reduce((sum, count) => sum + count, 0),
	};
}

async function measure(cluster: QueueMode, each: Case, fileUrl: string) {
	const path = nameOf(each).replaceAll(/\W+/g, '-');
	const orders = Array.from({ length: each.executions }, (_, number) =>
		orderOf(`${path} ${number}`, each.itemsOf(number), JOB_SECONDS),
	);
	const own = await burst(cluster, ownWorkflow(`${path}-own`, fileUrl), orders);

	const before = cluster.api.projects.length;
	const ours = await burst(cluster, orderWorkflow(cluster, path), orders);
	const outcome = await outcomeOf(
		cluster,
		ours.ended.map(({ id }) => id),
	);
	const projects = cluster.api.projects.slice(before);
	// A mark is of an item, and of the millisecond in which its execution began.
	const began = await beganAt(cluster, ours.workflowId);
	const marked = [...outcome.counts].flatMap(([id, items]) =>
		Array.from({ length: items }, (_, item) => `${began.get(id) ?? id}/${item}`),
	);
	const wanted = new Set(marked).size;
	const looksUntil = Date.now() + MARKS_MS;
	const marks = await until(
		'the marks',
		async () => {
			const count = new Set(await marksOf(cluster, ours.workflowId)).size;
			return count >= wanted || Date.now() > looksUntil ? count : undefined;
		},
		2 * MARKS_MS,
	);
	const logs = await Promise.all(WORKERS.map((worker) => cluster.log(worker)));
	return {
		...each,
		...ours,
		...outcome,
		name: nameOf(each),
		items: orders.reduce((sum, { images }) => sum + images.length, 0),
		creates: projects.length,
		different: new Set(projects.map(({ body }) => body.style?.prompt)).size,
		share: logs.map((log) => log.split(`is asked for a video: "${path} - `).length - 1),
		wanted,
		marks,
		own: {
			...own,
			failed: own.ended.filter(({ status }) => status !== 'success').length,
		},
	};
}

const cluster = await QueueMode.start({
	packed: await packProject(join(ARTEFACTS_DIRECTORY, 'package')),
	poolSize: FIRST.poolSize,
	concurrency: CONCURRENCY,
	settings: N8N_LOCKS,
});
const { server, url } = await startFileServer();
const results: Awaited<ReturnType<typeof measure>>[] = [];
try {
	let { poolSize } = FIRST;
	for (const each of CASES) {
		if (each.poolSize !== poolSize) {
			await Promise.all(PROCESSES.map((name) => cluster.process(name).stop()));
			poolSize = each.poolSize;
			cluster.change({ DB_POSTGRESDB_POOL_SIZE: String(poolSize) });
			await cluster.startAgain(...PROCESSES);
		}
		results.push(await measure(cluster, each, url));
	}
} finally {
	server.close();
	await cluster.close();
}

printTable(
	`Executions at once over a webhook, two workers of ${CONCURRENCY}, videos that take ${JOB_SECONDS} s`,
	[
		...['', 'items', 'right', 'creates', 'by worker', 'marks wanted', 'marks'],
		...['took s', 'x ideal', "x n8n's own nodes"],
	],
	results.map((each) => [
		...[each.name, each.items, each.right, each.creates, each.share.join('/')],
		...[each.wanted, each.marks, each.seconds.toFixed(1)],
		(each.seconds / idealOf(each)).toFixed(2),
		(each.seconds / each.own.seconds).toFixed(2),
	]),
);
printTable(
	"n8n's own nodes: upload, wait, download",
	['', 'failed', 'took s', 'x ideal', 'requests refused', 'of ours'],
	results.map((each) => [
		...[each.name, each.own.failed, each.own.seconds.toFixed(1)],
		(each.own.seconds / idealOf(each)).toFixed(2),
		...[each.own.refused, each.refused],
	]),
);
for (const { name, failures } of results) {
	for (const failure of new Set(failures)) {
		console.log(`  ${name}: ${failures.filter((each) => each === failure).length} x ${failure}`);
	}
}
checkBounds(
	results.flatMap((each) => {
		const of = (what: string, value: number) => ({ name: `${each.name}: ${what}`, value });
		return [
			{
				...of('items with their own video / items', each.right / each.items),
				...{ atLeast: 1, unit: 'x' },
			},
			{ ...of('create requests / items', each.creates / each.items), atMost: 1, unit: 'x' },
			{
				...of('items asked for / items', each.different / each.items),
				...{ atLeast: 1, unit: 'x' },
			},
			{
				...of('marks / marks wanted', each.marks / each.wanted),
				...{ atLeast: 1, unit: 'x' },
			},
			{
				...of("time / n8n's own nodes", each.seconds / each.own.seconds),
				...{ atMost: 3, unit: 'x' },
			},
		];
	}),
);
