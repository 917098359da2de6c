import {
	keyOf,
	MAX_EVENTS,
	RecentEvents,
	RETENTION_MS,
	type Accepted,
	type Claim,
} from '../../../nodes/MagicHourTrigger/duplicates.ts';

const NOW = 1_000_000_000_000;
let events: RecentEvents;
beforeEach(() => {
	events = new RecentEvents();
});

async function claim(key: string, stored: Accepted = {}, now = NOW, trigger = 't'): Promise<Claim> {
	const claimed = await events.claim(trigger, key, stored, now);
	if (!claimed) throw new Error(`${key} is a duplicate`);
	return claimed;
}

test('a key is that of the event and the project, whatever else is told of it', () => {
	const key = (type: string, project: { id: string; [field: string]: unknown }) =>
		keyOf({ type, project });
	const completed = key('video.completed', { id: 'p1', status: 'complete' });
	expect(key('video.completed', { id: 'p1', status: 'complete', name: 'x' })).toBe(completed);
	expect(key('video.completed', { id: 'p2', status: 'complete' })).not.toBe(completed);
	expect(key('video.errored', { id: 'p1', status: 'error' })).not.toBe(completed);
	expect(key('video.started', { id: 'x'.repeat(1e6), status: 'draft' })).toHaveLength(22);
});

test('an event that has started the workflow is a duplicate from then on', async () => {
	(await claim('a')).settle(true);
	expect(await events.claim('t', 'a', {}, NOW)).toBeUndefined();
});

test('an event that could not start it is not', async () => {
	(await claim('a')).settle(false);
	await claim('a');
});

test('one that was stored is a duplicate: by another process, or before a restart', async () => {
	const { accepted } = await claim('a', { old: NOW - 1 });
	expect(accepted).toEqual({ old: NOW - 1, a: NOW });
	events = new RecentEvents();
	expect(await events.claim('t', 'a', accepted, NOW)).toBeUndefined();
	expect(await events.claim('t', 'old', accepted, NOW)).toBeUndefined();
});

test('what others have lost from the store is stored with the next event', async () => {
	(await claim('a')).settle(true);
	expect((await claim('b', {})).accepted).toEqual({ a: NOW, b: NOW });
});

test('an event is not stored with another as long as it has not started the workflow', async () => {
	await claim('a');
	expect((await claim('b')).accepted).toEqual({ b: NOW });
});

test('a copy that comes meanwhile waits for the outcome of the first', async () => {
	for (const started of [true, false]) {
		const first = await claim(`a${started}`);
		let second: Claim | undefined | 'waiting' = 'waiting';
		const copy = events.claim('t', `a${started}`, {}, NOW).then((result) => (second = result));
		await new Promise((resolve) => setImmediate(resolve));
		expect(second).toBe('waiting');
		first.settle(started);
		expect((await copy) === undefined).toBe(started);
	}
});

test('of many copies that wait, one at a time has its turn', async () => {
	const first = await claim('a');
	const copies = Array.from({ length: 5 }, async () => await events.claim('t', 'a', {}, NOW));
	first.settle(false);
	const next = await Promise.race(copies);
	next?.settle(true);
	expect((await Promise.all(copies)).filter((copy) => copy !== undefined)).toEqual([next]);
});

test('triggers have nothing to do with each other', async () => {
	(await claim('a', {}, NOW, 't1')).settle(true);
	await claim('a', {}, NOW, 't2');
});

test('after 25 h an event is forgotten, in memory and in the store', async () => {
	expect(RETENTION_MS).toBeGreaterThan(24 * 3600 * 1000);
	const first = await claim('a');
	const { accepted } = first;
	first.settle(true);
	const last = NOW + RETENTION_MS - 1;
	expect(await events.claim('t', 'a', accepted, last)).toBeUndefined();
	expect((await claim('a', accepted, last + 1)).accepted).toEqual({ a: last + 1 });
});

test('of too many events, the oldest are forgotten', async () => {
	const stored = Object.fromEntries(
		Array.from({ length: MAX_EVENTS }, (_, index) => [`e${index}`, NOW - 1000 + index / 100]),
	);
	const { accepted } = await claim('a', stored);
	expect(Object.keys(accepted)).toHaveLength(MAX_EVENTS);
	expect(accepted).not.toHaveProperty('e0');
	expect(accepted).toMatchObject({ e1: stored.e1, a: NOW });
});

describe('what is stored is put in order once a minute', () => {
	const MINUTE = 60_000;
	const stale = { stale: NOW - RETENTION_MS };

	test('and not with each event', async () => {
		expect((await claim('a', stale)).accepted).toEqual({ a: NOW });
		const soon = NOW + MINUTE - 1;
		expect((await claim('b', stale, soon)).accepted).toEqual({ ...stale, b: soon });
		expect((await claim('c', stale, soon + 1)).accepted).toEqual({ c: soon + 1 });
	});

	test('of each trigger by itself', async () => {
		expect((await claim('a', stale)).accepted).toEqual({ a: NOW });
		expect((await claim('a', stale, NOW + 1, 'other')).accepted).toEqual({ a: NOW + 1 });
	});

	test('what is too old is no duplicate meanwhile', async () => {
		expect((await claim('a', stale)).accepted).toEqual({ a: NOW });
		expect((await claim('stale', stale, NOW + 1)).accepted).toEqual({ stale: NOW + 1 });
	});

	test('or when there are many too many', async () => {
		const many = (length: number): Accepted =>
			Object.fromEntries(Array.from({ length }, (_, index) => [`e${index}`, NOW - length + index]));
		const stored = async (key: string, length: number) =>
			Object.keys((await claim(key, many(length), NOW)).accepted);
		expect(await stored('a', MAX_EVENTS)).toHaveLength(MAX_EVENTS);
		expect(await stored('b', MAX_EVENTS + 400)).toHaveLength(MAX_EVENTS + 401);
		const last = await stored('c', MAX_EVENTS + 500);
		expect(last).toHaveLength(MAX_EVENTS);
		expect(last).toEqual(expect.arrayContaining(['c', `e${MAX_EVENTS + 499}`]));
		expect(last).not.toContain('e0');
	});
});

test('of too many events in memory, the oldest are forgotten, and a trigger that has none', async () => {
	for (let index = 0; index <= MAX_EVENTS; index++) {
		// Nothing is stored, as if another process had overwritten it each time.
		(await claim(`e${index}`, {}, NOW + index)).settle(true);
	}
	const later = NOW + MAX_EVENTS + 1;
	expect(await events.claim('t', 'e1', {}, later)).toBeUndefined();
	expect(Object.keys((await claim('e0', {}, later)).accepted)).toHaveLength(MAX_EVENTS);
	expect((await claim('x', {}, NOW + 2 * RETENTION_MS)).accepted).toEqual({
		x: NOW + 2 * RETENTION_MS,
	});
});
