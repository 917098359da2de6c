let last: Promise<unknown> = Promise.resolve();

/**
 * Does the work when all that came before is done, whether it failed or not. n8n's record of processed data is read,
 * changed and written back as a whole, so two at once would lose one. Holds for this process.
 */
export async function runExclusive<T>(work: () => Promise<T>): Promise<T> {
	const result = last.then(work, work);
	last = result;
	return await result;
}
