import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../tools/n8n/executions.mts';

const POLL_MS = 200;

/** A visitor of a form: does over HTTP what the script of n8n's form pages does in a browser. */
export class FormVisitor {
	#url: string;

	/** @param url the form's production URL */
	constructor(url: string) {
		this.#url = url;
	}

	/** The page that the visitor is on. */
	async page(): Promise<string> {
		const answer = await fetch(this.#url);
		if (!answer.ok) throw new Error(`The form answered ${answer.status}: ${await answer.text()}`);
		return await answer.text();
	}

	/** Sends the page's fields, in their order. @param files by the number of their field */
	async submit(
		fields: readonly (string | File | undefined)[],
	): Promise<{ status: number; text: string }> {
		const form = new FormData();
		for (const [index, value] of fields.entries()) {
			if (value !== undefined) form.append(`field-${index}`, value);
		}
		const answer = await fetch(this.#url, { method: 'POST', body: form });
		const text = await answer.text();
		const next = nextPage(text);
		if (next !== undefined) this.#url = next;
		return { status: answer.status, text };
	}

	/** Waits until n8n has the next page, and opens it. */
	async nextPage(): Promise<string> {
		await until('the next page of the form', async () => {
			await sleep(POLL_MS);
			const answer = await fetch(this.#statusUrl);
			return (await answer.text()).trim() === 'form-waiting' ? true : undefined;
		});
		return await this.page();
	}

	/** What the script of an ending page does when it is opened: n8n ends the execution. */
	async close(): Promise<void> {
		await fetch(this.#url, { method: 'POST' });
	}

	get #statusUrl(): URL {
		const url = new URL(this.#url);
		url.pathname += '/n8n-execution-status';
		return url;
	}
}

/** Where n8n says that the form goes on. */
function nextPage(text: string): string | undefined {
	if (!text.startsWith('{')) return undefined;
	return (JSON.parse(text) as { formWaitingUrl?: string }).formWaitingUrl;
}
