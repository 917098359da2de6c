/** Calls a function on the first call only, and returns that result, or failure, ever after. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return async () => await (result ??= work());
}
