import { inspect } from 'node:util';
import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import {
	CreateOutcomeUnknownError,
	InvalidInputError,
	ProjectError,
	RequestError,
	AbortError,
} from '../../../../nodes/shared/lib/errors.ts';
import { failedItemJson, toNodeError } from '../../../../nodes/shared/n8n/nodeErrors.ts';

const NODE: INode = {
	id: '1',
	name: 'Image To Video',
	type: 'n8n-nodes-magic-hour.imageToVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const REQUEST = {
	code: 'MAGIC_HOUR_NETWORK_ERROR',
	hint: 'do this',
	fate: 'refused',
	temporary: false,
} as const;
const FAILED = 'MAGIC_HOUR_PROJECT_FAILED';
const NO_MORE = "n8n's log may say more.";

describe('without an answer', () => {
	test.each([
		[
			'wrong input',
			new InvalidInputError('Duration: no', 'use 4'),
			'Duration: no',
			'use 4 [MAGIC_HOUR_INVALID_INPUT]',
		],
		[
			'wrong input without a hint',
			new InvalidInputError('Duration: no'),
			'Duration: no',
			'Change what is named. [MAGIC_HOUR_INVALID_INPUT]',
		],
		[
			'a limit',
			new InvalidInputError('Max Credits: no', 'raise it', 'MAGIC_HOUR_CREDIT_LIMIT'),
			'Max Credits: no',
			'raise it [MAGIC_HOUR_CREDIT_LIMIT]',
		],
		[
			'a request',
			new RequestError({ ...REQUEST, message: 'no network' }),
			'no network',
			'do this [MAGIC_HOUR_NETWORK_ERROR]',
		],
		[
			'a project',
			new ProjectError('p1 failed', 'p1', 'do this', FAILED),
			'p1 failed',
			'do this [MAGIC_HOUR_PROJECT_FAILED]',
		],
		[
			'an unknown fate',
			new CreateOutcomeUnknownError('who knows', 'look there'),
			'who knows',
			'look there [MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN]',
		],
		[
			'a stop',
			new AbortError('stopped'),
			'stopped',
			'If a project is named, use Get with its ID. Otherwise run the workflow again. [MAGIC_HOUR_STOPPED]',
		],
		[
			'a bug',
			new TypeError('x is undefined'),
			'x is undefined',
			`${NO_MORE} [MAGIC_HOUR_UNEXPECTED_ERROR]`,
		],
		['something that is no error', 'text', 'text', `${NO_MORE} [MAGIC_HOUR_UNEXPECTED_ERROR]`],
	])('%s', (_, failure, message, description) => {
		const error = toNodeError(NODE, failure, 2);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toContain(message);
		expect(error.message).toContain('item 2');
		expect(error.description).toBe(description);
		expect(description).toContain(`[${error.code}]`);
		expect(error.context.itemIndex).toBe(2);
	});
});

describe('after an answer', () => {
	test.each([
		[401, new RequestError({ ...REQUEST, message: 'key refused', status: 401 })],
		[404, new ProjectError('no such project', 'p1', 'do this', 'MAGIC_HOUR_NOT_FOUND', 404)],
		[500, new CreateOutcomeUnknownError('who knows', 'do this', 500)],
		[429, new RequestError({ ...REQUEST, message: 'too many', status: 429 })],
	])('%i', (status, failure) => {
		const error = toNodeError(NODE, failure, 0);
		expect(error).toBeInstanceOf(NodeApiError);
		const { code } = failure;
		const description = `do this [${code}]`;
		expect(error).toMatchObject({ httpCode: String(status), description, code });
		// n8n has texts of its own for statuses, which must not take the place of ours.
		expect(error.message).toContain(failure.message);
		expect(error.message).toContain('item 0');
		expect(error.context.itemIndex).toBe(0);
	});
});

test.each([
	new NodeOperationError(NODE, 'ours already'),
	new NodeApiError(NODE, { message: 'ours' }),
])('%s goes through, with a code', (error) => {
	const { message } = error;
	expect(toNodeError(NODE, error, 1)).toBe(error);
	expect(error).toMatchObject({
		message,
		description: `${NO_MORE} [MAGIC_HOUR_UNEXPECTED_ERROR]`,
		code: 'MAGIC_HOUR_UNEXPECTED_ERROR',
	});
});

test('what else there is to say stands between what to do and the code', () => {
	const error = toNodeError(NODE, new InvalidInputError('no', 'use 4.'), 0, ['Item 1: p1.', '']);
	expect(error.description).toBe('use 4. Item 1: p1. [MAGIC_HOUR_INVALID_INPUT]');
});

test('the code is among what n8n hands on to error workflows', () => {
	const error = toNodeError(NODE, new InvalidInputError('no'), 0);
	expect(Object.entries(error)).toContainEqual(['code', 'MAGIC_HOUR_INVALID_INPUT']);
});

test('n8n takes a message with the word "canceled" for a person\'s own stop', () => {
	const code = 'MAGIC_HOUR_PROJECT_CANCELED';
	const text = 'Project p1 was canceled: Canceled (CANCELED)';
	const failure = new ProjectError(text, 'p1', 'hint', code);
	const { message, description } = toNodeError(NODE, failure, 0);
	expect(message).toContain('Project p1 was cancelled: Cancelled (CANCELlED)');
	expect(message).not.toMatch(/canceled/i);
	expect(description).toBe(`hint [${code}]`);
});

test('a failure of the whole run names no item', () => {
	const error = toNodeError(NODE, new InvalidInputError('too dear'), undefined);
	expect(error.message).toBe('too dear');
	expect(error.context.itemIndex).toBeUndefined();
});

test("the request, and the API key with it, stay out of n8n's error", () => {
	const config = { headers: { Authorization: 'Bearer mhk_live_secret' } };
	const cause = Object.assign(new Error('socket hang up'), { config, request: config });
	for (const failure of [
		cause,
		new RequestError({ ...REQUEST, message: 'lost', status: 500 }),
		new InvalidInputError('wrong'),
	]) {
		failure.cause = cause;
		const error = toNodeError(NODE, failure, 0);
		const all = inspect(error, { depth: null, showHidden: true });
		expect(all + JSON.stringify(error)).not.toContain('secret');
		expect(JSON.stringify(failedItemJson(NODE, failure))).not.toContain('secret');
	}
});

describe('what a failed item hands on', () => {
	const UNEXPECTED = { message: NO_MORE, error_code: 'MAGIC_HOUR_UNEXPECTED_ERROR' } as const;

	test.each<[string, unknown, ReturnType<typeof failedItemJson>]>([
		[
			'wrong input',
			new InvalidInputError('no', 'use 4'),
			{ error: 'no', message: 'use 4', error_code: 'MAGIC_HOUR_INVALID_INPUT' },
		],
		[
			'wrong input without a hint',
			new InvalidInputError('no'),
			{
				error: 'no',
				message: 'Change what is named.',
				error_code: 'MAGIC_HOUR_INVALID_INPUT',
			},
		],
		[
			'a project',
			new ProjectError('Project p1 failed', 'p1', 'do this', FAILED),
			{ error: 'Project p1 failed', message: 'do this', error_code: FAILED, project_id: 'p1' },
		],
		[
			'an unknown fate',
			new CreateOutcomeUnknownError('who knows', 'look'),
			{ error: 'who knows', message: 'look', error_code: 'MAGIC_HOUR_CREATE_OUTCOME_UNKNOWN' },
		],
		[
			'a stop',
			new AbortError('stopped'),
			{
				error: 'stopped',
				message: 'If a project is named, use Get with its ID. Otherwise run the workflow again.',
				error_code: 'MAGIC_HOUR_STOPPED',
			},
		],
		[
			"an error of n8n's",
			new NodeOperationError(NODE, 'wrong', { description: 'do this' }),
			{ error: 'wrong', message: 'do this', error_code: 'MAGIC_HOUR_UNEXPECTED_ERROR' },
		],
		['a bug', new TypeError('x is undefined'), { ...UNEXPECTED, error: 'x is undefined' }],
		['something that is no error', 'text', { ...UNEXPECTED, error: 'text' }],
	])('%s', (_, error, json) => {
		expect(failedItemJson({}, error)).toEqual(json);
		// n8n before 2.36 takes an item with an empty message for one that did not fail.
		expect(failedItemJson({}, error).message).not.toBe('');
	});

	test('has no other keys where n8n goes by them, and the code in the text', () => {
		const failure = new ProjectError('Project p1 failed', 'p1', 'do this', FAILED);
		expect(failedItemJson({ onError: 'continueErrorOutput' }, failure)).toEqual({
			error: 'Project p1 failed',
			message: 'do this [MAGIC_HOUR_PROJECT_FAILED]',
		});
	});
});
