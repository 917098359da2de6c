import { turns } from './deferred.mts';

/** n8n's record of processed data: as n8n does, it reads all marks and writes all back, without a lock. */
export function fakeDatabase() {
	let marks: string[] = [];
	let problem: Error | undefined;
	const change = async (work: (read: string[]) => string[]) => {
		const read = marks;
		await turns();
		if (problem) throw problem;
		marks = work(read);
	};
	return {
		marks: () => marks,
		/** What a process does that has read before others wrote. */
		wipe: () => (marks = []),
		breakDown: () => (problem = new Error('database is locked')),
		repair: () => (problem = undefined),
		helpers: {
			checkProcessedAndRecord: async (wanted: string[]) => {
				let processed: string[] = [];
				await change((read) => {
					processed = wanted.filter((mark) => read.includes(mark));
					return [...new Set([...read, ...wanted])];
				});
				return { new: wanted.filter((mark) => !processed.includes(mark)), processed };
			},
			removeProcessed: async (unwanted: string[]) => {
				await change((read) => read.filter((known) => !unwanted.includes(known)));
			},
		},
	};
}
