import {
	MAX_SECRET_AGE_MS,
	MIN_SECRET_AGE_MS,
	Secrets,
} from '../../../nodes/MagicHourTrigger/secrets.ts';
import { FakeClock } from '../../support/fake-clock.mts';

let clock: FakeClock;
let secrets: Secrets;
let reads: number;
beforeEach(() => {
	clock = new FakeClock();
	secrets = new Secrets(clock);
	reads = 0;
});

const ask = async (secret: string, maxAge = MAX_SECRET_AGE_MS, trigger = 't'): Promise<string> =>
	await secrets.secretOf(trigger, maxAge, async () => {
		reads++;
		return await Promise.resolve(secret);
	});

test('is read once for requests that come together, and for those of the next seconds', async () => {
	expect(await Promise.all(['a', 'b', 'c'].map((secret) => ask(secret)))).toEqual(['a', 'a', 'a']);
	clock.advance(MAX_SECRET_AGE_MS - 1);
	expect(await ask('b')).toBe('a');
	expect(reads).toBe(1);
	clock.advance(1);
	expect(await ask('b')).toBe('b');
});

test('is read anew, once a second, for requests that it does not fit', async () => {
	await ask('a');
	expect(await ask('b', MIN_SECRET_AGE_MS)).toBe('a');
	clock.advance(MIN_SECRET_AGE_MS);
	expect(await ask('b', MIN_SECRET_AGE_MS)).toBe('b');
	expect(await ask('c', MIN_SECRET_AGE_MS)).toBe('b');
	expect(await ask('c')).toBe('b');
	expect(reads).toBe(2);
});

test('is read each time if no age will do', async () => {
	expect(await ask('a', 0)).toBe('a');
	expect(await ask('b', 0)).toBe('b');
});

test('is kept for each trigger by itself', async () => {
	await ask('a');
	expect(await ask('b', MAX_SECRET_AGE_MS, 'other')).toBe('b');
});

test('is not kept if it is missing, or could not be read', async () => {
	expect(await ask('')).toBe('');
	expect(await ask('a', MAX_SECRET_AGE_MS)).toBe('a');
	const failing = secrets.secretOf('u', MAX_SECRET_AGE_MS, async () => {
		throw await Promise.resolve(new Error('no such credential'));
	});
	await expect(failing).rejects.toThrow('no such credential');
	expect(await ask('b', MAX_SECRET_AGE_MS, 'u')).toBe('b');
});
