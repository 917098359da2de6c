import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import { InvalidInputError } from '../lib/errors';
import { hasSilentErrors, isTool } from './aiTool';

/** What of n8n's own context decides where `$fromAI` looks. */
interface CallContext {
	runIndex: number;
	readonly runExecutionData?: IRunExecutionData;
}

/** Names that `$fromAI` takes. */
const FIELD = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Lets the expressions of an agent's call read what the model gave to this call. n8n (2.41.1,
 * `makeHandleToolInvocation`) counts the calls of each of the agent's items by itself, but keeps their values in one
 * list for all: of items that an agent before version 3 works on side by side, `$fromAI` reads the values of the first.
 * n8n-core 1.84 counts anew for each item also of those that follow one another. The call's own values are its input.
 * To be called before anything else reads a field, or the number of the run.
 */
export function useOwnCall(n8n: IExecuteFunctions): void {
	if (!isTool(n8n)) return;
	const { runExecutionData } = n8n as unknown as Partial<CallContext>;
	const runs = runExecutionData?.resultData.runData[n8n.getNode().name] ?? [];
	const input = n8n.getInputData();
	const own = runs.findIndex((run) => run?.inputOverride?.ai_tool?.[0] === input);
	// Where it can't be set, `assertOwnCall` refuses.
	if (own !== -1) Reflect.set(n8n, 'runIndex', own);
}

/**
 * Nothing may be paid for with the values of another call.
 * @throws {InvalidInputError} when n8n still reads those
 */
export function assertOwnCall(n8n: IExecuteFunctions): void {
	if (!hasSilentErrors(n8n)) return;
	for (const [field, given] of Object.entries(n8n.getInputData()[0]?.json ?? {})) {
		if (!FIELD.test(field)) continue;
		const read: unknown = n8n.evaluateExpression(`{{ $fromAI(${JSON.stringify(field)}) }}`, 0);
		if (JSON.stringify(read ?? null) === JSON.stringify(given ?? null)) continue;
		throw new InvalidInputError(
			`n8n has mixed up the calls of an agent: ${field} is that of another call`,
			'Set Batch Size to 1 in the options of the agent (Batch Processing), or use an AI Agent node of version 3 or later.',
		);
	}
}
