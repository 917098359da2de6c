import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What SECURITY.md says of the shipped code and can be seen in its text. */
const ROOT = join(import.meta.dirname, '..', '..');
const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((path) => path.endsWith('.ts'))
		.map((path): [string, string] => [
			join(folder, path),
			readFileSync(join(ROOT, folder, path), 'utf8'),
		]),
);

const withText = (text: RegExp): string[] =>
	sources.filter(([, source]) => text.test(source)).map(([path]) => path);

test('there is shipped code', () => {
	expect(sources.length).toBeGreaterThan(20);
});

test("requests are sent in one place, with n8n's HTTP helper", () => {
	expect(withText(/\.httpRequest|\.request(WithAuthentication)?\b\s*\(/)).toEqual([
		'nodes/shared/n8n/n8nTransport.ts',
	]);
	expect(withText(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource/)).toEqual([]);
});

test('no request follows redirects by itself', () => {
	const [, transport = ''] = sources.find(([path]) => path.endsWith('n8nTransport.ts')) ?? [];
	const requests = transport.match(/helpers\.httpRequest/g) ?? [];
	const common = /const common = \{[^}]*disableFollowRedirect: true[^}]*\}/.exec(transport);
	expect(requests.length).toBeGreaterThan(0);
	expect(common).not.toBeNull();
	expect(transport.match(/\.\.\.common\b/g)).toHaveLength(requests.length);
	expect(transport.match(/disableFollowRedirect/g)).toHaveLength(1);
	// That of credential tests has what the credential adds to every request.
	expect(transport.match(/helpers\.request\(/g)).toHaveLength(1);
	expect(transport).toMatch(
		/\.\.\.\(await authenticate\([^;]*;\s*const request = n8n\.helpers\.request\(/,
	);
});

test('nothing is run that is data, no file is touched, no secret of the process is read', () => {
	expect(
		withText(
			/\beval\(|new Function\(|child_process|\bprocess\.(env|argv|exit|cwd)|['"](node:)?fs\b/,
		),
	).toEqual([]);
});

test('the API key is read in one place, the signing secret in one', () => {
	expect(withText(/\bapiKey\b/).sort()).toEqual([
		'credentials/MagicHourVideoApi.credentials.ts',
		'nodes/shared/n8n/authenticate.ts',
	]);
	expect(withText(/\bsigningSecret\b/).sort()).toEqual([
		'credentials/MagicHourVideoWebhookApi.credentials.ts',
		'nodes/MagicHourTrigger/credential.ts',
	]);
});
