import type { IExecuteFunctions } from 'n8n-workflow';
import { openRetryState } from '../../../../nodes/shared/generation/runContext.ts';

/** What n8n keeps of the node in an execution. */
type Context = Record<string, unknown>;

interface Try {
	readonly mode?: 'manual' | 'retry';
	/** n8n has run the node before in this execution, or in the one that is tried again. */
	readonly isExecuted?: boolean;
	readonly runIndex?: number;
}

function open(context: Context, { mode = 'manual', isExecuted = false, runIndex = 0 }: Try = {}) {
	return openRetryState({
		getContext: () => context,
		getMode: () => mode,
		getNode: () => ({ name: 'Generate' }),
		getWorkflowDataProxy: () => ({ $: () => ({ isExecuted }) }),
		evaluateExpression: () => runIndex,
	} as unknown as IExecuteFunctions);
}

const RETRY = { mode: 'retry', isExecuted: true } as const;
/** As n8n saves an execution and loads it again for a retry. */
const saved = (context: Context): Context => JSON.parse(JSON.stringify(context)) as Context;

describe('a retry', () => {
	test('of an execution that had saved its ledger goes on with it', () => {
		const context: Context = {};
		open(context);
		expect(open(saved(context), RETRY).interrupted).toBe(false);
	});

	test('of an execution that had not begun the node has missed nothing', () => {
		expect(open({}, { mode: 'retry' }).interrupted).toBe(false);
	});

	test('of an execution in which n8n was killed knows that something is missing', () => {
		expect(open({}, RETRY).interrupted).toBe(true);
	});

	test.each<[string, (context: Context) => Context, Try]>([
		['with the next try of Retry On Fail', (context) => context, RETRY],
		['in the next round of a loop', (context) => context, { ...RETRY, runIndex: 1 }],
		['when it is tried again itself', saved, RETRY],
	])('knows it still %s', (_, later, attempt) => {
		const context: Context = {};
		open(context, RETRY);
		expect(open(later(context), attempt).interrupted).toBe(true);
	});
});
