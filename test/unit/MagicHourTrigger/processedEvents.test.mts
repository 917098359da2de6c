import {
	isDuplicateExecution,
	type ProcessedData,
} from '../../../nodes/MagicHourTrigger/processedEvents.ts';

/** n8n's record of processed data for one node: read, then written, with time in between. */
class Record {
	readonly entries = new Set<string>();
	underWay = 0;
	mostAtATime = 0;
	failures = 0;

	/** What an execution sees. */
	for(executionId: string): ProcessedData {
		return {
			getExecutionId: () => executionId,
			helpers: {
				checkProcessedAndRecord: async (items) => {
					this.mostAtATime = Math.max(this.mostAtATime, ++this.underWay);
					const before = new Set(this.entries);
					await new Promise((resolve) => setImmediate(resolve));
					this.underWay--;
					if (this.failures-- > 0) throw new Error('UNIQUE constraint failed');
					for (const item of items) this.entries.add(String(item));
					return {
						new: items.filter((item) => !before.has(String(item))),
						processed: items.filter((item) => before.has(String(item))),
					};
				},
			},
		};
	}
}

let record: Record;
beforeEach(() => {
	record = new Record();
});

test('the first execution with an event is none, every other one is', async () => {
	expect(await isDuplicateExecution(record.for('1'), 'a')).toBe(false);
	expect(await isDuplicateExecution(record.for('2'), 'a')).toBe(true);
	expect(await isDuplicateExecution(record.for('3'), 'a')).toBe(true);
	expect(await isDuplicateExecution(record.for('4'), 'b')).toBe(false);
});

test('an execution is no duplicate of itself: a second try, or a second worker', async () => {
	expect(await isDuplicateExecution(record.for('1'), 'a')).toBe(false);
	expect(await isDuplicateExecution(record.for('1'), 'a')).toBe(false);
	expect(await isDuplicateExecution(record.for('2'), 'a')).toBe(true);
});

test('in one process, executions look one after the other', async () => {
	const looks = ['1', '2', '3'].map(async (id) => await isDuplicateExecution(record.for(id), 'a'));
	expect(await Promise.all(looks)).toEqual([false, true, true]);
	expect(record.mostAtATime).toBe(1);
});

test('a look that another process got in the way of is repeated', async () => {
	record.failures = 2;
	expect(await isDuplicateExecution(record.for('1'), 'a')).toBe(false);
});

test('a database that is down fails the execution, and no other one', async () => {
	record.failures = 3;
	await expect(isDuplicateExecution(record.for('1'), 'a')).rejects.toThrow('UNIQUE');
	expect(await isDuplicateExecution(record.for('2'), 'a')).toBe(false);
});
