import { joinPace } from '../../../../nodes/shared/generation/keyPace.ts';
import { hashOfCredential } from '../../../../nodes/shared/n8n/authenticate.ts';
import { FakeClock } from '../../../support/fake-clock.mts';

const URL = 'https://api.magichour.ai';
const join = (apiKey: string, baseUrl = URL) =>
	joinPace(hashOfCredential({ apiKey, baseUrl }), new FakeClock());

test('executions with the same key share it, others do not', () => {
	const first = join('key');
	const others = [join('key2'), join('key', 'https://proxy.example'), join('')];
	expect(join('key').pace).toBe(first.pace);
	expect(others.map(({ pace }) => pace)).not.toContain(first.pace);
	expect(new Set(others.map(({ pace }) => pace)).size).toBe(3);
});

test('it is forgotten when the last one leaves, not before', () => {
	const first = join('short');
	const second = join('short');
	first.leave();
	const third = join('short');
	expect(third.pace).toBe(first.pace);
	second.leave();
	third.leave();
	expect(join('short').pace).not.toBe(first.pace);
});
