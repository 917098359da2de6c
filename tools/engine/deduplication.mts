import { DataDeduplicationService } from 'n8n-core';
import type { ICheckProcessedContextData, IDataDeduplicator } from 'n8n-workflow';

let started: Promise<void> | undefined;

/** What n8n keeps in its database for `helpers.checkProcessedAndRecord`, in memory. n8n-core takes it once. */
export async function startDeduplication(): Promise<void> {
	await (started ??= DataDeduplicationService.init(new Marks()));
}

class Marks implements IDataDeduplicator {
	readonly #marks = new Map<string, Set<string>>();

	async checkProcessedAndRecord(
		...[items, , context]: Parameters<IDataDeduplicator['checkProcessedAndRecord']>
	): ReturnType<IDataDeduplicator['checkProcessedAndRecord']> {
		const marks = this.#of(context);
		const processed = items.filter((item) => marks.has(String(item)));
		for (const item of items) marks.add(String(item));
		return await Promise.resolve({
			new: items.filter((item) => !processed.includes(item)),
			processed,
		});
	}

	async removeProcessed(
		...[items, , context]: Parameters<IDataDeduplicator['removeProcessed']>
	): Promise<void> {
		for (const item of items) this.#of(context).delete(String(item));
		await Promise.resolve();
	}

	async clearAllProcessedItems(
		...[, context]: Parameters<IDataDeduplicator['clearAllProcessedItems']>
	): Promise<void> {
		this.#of(context).clear();
		await Promise.resolve();
	}

	async getProcessedDataCount(
		...[, context]: Parameters<IDataDeduplicator['getProcessedDataCount']>
	): Promise<number> {
		return await Promise.resolve(this.#of(context).size);
	}

	#of({ workflow, node }: ICheckProcessedContextData): Set<string> {
		const key = `${workflow.id}/${node?.id ?? ''}`;
		const marks = this.#marks.get(key) ?? new Set();
		this.#marks.set(key, marks);
		return marks;
	}
}
