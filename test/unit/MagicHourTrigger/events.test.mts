import { UnexpectedResponseError } from '../../../nodes/shared/api/schemas.ts';
import {
	EVENTS,
	readEvent,
	type EventChoice,
	type MagicHourEvent,
	type Unwanted,
} from '../../../nodes/MagicHourTrigger/events.ts';

const ALL: EventChoice = { types: EVENTS.map(({ type }) => type), projectTypes: [] };

const read = (body: unknown, choice: Partial<EventChoice> = {}): MagicHourEvent | Unwanted =>
	readEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), {
		...ALL,
		...choice,
	});
const event = (type: string, payload: object = {}) => ({
	type,
	payload: { id: 'p1', status: 'complete', ...payload },
});

test("an event is its type and its project, unknown fields and all; what isn't finished may have no downloads", () => {
	expect(read(event('video.started', { name: 'Grüße', odd: 1 }))).toEqual({
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
	[{ type: 'video.completed\n', payload: {} }, 'something like video.completed'],
	[{ type: 'video.completed' }, 'payload: Required'],
	[{ type: 'video.completed', payload: null }, 'payload: Expected object'],
	[{ type: 'video.completed', payload: { status: 'complete' } }, 'payload.id: Required'],
	[{ type: 'video.completed', payload: { id: 'p1', status: 'done' } }, 'payload.status'],
])('%j is no event', (body, text) => {
	expect(() => read(body)).toThrow(UnexpectedResponseError);
	expect(() => read(body)).toThrow(text);
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
		expect(read(lips, { types: ['video.completed'] })).toHaveProperty('project.id', 'p1');
		expect(read(lips, { types: ['video.errored'] })).toEqual({
			why: 'The event video.completed is not chosen in this trigger',
		});
	});

	test.each([
		['video.upscale_finished', { id: 'p1' }],
		['credits.low', { left: 3 }],
		['account.plan.changed', null],
		['video.started', 'a text'],
	])('is not %s, whatever is in it', (type, payload) => {
		expect(read({ type, payload }, { types: ['video.completed'] })).toEqual({
			why: `The event ${type} is not chosen in this trigger`,
		});
	});

	test('may depend on the type of the project', () => {
		const wanted = (projectTypes: string[], body = lips) => read(body, { projectTypes });
		expect(wanted(['AVATAR', 'LIP_SYNC'])).toHaveProperty('project.type', 'LIP_SYNC');
		expect(wanted(['AVATAR'])).toHaveProperty('why', expect.stringContaining('LIP_SYNC'));
		expect(wanted(['AVATAR'], event('video.completed'))).toHaveProperty(
			'why',
			expect.stringContaining('unknown'),
		);
	});
});
