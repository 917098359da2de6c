import { UnexpectedResponseError } from '../../../nodes/shared/api/schemas.ts';
import {
	eventOfItem,
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
	const payload = { id: 'p1', status: 'complete', name: 'Grüße', odd: 1 };
	expect(read({ type: 'video.started', payload })).toEqual({
		type: 'video.started',
		project: {
			...{ id: 'p1', status: 'complete', name: 'Grüße', downloads: [] },
			...{ raw: payload, unreadable: [] },
		},
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
	[{ type: 'credits.low', payload: { id: 'p1' } }, 'payload.status: Required'],
])('%j is no event', (body, text) => {
	const choice = { types: [...ALL.types, 'credits.low'] };
	expect(() => read(body, choice)).toThrow(UnexpectedResponseError);
	expect(() => read(body, choice)).toThrow(text);
});

test.each<[string, object, object]>([
	['a status that is not known', { status: 'done' }, { status: 'done' }],
	['another spelling', { status: 'COMPLETE' }, { status: 'complete' }],
	['no status', { status: null }, { status: 'complete' }],
	['a frame rate as text', { fps: '30' }, { fps: 30 }],
	['an empty error', { error: {} }, { error: undefined }],
	['no downloads', { downloads: null }, { downloads: [] }],
	[
		'a download without URL',
		{ downloads: [{}, { url: 'https://videos.example/1' }] },
		{ downloads: [{ url: 'https://videos.example/1' }] },
	],
	['an odd name', { name: ['x'] }, { name: undefined }],
])('an event with %s is not lost', (_, odd, project) => {
	expect(read(event('video.completed', odd))).toMatchObject({ project: { id: 'p1', ...project } });
});

test('a project without a status has that of the event', () => {
	const statusOf = (type: string) => read({ type, payload: { id: 'p1' } });
	expect(statusOf('video.completed')).toHaveProperty('project.status', 'complete');
	expect(statusOf('audio.errored')).toHaveProperty('project.status', 'error');
	expect(statusOf('image.started')).toHaveProperty('project.status', 'rendering');
});

describe('the item that an execution begins with', () => {
	test('is an event again', () => {
		const payload = { id: 'p1', status: 'complete', fps: '30' };
		const { project } = read({ type: 'video.completed', payload }) as MagicHourEvent;
		const item = { event: 'video.completed', payload: project.raw };
		expect(eventOfItem(item)).toEqual({ type: 'video.completed', project });
	});

	test.each([undefined, null, {}, [], { event: 'video.completed' }, { payload: { id: 'p1' } }])(
		'%j is none',
		(item) => {
			expect(() => eventOfItem(item)).toThrow(UnexpectedResponseError);
		},
	);
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

	test('is told in one short line, whatever a sender calls it', () => {
		const long = 'x'.repeat(100_000);
		const unchosen = read({ type: `video.${long}` });
		const unwanted = read(event('video.completed', { type: `${long}\n\u001b[2J` }), {
			projectTypes: ['LIP_SYNC'],
		});
		for (const told of [unchosen, unwanted]) {
			const { why } = told as Unwanted;
			expect(why).toContain('xxx');
			expect(why.length).toBeLessThan(150);
			expect(why).not.toMatch(/\p{Cc}/u);
		}
	});

	test('may depend on the type of the project', () => {
		const wanted = (projectTypes: string[], body = lips) => read(body, { projectTypes });
		expect(wanted(['LIP_SYNC'], event('video.completed', { type: 'lip_sync' }))).toHaveProperty(
			'project.id',
		);
		expect(wanted(['AVATAR', 'LIP_SYNC'])).toHaveProperty('project.type', 'LIP_SYNC');
		expect(wanted(['AVATAR'])).toHaveProperty('why', expect.stringContaining('LIP_SYNC'));
		for (const type of ['lip-sync', ' Lip Sync ', 'LIP_SYNC']) {
			expect(wanted(['LIP_SYNC'], event('video.completed', { type }))).toHaveProperty('project.id');
		}
	});

	test.each([undefined, null, '', ' ', 7, {}, ['LIP_SYNC']])(
		'is a video whose type is %j: it may be one that is',
		(type) => {
			const choice = { projectTypes: ['AVATAR'] };
			expect(read(event('video.completed', { type }), choice)).toHaveProperty('project.id', 'p1');
			expect(read(event('image.completed', { type }), choice)).toHaveProperty(
				'why',
				expect.stringContaining('unknown'),
			);
		},
	);
});
