import {
	keyOf,
	MAX_EVENTS,
	RecentEvents,
	RETENTION_MS,
} from '../../../nodes/MagicHourTrigger/duplicates.ts';

const NOW = 1_000_000_000_000;
let events: RecentEvents;
beforeEach(() => {
	events = new RecentEvents();
});

test('a key is that of the event and the project, whatever else is told of it', () => {
	const key = (type: string, project: { id: string; [field: string]: unknown }) =>
		keyOf({ type, project });
	const completed = key('video.completed', { id: 'p1', status: 'complete' });
	expect(key('video.completed', { id: 'p1', status: 'complete', name: 'x' })).toBe(completed);
	expect(key('video.completed', { id: 'p2', status: 'complete' })).not.toBe(completed);
	expect(key('video.errored', { id: 'p1', status: 'error' })).not.toBe(completed);
	expect(key('video.started', { id: 'x'.repeat(1e6), status: 'draft' })).toHaveLength(22);
});

test('an event is remembered, for its trigger alone', () => {
	events.add('t1', 'a', NOW);
	expect(events.has('t1', 'a', NOW)).toBe(true);
	expect(events.has('t1', 'b', NOW)).toBe(false);
	expect(events.has('t2', 'a', NOW)).toBe(false);
});

test('after 25 h an event is forgotten', () => {
	expect(RETENTION_MS).toBeGreaterThan(24 * 3600 * 1000);
	events.add('t', 'a', NOW);
	const last = NOW + RETENTION_MS - 1;
	expect(events.has('t', 'a', last)).toBe(true);
	expect(events.has('t', 'a', last + 1)).toBe(false);
});

test('of too many events, the oldest are forgotten', () => {
	for (let index = 0; index <= MAX_EVENTS; index++) events.add('t', `e${index}`, NOW + index);
	const later = NOW + MAX_EVENTS + 1;
	expect(events.has('t', 'e1', later)).toBe(true);
	expect(events.has('t', 'e0', later)).toBe(false);
});
