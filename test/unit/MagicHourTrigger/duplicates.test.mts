import {
	keyOf,
	MAX_EVENTS,
	RecentEvents,
	RETENTION_MS,
	type Claim,
} from '../../../nodes/MagicHourTrigger/duplicates.ts';

const NOW = 1_000_000_000_000;
let events: RecentEvents;
beforeEach(() => {
	events = new RecentEvents();
});

async function claim(key: string, now = NOW, trigger = 't'): Promise<Claim> {
	const claimed = await events.claim(trigger, key, now);
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
	expect(await events.claim('t', 'a', NOW)).toBeUndefined();
});

test('an event that could not start it is not', async () => {
	(await claim('a')).settle(false);
	await claim('a');
});

test('a copy that comes meanwhile waits for the outcome of the first', async () => {
	for (const started of [true, false]) {
		const first = await claim(`a${started}`);
		let second: Claim | undefined | 'waiting' = 'waiting';
		const copy = events.claim('t', `a${started}`, NOW).then((result) => (second = result));
		await new Promise((resolve) => setImmediate(resolve));
		expect(second).toBe('waiting');
		first.settle(started);
		expect((await copy) === undefined).toBe(started);
	}
});

test('of many copies that wait, one at a time has its turn', async () => {
	const first = await claim('a');
	const copies = Array.from({ length: 5 }, async () => await events.claim('t', 'a', NOW));
	first.settle(false);
	const next = await Promise.race(copies);
	next?.settle(true);
	expect((await Promise.all(copies)).filter((copy) => copy !== undefined)).toEqual([next]);
});

test('triggers have nothing to do with each other', async () => {
	(await claim('a', NOW, 't1')).settle(true);
	await claim('a', NOW, 't2');
});

test('after 25 h an event is forgotten', async () => {
	expect(RETENTION_MS).toBeGreaterThan(24 * 3600 * 1000);
	(await claim('a')).settle(true);
	const last = NOW + RETENTION_MS - 1;
	expect(await events.claim('t', 'a', last)).toBeUndefined();
	await claim('a', last + 1);
});

test('of too many events, the oldest are forgotten', async () => {
	for (let index = 0; index <= MAX_EVENTS; index++) {
		(await claim(`e${index}`, NOW + index)).settle(true);
	}
	const later = NOW + MAX_EVENTS + 1;
	expect(await events.claim('t', 'e1', later)).toBeUndefined();
	await claim('e0', later);
});
