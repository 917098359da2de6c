import { untilNextPoll } from '../../../../nodes/shared/api/polling.ts';
import { PlanRoom, type Place } from '../../../../nodes/shared/generation/planRoom.ts';
import { AbortError, RequestError } from '../../../../nodes/shared/lib/errors.ts';
import { turns } from '../../../support/deferred.mts';
import { EventClock } from '../../../support/event-clock.mts';
import { rejectionOf } from '../../../support/failure-of.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

const TIMEOUT = 1_800_000;

function refusal(retryAfterMs?: number): RequestError {
	const details = { code: 'MAGIC_HOUR_RATE_LIMITED', hint: '', fate: 'refused' } as const;
	return new RequestError({
		...details,
		message: 'Busy',
		status: 429,
		temporary: true,
		retryAfterMs,
	});
}

function lab() {
	const clock = new EventClock();
	const room = new PlanRoom(clock, seededRandom(7));
	const admitted: Place[] = [];
	/** Asks for room many times. @returns the places, of which those that got room are in `admitted`, in that order */
	const ask = (count: number, timeout = TIMEOUT): Place[] =>
		Array.from({ length: count }, () => {
			const place = room.place(timeout);
			void room.acquire(place).then(() => admitted.push(place));
			return place;
		});
	/** A room that is full: so many of ours are under way, and one more was refused just now. */
	const full = async (under: number, retryAfterMs?: number) => {
		const places = ask(under + 1);
		await turns();
		for (const place of places.slice(0, under)) room.accepted(place);
		const refused = places[under] as Place;
		room.refused(refused, refusal(retryAfterMs));
		admitted.length = 0;
		return { places: places.slice(0, under), refused };
	};
	return { clock, room, admitted, ask, full };
}

/** Magic Hour with a plan of a limit, and executions that make a video each; all times in milliseconds. */
function magicHour(clock: EventClock, limit: number, jobMs: number) {
	let unfinished = 0;
	let most = 0;
	let refused = 0;
	let ended = 0;
	const random = seededRandom(3);
	const requestMs = () => 50 + random() * 100;
	/** What the note in n8n's database takes before each request. */
	const noteMs = () => 300 + random() * 150;
	const execute = async (room: PlanRoom): Promise<void> => {
		const place = room.place(TIMEOUT);
		for (;;) {
			await room.acquire(place);
			await clock.sleep(noteMs());
			await clock.sleep(requestMs() / 2);
			const isTaken = unfinished < limit;
			if (isTaken) unfinished++;
			const endsAt = clock.now() + jobMs;
			if (isTaken) void clock.sleep(jobMs).then(() => unfinished--);
			most = Math.max(most, unfinished);
			await clock.sleep(requestMs() / 2);
			if (!isTaken) {
				refused++;
				room.refused(place, refusal());
				continue;
			}
			room.accepted(place);
			const createdAt = clock.now();
			do await clock.sleep(untilNextPoll(clock.now() - createdAt));
			while (clock.now() < endsAt);
			await clock.sleep(requestMs());
			room.release(place);
			ended++;
			return;
		}
	};
	return { execute, figures: () => ({ most, refused, ended }) };
}

/**
 * @param executions of each process, which do not know of each other
 * @param known what their account says that there is room for
 */
async function simulate(
	limit: number,
	jobMs: number,
	executions: readonly number[],
	known = Infinity,
) {
	const clock = new EventClock();
	const server = magicHour(clock, limit, jobMs);
	const all = executions.flatMap((count, index) => {
		const room = new PlanRoom(clock, seededRandom(index));
		room.atMost(known);
		return Array.from({ length: count }, async () => {
			await server.execute(room);
		});
	});
	await clock.run();
	await Promise.all(all);
	return { took: clock.now(), ...server.figures() };
}

describe('executions against a limit that nobody has told', () => {
	test('60 of 10 s against 5: within 25 % of the ideal, with few refusals', async () => {
		const { took, most, refused, ended } = await simulate(5, 10_000, [60]);
		expect(ended).toBe(60);
		expect(most).toBe(5);
		expect(took).toBeLessThan(1.25 * 120_000);
		// One for each that is too many at the beginning, and some of those that try whether there is more room.
		expect(refused).toBeLessThan(55 + 12);
	});

	test.each([
		['equal shares', [30, 30]],
		['one with much more', [55, 5]],
		['four', [15, 15, 15, 15]],
	])('processes that do not know of each other, %s: within 25 %%', async (_, executions) => {
		const { took, ended } = await simulate(5, 10_000, executions);
		expect(ended).toBe(60);
		expect(took).toBeLessThan(1.25 * 120_000);
	});

	test('50 of 3 s against 5 within 30 %', async () => {
		const { took, ended } = await simulate(5, 3_000, [50]);
		expect(ended).toBe(50);
		expect(took).toBeLessThan(1.3 * 30_000);
	});

	test('jobs of 74 s against 5: within 10 %', async () => {
		const { took } = await simulate(5, 74_000, [30]);
		expect(took).toBeLessThan(1.1 * 6 * 74_000);
	});
});

describe('executions that know the plan', () => {
	test('60 of 10 s against 5: as quick, and only those that try for more are refused', async () => {
		const { took, most, refused, ended } = await simulate(5, 10_000, [60], 5);
		expect({ ended, most }).toEqual({ ended: 60, most: 5 });
		expect(took).toBeLessThan(1.25 * 120_000);
		expect(refused).toBeLessThan(12);
	});

	test('two processes that share it: within 25 %', async () => {
		const { took, refused, ended } = await simulate(5, 10_000, [30, 30], 5);
		expect(ended).toBe(60);
		expect(took).toBeLessThan(1.25 * 120_000);
		expect(refused).toBeLessThan(30);
	});

	test('where there is room for more, it is found within 30 s', async () => {
		const { took, most } = await simulate(20, 74_000, [20], 5);
		expect(most).toBe(20);
		// The trial, the last answer of 15 one after another, and the end of a job.
		expect(took).toBeLessThan(30_000 + 15 * 1_000 + 1.1 * 74_000);
	});
});

describe('a plan that is known', () => {
	test('lets no more begin; when one ends, the next does', async () => {
		const { room, clock, admitted, ask } = lab();
		room.atMost(2);
		const places = ask(3);
		await clock.run(8_000);
		expect(admitted).toEqual(places.slice(0, 2));
		room.release(places[0] as Place);
		await turns();
		expect(admitted).toEqual(places);
	});

	test('does not open what a refusal has closed', async () => {
		const { room, clock, admitted, ask, full } = lab();
		await full(1);
		room.atMost(5);
		ask(1);
		await clock.run(5_000);
		expect(admitted).toEqual([]);
	});

	test('means nothing once there was room for more', async () => {
		const { room, admitted, ask } = lab();
		const places = ask(3);
		await turns();
		places.forEach((place) => {
			room.accepted(place);
		});
		room.atMost(2);
		ask(1);
		await turns();
		expect(admitted).toHaveLength(4);
	});

	test('fails nobody without a refusal: when the first time is over, one is tried', async () => {
		const { room, clock, admitted, ask } = lab();
		room.atMost(5);
		ask(5);
		const [next] = ask(1, 60_000) as [Place];
		const impatient = rejectionOf(RequestError, room.acquire(room.place(7_000)));
		await clock.run(6_999);
		expect(admitted).toHaveLength(5);
		await clock.run(1);
		expect(admitted.slice(5)).toEqual([next]);
		room.refused(next, refusal());
		await clock.run(3_000);
		expect((await impatient).status).toBe(429);
		expect(admitted).toHaveLength(6);
	});
});

test('without a refusal nobody waits', async () => {
	const { ask, admitted } = lab();
	const places = ask(100);
	await turns();
	expect(admitted).toEqual(places);
});

describe('after a refusal', () => {
	test('the next one begins when one ends, and the refused one is the first', async () => {
		const { room, clock, admitted, ask, full } = lab();
		const { places, refused } = await full(2);
		const [late] = ask(1);
		void room.acquire(refused).then(() => admitted.push(refused));
		await clock.run(2_000);
		expect(admitted).toEqual([]);
		room.release(places[0] as Place);
		await turns();
		expect(admitted).toEqual([refused]);
		room.release(places[1] as Place);
		await turns();
		expect(admitted).toEqual([refused, late]);
	});

	test('one is tried after 3 to 5 s when none is under way; again and again', async () => {
		const { room, clock, admitted, full } = lab();
		const { refused } = await full(0);
		for (let tries = 1; tries <= 5; tries++) {
			void room.acquire(refused).then(() => admitted.push(refused));
			await clock.run(2_999);
			expect(admitted).toHaveLength(tries - 1);
			await clock.run(2_001);
			expect(admitted).toHaveLength(tries);
			room.refused(refused, refusal());
		}
	});

	test('the more are under way, the later, up to 30 s', async () => {
		const { clock, admitted, ask, full } = lab();
		await full(20);
		ask(1);
		await clock.run(29_999);
		expect(admitted).toEqual([]);
		await clock.run(1);
		expect(admitted).toHaveLength(1);
	});

	test('only one is tried at a time; when it is taken, the next at once', async () => {
		const { room, clock, admitted, ask, full } = lab();
		await full(0);
		const places = ask(3);
		await clock.run(60_000);
		expect(admitted).toEqual(places.slice(0, 1));
		room.accepted(places[0] as Place);
		await turns();
		expect(admitted).toEqual(places.slice(0, 2));
		room.accepted(places[1] as Place);
		await turns();
		expect(admitted).toEqual(places);
	});

	test('one that is tried and fails in another way makes room for the next', async () => {
		const { room, clock, admitted, ask, full } = lab();
		await full(0);
		const places = ask(2);
		await clock.run(5_000);
		room.release(places[0] as Place);
		await turns();
		expect(admitted).toEqual(places);
	});

	test('Retry-After holds back all, also when one ends', async () => {
		const { room, clock, admitted, ask, full } = lab();
		const { places } = await full(3, 60_000);
		ask(3);
		room.release(places[0] as Place);
		await clock.run(59_999);
		expect(admitted).toEqual([]);
		await clock.run(1);
		// One for the room there is, and one to see whether there is more.
		expect(admitted).toHaveLength(2);
	});
});

describe('the timeout', () => {
	test('ends the waiting with the last refusal', async () => {
		const { room, clock, full } = lab();
		await full(2);
		const waiting = rejectionOf(RequestError, room.acquire(room.place(3_000)));
		await clock.run(3_000);
		expect((await waiting).status).toBe(429);
	});

	test('counts anew when one is taken, or ends', async () => {
		const { room, clock, admitted, full } = lab();
		const { places, refused } = await full(2);
		const place = room.place(20_000);
		void room.acquire(refused);
		void room.acquire(place).then(() => admitted.push(place));
		await clock.run(14_000);
		room.release(places[0] as Place);
		await clock.run(19_000);
		room.release(places[1] as Place);
		await turns();
		expect(admitted).toEqual([place]);
	});

	test('is not waited for when no room can come before it', async () => {
		const { room, clock, full } = lab();
		await full(0, 60_000);
		await rejectionOf(RequestError, room.acquire(room.place(59_000)));
		expect(clock.now()).toBe(0);
	});
});

test('who is stopped leaves the queue at once, and the next moves up', async () => {
	const { room, clock, admitted, ask, full } = lab();
	await full(0);
	const stop = new AbortController();
	const stopped = rejectionOf(AbortError, room.acquire(room.place(TIMEOUT), stop.signal));
	const places = ask(1);
	await clock.run(1_000);
	stop.abort();
	await stopped;
	expect(clock.now()).toBe(1_000);
	await clock.run(4_000);
	expect(admitted).toEqual(places);
});
