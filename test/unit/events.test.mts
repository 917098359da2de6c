import { UnexpectedAnswer } from '../../nodes/shared/answers.ts';
import { EVENTS, parseEvent, whyNotWanted } from '../../nodes/shared/events.ts';

const parse = (body: unknown) =>
	parseEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const event = (type: string, payload: object = {}) =>
	parse({ type, payload: { id: 'p1', status: 'complete', ...payload } });

test("an event is its type and its project, unknown fields and all; what isn't finished may have no downloads", () => {
	expect(event('video.started', { name: 'Grüße', odd: 1 })).toEqual({
		type: 'video.started',
		project: { id: 'p1', status: 'complete', name: 'Grüße', odd: 1, downloads: [] },
	});
});

test.each([
	['', 'The body is empty'],
	['{"type":', 'The body is not JSON'],
	['<html>', 'The body is an HTML page'],
	['null', 'body: Expected object'],
	[{ payload: { id: 'p1', status: 'complete' } }, 'type: Required'],
	[
		{ type: 'completed', payload: { id: 'p1', status: 'complete' } },
		'something like video.completed',
	],
	[{ type: 'video.completed' }, 'payload: Required'],
	[{ type: 'video.completed', payload: { status: 'complete' } }, 'payload.id: Required'],
	[{ type: 'video.completed', payload: { id: 'p1', status: 'done' } }, 'payload.status'],
])('%j is no event', (body, text) => {
	expect(() => parse(body)).toThrow(UnexpectedAnswer);
	expect(() => parse(body)).toThrow(text);
});

test('there are the nine documented events', () => {
	const types = ['video', 'image', 'audio'].flatMap((kind) =>
		['completed', 'errored', 'started'].map((what) => `${kind}.${what}`),
	);
	expect(EVENTS.map(({ type }) => type)).toEqual(types);
});

describe('what is wanted', () => {
	const lips = event('video.completed', { type: 'LIP_SYNC' });

	test('is what is chosen', () => {
		expect(whyNotWanted(lips, { types: ['video.completed'], projectTypes: [] })).toBeUndefined();
		expect(whyNotWanted(lips, { types: ['video.errored'], projectTypes: [] })).toContain(
			'The event video.completed is not chosen',
		);
	});

	test('may depend on the type of the project', () => {
		const types = ['video.completed'];
		expect(whyNotWanted(lips, { types, projectTypes: ['AVATAR', 'LIP_SYNC'] })).toBeUndefined();
		expect(whyNotWanted(lips, { types, projectTypes: ['AVATAR'] })).toContain('LIP_SYNC');
		const untyped = event('video.completed');
		expect(whyNotWanted(untyped, { types, projectTypes: ['AVATAR'] })).toContain('unknown');
	});
});
