import { setTimeout as sleep } from 'node:timers/promises';

const EXECUTION_POLL_MS = 200;
const RUNNING = ['new', 'running', 'waiting'];

export interface N8nOwner {
	readonly email: string;
	readonly password: string;
}

/** What `GET /rest/executions/:id` answers: `data` is in n8n's own packed form, good for searching in only. */
export interface StoredExecution {
	id: string;
	status: string;
	data: string;
	workflowData: { nodes: { name: string; type: string }[] };
}

/** The part of the editor's own REST interface that demo and tests need. */
export class N8nRest {
	#cookie = '';

	constructor(readonly url: string) {}

	/**
	 * Whether the database is migrated and the editor's interface answers.
	 * @param hasEditor not so a worker or webhook process
	 */
	async isReady(hasEditor = true): Promise<boolean> {
		try {
			const answers = await Promise.all(
				['/healthz/readiness', ...(hasEditor ? ['/rest/settings'] : [])].map((path) =>
					fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(5000) }),
				),
			);
			// Before it is ready, n8n answers with a waiting page.
			return answers.every(
				(answer) => answer.ok && answer.headers.get('content-type')?.includes('json'),
			);
		} catch (error) {
			// Nothing listens yet, or it is too busy starting to answer. By name: in Jest, fetch throws the classes
			// of another realm.
			if (['TypeError', 'TimeoutError'].includes((error as Error).name)) return false;
			throw error;
		}
	}

	/** Makes the first user, who owns the instance, and logs in as that user. */
	async setUpOwner(owner: N8nOwner): Promise<void> {
		await this.#request('POST', '/rest/owner/setup', {
			...owner,
			firstName: 'Demo',
			lastName: 'Owner',
		});
	}

	async logIn(owner: N8nOwner): Promise<void> {
		await this.#request('POST', '/rest/login', {
			emailOrLdapLoginId: owner.email,
			password: owner.password,
		});
	}

	/** Every node type's name, for example n8n-nodes-base.httpRequest. */
	async nodeTypes(): Promise<string[]> {
		const types = (await this.#request('GET', '/types/nodes.json')) as { name: string }[];
		return types.map(({ name }) => name);
	}

	/** The fields of every credential type, by its name. */
	async credentialFields(): Promise<ReadonlyMap<string, readonly string[]>> {
		const types = (await this.#request('GET', '/types/credentials.json')) as {
			name: string;
			properties: { name: string }[];
		}[];
		return new Map(types.map(({ name, properties }) => [name, properties.map((p) => p.name)]));
	}

	/** What the Test button of the credential's dialog does. */
	async testCredential(credential: {
		name: string;
		type: string;
		data: Record<string, unknown>;
	}): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const credentials = { id: '', ...credential };
		const answer = await this.#request('POST', '/rest/credentials/test', { credentials });
		return (answer as { data: { status: 'OK' | 'Error'; message: string } }).data;
	}

	/** What the Execute Workflow button does; resolves when the execution has ended, however it did. */
	async runWorkflow(workflowId: string, triggerName: string): Promise<StoredExecution> {
		const answer = await this.#request('POST', `/rest/workflows/${workflowId}/run`, {
			triggerToStartFrom: { name: triggerName },
		});
		const { executionId } = (answer as { data: { executionId: string } }).data;
		for (;;) {
			const execution = await this.execution(executionId);
			if (!RUNNING.includes(execution.status)) return execution;
			await sleep(EXECUTION_POLL_MS);
		}
	}

	async workflowIds(): Promise<string[]> {
		const answer = await this.#request('GET', '/rest/workflows');
		return (answer as { data: { id: string }[] }).data.map(({ id }) => id);
	}

	async execution(id: string): Promise<StoredExecution> {
		const answer = await this.#request('GET', `/rest/executions/${id}`);
		return (answer as { data: StoredExecution }).data;
	}

	async #request(method: string, path: string, body?: unknown): Promise<unknown> {
		const answer = await fetch(`${this.url}${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.#cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`n8n: ${method} ${path}: ${answer.status} ${text}`);
		const cookie = answer.headers.getSetCookie().find((value) => value.startsWith('n8n-auth='));
		if (cookie !== undefined) this.#cookie = cookie.split(';', 1).join('');
		return JSON.parse(text) as unknown;
	}
}
