import { checkBaseUrl } from '../../../../nodes/shared/api/baseUrl.ts';
import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import { failureOf } from '../../../support/failure-of.mts';

const DEFAULT = 'https://api.magichour.ai';

test.each([undefined, null, '', ' '])('%j is Magic Hour itself', (given) => {
	expect(checkBaseUrl(given)).toBe(DEFAULT);
});

test.each([
	['https://api.magichour.ai', 'https://api.magichour.ai'],
	['https://api.magichour.ai/', 'https://api.magichour.ai'],
	[' https://api.magichour.ai\n', 'https://api.magichour.ai'],
	['HTTPS://API.MagicHour.ai:443//', 'https://api.magichour.ai'],
	['https://proxy.example.com:8443/magic-hour/', 'https://proxy.example.com:8443/magic-hour'],
	['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
])('%j is %s', (given, expected) => {
	expect(checkBaseUrl(given)).toBe(expected);
});

test.each([
	[7, 'what was given is no text'],
	[{}, 'what was given is no text'],
	['api.magichour.ai', 'is not a URL'],
	['mhk_live_secret', 'is not a URL'],
	['https://', 'is not a URL'],
	['ftp://api.magichour.ai', 'does not begin with https://'],
	['file:///etc/passwd', 'does not begin with https://'],
	['localhost:3000', 'does not begin with https://'],
	['https://user:secret@api.magichour.ai', 'name or password'],
	['https://mhk_live_secret@api.magichour.ai', 'name or password'],
	['https://api.magichour.ai?key=secret', '? or #'],
	['https://api.magichour.ai/#', '? or #'],
	[`https://api.magichour.ai/${'/'.repeat(2_000)}`, 'characters, which no URL has'],
])('%j is refused', (given, what) => {
	const { message, hint } = failureOf(InvalidInputError, () => checkBaseUrl(given));

	expect(message).toMatch(/^API Base URL: /);
	expect(message).toContain(what);
	expect(hint).toContain('https://api.magichour.ai');
	expect(`${message} ${hint}`).not.toContain('secret');
});
