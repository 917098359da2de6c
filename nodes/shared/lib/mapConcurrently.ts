import { throwIfAborted } from './clock';

/**
 * Works on items side by side, at most `limit` at a time, begun in order. After a failure nothing new is begun, what is
 * under way is told to stop through the signal, and the first failure is thrown when all of it has ended.
 * @throws {AbortError} when the outer signal fired before every item was begun
 * @returns the results in the order of the items
 */
export async function mapConcurrently<T, R>(
	items: readonly T[],
	limit: number,
	work: (item: T, signal: AbortSignal) => Promise<R>,
	outerSignal?: AbortSignal,
): Promise<R[]> {
	const results = new Array<R>(items.length);
	const stop = new AbortController();
	const failures: unknown[] = [];
	const onOuterAbort = () => stop.abort();
	if (outerSignal?.aborted) stop.abort();
	outerSignal?.addEventListener('abort', onOuterAbort);

	let next = 0;
	const worker = async () => {
		while (next < items.length && !stop.signal.aborted) {
			const index = next++;
			try {
				// A signal for each item: what waits listens to it, and Node takes many listeners of one signal for a leak.
				results[index] = await work(items[index] as T, AbortSignal.any([stop.signal]));
			} catch (error) {
				failures.push(error);
				stop.abort();
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));

	outerSignal?.removeEventListener('abort', onOuterAbort);
	if (failures.length > 0) throw failures[0] as Error;
	if (next < items.length) throwIfAborted(outerSignal);
	return results;
}
