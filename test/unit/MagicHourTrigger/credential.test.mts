import { problemOf } from '../../../nodes/MagicHourTrigger/credential.ts';

test.each([
	['', 'The signing secret is empty'],
	['mhk_live_1234', 'an API key'],
	['https://example.com/webhook/1', 'an address'],
])('%j can be no signing secret', (secret, text) => {
	expect(problemOf(secret)).toContain(text);
	expect(problemOf(secret)).toContain('Developer Hub');
	expect(problemOf(secret)).not.toContain('1234');
});

test('anything else can', () => {
	expect(problemOf('whsec_1')).toBeUndefined();
	expect(problemOf('0123456789abcdef')).toBeUndefined();
});
