type Constructor<E extends Error> = new (...parameters: never[]) => E;

/** What the work throws. @throws when it throws nothing, or something else */
export function failureOf<E extends Error>(kind: Constructor<E>, work: () => unknown): E {
	try {
		work();
	} catch (error) {
		if (error instanceof kind) return error;
		throw error;
	}
	throw new Error(`Expected ${kind.name}; nothing was thrown`);
}

/** What the promise is rejected with. @throws when it is fulfilled, or rejected with something else */
export async function rejectionOf<E extends Error>(
	kind: Constructor<E>,
	work: Promise<unknown>,
): Promise<E> {
	const outcome = await work.then(
		() => new Error(`Expected ${kind.name}; the promise was fulfilled`),
		(error: unknown) => error,
	);
	if (outcome instanceof kind) return outcome;
	throw outcome as Error;
}
