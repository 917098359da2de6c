/** A promise that the test settles. */
export class Deferred<T> {
	resolve!: (value: T) => void;
	reject!: (error: Error) => void;
	readonly promise = new Promise<T>((resolve, reject) => {
		this.resolve = resolve;
		this.reject = reject;
	});
}

/** Lets everything that needs no time happen: all promise callbacks that are due, and those that they make due. */
export async function turns(): Promise<void> {
	await new Promise((resolve) => {
		setImmediate(resolve);
	});
}
