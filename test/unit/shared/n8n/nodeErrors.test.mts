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

const REQUEST = { hint: 'do this', fate: 'refused', temporary: false } as const;

describe('without an answer', () => {
	test.each([
		['wrong input', new InvalidInputError('Duration: no', 'use 4'), 'Duration: no', 'use 4'],
		[
			'wrong input without a hint',
			new InvalidInputError('Duration: no'),
			'Duration: no',
			undefined,
		],
		['a request', new RequestError({ ...REQUEST, message: 'no network' }), 'no network', 'do this'],
		['a project', new ProjectError('p1 failed', 'p1', 'do this'), 'p1 failed', 'do this'],
		[
			'an unknown fate',
			new CreateOutcomeUnknownError('who knows', 'look there'),
			'who knows',
			'look there',
		],
		['a stop', new AbortError('stopped'), 'stopped', undefined],
		['a bug', new TypeError('x is undefined'), 'x is undefined', undefined],
		['something that is no error', 'text', 'text', undefined],
	])('%s', (_, failure, message, description) => {
		const error = toNodeError(NODE, failure, 2);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toContain(message);
		expect(error.message).toContain('item 2');
		expect(error.description ?? undefined).toBe(description);
		expect(error.context.itemIndex).toBe(2);
	});
});

describe('after an answer', () => {
	test.each([
		[401, new RequestError({ ...REQUEST, message: 'key refused', status: 401 })],
		[404, new ProjectError('no such project', 'p1', 'do this', 404)],
		[500, new CreateOutcomeUnknownError('who knows', 'do this', 500)],
		[429, new RequestError({ ...REQUEST, message: 'too many', status: 429 })],
	])('%i', (status, failure) => {
		const error = toNodeError(NODE, failure, 0);
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({ httpCode: String(status), description: 'do this' });
		// n8n has texts of its own for statuses, which must not take the place of ours.
		expect(error.message).toContain(failure.message);
		expect(error.message).toContain('item 0');
		expect(error.context.itemIndex).toBe(0);
	});
});

test.each([
	new NodeOperationError(NODE, 'ours already'),
	new NodeApiError(NODE, { message: 'ours' }),
])('%s goes through as it is', (error) => {
	expect(toNodeError(NODE, error, 1)).toBe(error);
});

test('n8n takes a message with the word "canceled" for a person\'s own stop', () => {
	const failure = new ProjectError('Project p1 was canceled: Canceled (CANCELED)', 'p1', 'hint');
	const { message } = toNodeError(NODE, failure, 0);
	expect(message).toContain('Project p1 was cancelled: Cancelled (CANCELlED)');
	expect(message).not.toMatch(/canceled/i);
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
	const NO_MORE = "n8n's log may say more.";

	test.each<[string, unknown, ReturnType<typeof failedItemJson>]>([
		['wrong input', new InvalidInputError('no', 'use 4'), { error: 'no', message: 'use 4' }],
		[
			'wrong input without a hint',
			new InvalidInputError('no'),
			{ error: 'no', message: 'Change what the error names.' },
		],
		[
			'a project',
			new ProjectError('Project p1 failed', 'p1', 'do this'),
			{ error: 'Project p1 failed', message: 'do this', project_id: 'p1' },
		],
		[
			'an unknown fate',
			new CreateOutcomeUnknownError('who knows', 'look'),
			{ error: 'who knows', message: 'look' },
		],
		['a stop', new AbortError('stopped'), { error: 'stopped', message: NO_MORE }],
		[
			"an error of n8n's",
			new NodeOperationError(NODE, 'wrong', { description: 'do this' }),
			{ error: 'wrong', message: 'do this' },
		],
		['a bug', new TypeError('x is undefined'), { error: 'x is undefined', message: NO_MORE }],
		['something that is no error', 'text', { error: 'text', message: NO_MORE }],
	])('%s', (_, error, json) => {
		expect(failedItemJson({}, error)).toEqual(json);
		// n8n before 2.36 takes an item with an empty message for one that did not fail.
		expect(failedItemJson({}, error).message).not.toBe('');
	});

	test('has no other keys where n8n goes by them', () => {
		const failure = new ProjectError('Project p1 failed', 'p1', 'do this');
		expect(failedItemJson({ onError: 'continueErrorOutput' }, failure)).toEqual({
			error: 'Project p1 failed',
			message: 'do this',
		});
	});
});
