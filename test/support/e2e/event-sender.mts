import { createHmac } from 'node:crypto';
import { ApiClient } from '../api-client.mts';
import { until } from '../../../tools/n8n/executions.mts';
import type { Lab } from '../../../tools/n8n/lab-n8n.mts';

/**
 * What n8n answers to everything, with status 200, in a short part of its start. Magic Hour would take the event for
 * delivered: see docs/durable-waiting.md.
 */
const STARTING_PAGE = 'n8n is starting up';

/** Sends events as Magic Hour does: signed, and again and again until they are taken. */
export class EventSender {
	readonly #client: ApiClient;

	constructor(
		lab: Lab,
		private readonly urls: readonly string[],
		private readonly secret: string,
	) {
		this.#client = new ApiClient(lab.api.url, lab.api.keys.business);
	}

	/** Resolves when all URLs have taken the event that a project has ended. */
	async send(projectId: string): Promise<void> {
		const payload = await this.#client.details(projectId);
		const type = { complete: 'video.completed', error: 'video.errored' }[payload.status];
		if (type === undefined) throw new Error(`There is no event for ${payload.status}`);
		const body = JSON.stringify({ type, payload });
		await Promise.all(
			this.urls.map(async (url) =>
				until(`${url} to take ${type}`, async () => await this.#post(url, body)),
			),
		);
	}

	async #post(url: string, body: string): Promise<true | undefined> {
		const timestamp = String(Math.floor(Date.now() / 1000));
		const signature = createHmac('sha256', this.secret)
			.update(`${timestamp}.${body}`)
			.digest('hex');
		const headers = {
			'content-type': 'application/json',
			'magic-hour-event-timestamp': timestamp,
			'magic-hour-event-signature': signature,
		};
		try {
			const answer = await fetch(url, { method: 'POST', body, headers });
			const text = await answer.text();
			return (answer.ok && !text.startsWith(STARTING_PAGE)) || undefined;
		} catch (error) {
			// Nobody is there. By name: in Jest, fetch throws the classes of another realm.
			if ((error as Error).name === 'TypeError') return undefined;
			throw error;
		}
	}
}
