import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nWorkflow } from './n8n.mts';
import type { N8nOwner } from './n8n-rest.mts';
import { unflatten } from './unflatten.mts';

const POLL_MS = 100;
const PATIENCE_MS = 90_000;
const UNDER_WAY = ['new', 'running', 'waiting'];

export interface NodeRun {
	executionStatus?: string;
	error?: { message: string; description?: string | null };
	data?: {
		main: ({ json: Record<string, unknown>; binary?: Record<string, { id: string }> }[] | null)[];
	};
}

/** What n8n has saved of an execution. */
export interface SavedExecution {
	readonly id: string;
	readonly status: string;
	readonly mode: string;
	readonly retryOf?: string | null;
	readonly data: {
		readonly resultData: {
			readonly runData: Record<string, NodeRun[]>;
			readonly error?: { message: string; description?: string | null };
		};
	};
	/** What n8n shows beside the execution. */
	readonly customData: Readonly<Record<string, string>>;
	/** All of `data` as n8n keeps it, to search in. */
	readonly text: string;
}

/** What a retry led to: the new execution, or why n8n refused. */
export type RetryOutcome =
	| { readonly id: string; readonly status: string }
	| { readonly refused: string };

/** The editor's REST interface to workflows and executions, as far as a person's buttons go. */
export class Executions {
	#cookie = '';

	constructor(readonly url: string) {}

	async logIn({ email, password }: N8nOwner): Promise<void> {
		await this.#request('POST', '/rest/login', { emailOrLdapLoginId: email, password });
	}

	/** @returns the credential's id */
	async createCredential(credential: {
		name: string;
		type: string;
		data: Record<string, unknown>;
	}): Promise<string> {
		return (await this.#data<{ id: string }>('POST', '/rest/credentials', credential)).id;
	}

	/** @returns the workflow's id; a workflow with a webhook answers from now on */
	async createWorkflow(workflow: N8nWorkflow, active = false): Promise<string> {
		const { id, versionId } = await this.#data<{ id: string; versionId: string }>(
			'POST',
			'/rest/workflows',
			workflow,
		);
		if (active) await this.#data('POST', `/rest/workflows/${id}/activate`, { versionId });
		return id;
	}

	async saveWorkflow(id: string, workflow: N8nWorkflow): Promise<void> {
		await this.#data('PATCH', `/rest/workflows/${id}`, workflow);
	}

	/** The Execute Workflow button. @returns the execution's id, at once */
	async run(workflowId: string, trigger: string): Promise<string> {
		const body = { triggerToStartFrom: { name: trigger } };
		const { executionId } = await this.#data<{ executionId: string }>(
			'POST',
			`/rest/workflows/${workflowId}/run`,
			body,
		);
		return executionId;
	}

	/** The Execute Workflow button where the trigger is a webhook: its Test URL answers from now on, for one event. */
	async listen(workflowId: string, trigger: string): Promise<void> {
		const body = { triggerToStartFrom: { name: trigger } };
		const path = `/rest/workflows/${workflowId}/run`;
		const { waitingForWebhook } = await this.#data<{ waitingForWebhook?: boolean }>(
			'POST',
			path,
			body,
		);
		if (waitingForWebhook !== true) throw new Error('n8n does not listen to the Test URL');
	}

	/**
	 * As a service calls it. The execution has to last until n8n has listed it.
	 * @returns the id of the execution that this began
	 */
	async callWebhook(workflowId: string, path: string): Promise<string> {
		const before = new Set(await this.idsOf(workflowId));
		await this.postWebhook(path);
		return await until('the execution to begin', async () =>
			(await this.idsOf(workflowId)).find((id) => !before.has(id)),
		);
	}

	/** As a service calls it; resolves when n8n has taken the call. */
	async postWebhook(path: string): Promise<void> {
		await until('the webhook to answer', async () => {
			const answer = await fetch(`${this.url}/webhook/${path}`, { method: 'POST' });
			// n8n registers a new webhook a moment after it has said that it did.
			if (answer.status === 404) return undefined;
			if (!answer.ok) throw new Error(`The webhook answered ${answer.status}`);
			return answer;
		});
	}

	/** As a visitor of a page posts a form. @returns the text of the answer */
	async postForm(path: string, form: FormData): Promise<string> {
		return await until('the form to be accepted', async () => {
			const answer = await fetch(`${this.url}/webhook/${path}`, { method: 'POST', body: form });
			// As above.
			if (answer.status === 404) return undefined;
			if (!answer.ok) throw new Error(`The webhook answered ${answer.status}`);
			return await answer.text();
		});
	}

	/**
	 * All executions of a workflow that n8n's list shows, the newest first. n8n looks for those under way and for those that
	 * have ended at the same time, and can miss one that ends meanwhile, or find it twice: the second list has it.
	 */
	async idsOf(workflowId: string): Promise<string[]> {
		const first = await this.#listOf(workflowId);
		const second = await this.#listOf(workflowId);
		return [...new Set([...second, ...first])];
	}

	async #listOf(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const path = `/rest/executions?filter=${filter}&limit=100`;
		const { results } = await this.#data<{ results: { id: string }[] }>('GET', path);
		return results.map(({ id }) => id);
	}

	/** How many have not ended, of the latest ones. */
	async underWay(workflowId: string): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status: UNDER_WAY }));
		const path = `/rest/executions?filter=${filter}`;
		return (await this.#data<{ results: unknown[] }>('GET', path)).results.length;
	}

	async get(id: string): Promise<SavedExecution> {
		return read(await this.#saved(id));
	}

	/** The execution once it has ended, however it did. */
	async ended(id: string, patienceMs?: number): Promise<SavedExecution> {
		const look = async () => {
			const saved = await this.#saved(id);
			// For a moment, a new execution has no data yet.
			if (UNDER_WAY.includes(saved.status) || saved.data === undefined) return undefined;
			return read(saved);
		};
		return await until(`execution ${id} to end`, look, patienceMs);
	}

	async #saved(id: string): Promise<RawExecution> {
		return await this.#data<RawExecution>('GET', `/rest/executions/${id}`);
	}

	/**
	 * The Retry button; resolves when the new execution has ended.
	 * @param loadWorkflow "with currently saved workflow" instead of "with original workflow"
	 */
	async retry(id: string, loadWorkflow = false): Promise<RetryOutcome> {
		const answer = await this.#send('POST', `/rest/executions/${id}/retry`, { loadWorkflow });
		if (!answer.ok) return { refused: answer.text };
		return (JSON.parse(answer.text) as { data: { id: string; status: string } }).data;
	}

	/** The Stop button. */
	async stop(id: string): Promise<void> {
		await this.#data('POST', `/rest/executions/${id}/stop`);
	}

	/** A file that an execution has saved. */
	async file(binaryId: string): Promise<Buffer> {
		const path = `/rest/binary-data?action=download&id=${encodeURIComponent(binaryId)}`;
		const answer = await fetch(`${this.url}${path}`, { headers: { cookie: this.#cookie } });
		if (!answer.ok) throw new Error(`n8n: GET ${path}: ${answer.status}`);
		return Buffer.from(await answer.arrayBuffer());
	}

	/** Any other request of the editor's. @returns what n8n answers */
	async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
		return await this.#data<T>(method, path, body);
	}

	async #data<T>(method: string, path: string, body?: unknown): Promise<T> {
		return ((await this.#request(method, path, body)) as { data: T }).data;
	}

	async #request(method: string, path: string, body?: unknown): Promise<unknown> {
		const { ok, status, text } = await this.#send(method, path, body);
		if (!ok) throw new Error(`n8n: ${method} ${path}: ${status} ${text}`);
		return JSON.parse(text) as unknown;
	}

	async #send(
		method: string,
		path: string,
		body?: unknown,
	): Promise<{ ok: boolean; status: number; text: string }> {
		const answer = await fetch(`${this.url}${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.#cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const cookie = answer.headers.getSetCookie().find((value) => value.startsWith('n8n-auth='));
		if (cookie !== undefined) this.#cookie = cookie.split(';', 1).join('');
		return { ok: answer.ok, status: answer.status, text: await answer.text() };
	}
}

type RawExecution = Omit<SavedExecution, 'data' | 'text'> & { data?: string };

function read(saved: RawExecution): SavedExecution {
	const { data: text = 'null' } = saved;
	return { ...saved, data: unflatten(text) as SavedExecution['data'], text };
}

/** Asks again and again until there is something. @throws when nothing has come in time */
export async function until<T>(
	what: string,
	look: () => Promise<T | undefined>,
	patienceMs = PATIENCE_MS,
): Promise<T> {
	const giveUpAt = Date.now() + patienceMs;
	for (;;) {
		const found = await look();
		if (found !== undefined) return found;
		if (Date.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
		await sleep(POLL_MS);
	}
}
