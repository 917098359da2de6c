import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import { assertOwnCall, useOwnCall } from '../../../../nodes/shared/generation/toolCall.ts';
import { failureOf } from '../../../support/failure-of.mts';

/** Calls of an agent that n8n has begun, in the order of its list, all with the same run index. */
function calls(given: readonly IDataObject[], isWritable = true): IExecuteFunctions[] {
	const inputs = given.map((json) => [{ json }]);
	const Generate = inputs.map((input) => ({ inputOverride: { ai_tool: [input] } }));
	return inputs.map((input) => {
		const context = {
			runExecutionData: { resultData: { runData: { Generate } } },
			getNode: () => ({ name: 'Generate', type: 'x.imageToVideoTool' }),
			getInputData: () => input,
			isToolExecution: () => true,
			evaluateExpression: (expression: string) => {
				const field = /^\{\{ \$fromAI\("(\w+)"\) \}\}$/.exec(expression)?.[1] ?? '';
				return given[(context as unknown as { runIndex: number }).runIndex]?.[field] ?? undefined;
			},
		};
		Object.defineProperty(context, 'runIndex', { value: 0, writable: isWritable });
		return context as unknown as IExecuteFunctions;
	});
}

test('a call reads what was given to it', () => {
	for (const call of calls([{ prompt: 'a' }, { prompt: 'b' }, { prompt: null }, {}])) {
		useOwnCall(call);
		expect(() => {
			assertOwnCall(call);
		}).not.toThrow();
	}
});

test('one that would read what was given to another is refused', () => {
	const [first, second] = calls([{ seconds: 1 }, { seconds: 2 }], false);
	for (const call of [first, second]) useOwnCall(call as IExecuteFunctions);
	assertOwnCall(first as IExecuteFunctions);
	const failure = failureOf(InvalidInputError, () => {
		assertOwnCall(second as IExecuteFunctions);
	});
	expect(failure.message).toContain('seconds is that of another call');
	expect(failure.hint).toContain('Batch Size');
});

test('one with equal values may be taken for another', () => {
	for (const call of calls([{ size: { w: 1 } }, { size: { w: 1 } }], false)) {
		useOwnCall(call);
		assertOwnCall(call);
	}
});
