import { checkFileUrl } from '../../../../nodes/shared/api/fileUrl.ts';
import { RequestError } from '../../../../nodes/shared/lib/errors.ts';

const API = 'https://api.magichour.ai';
const check =
	(url: string, baseUrl = API) =>
	() => {
		checkFileUrl(url, baseUrl, 'download the video');
	};

test.each([
	'https://videos.magichour.ai/id/output.mp4?signature=abc',
	'https://storage.example.com:8443/file',
	'https://STORAGE.example.com./file',
	'https://10.0.0.1.example.com/file',
	'https://my-local.example.com/file',
	'https://localhost.example.com/file',
	`${API}/files/1`,
])('takes %s', (url) => {
	expect(check(url)).not.toThrow();
});

test.each([
	'http://videos.magichour.ai/output.mp4',
	'http://169.254.169.254/latest/meta-data/',
	'https://169.254.169.254/latest/meta-data/',
	'https://127.0.0.1:5678/rest/settings',
	'https:\\\\127.0.0.1\\rest',
	'https:127.0.0.1',
	'https://127.1/',
	'https://127.0.0.1./',
	'https://127.0.0.1../',
	'https://127。0。0。1/',
	'https://①②⑦.⓪.⓪.①/',
	'https://0/',
	'https://0x7f.1/',
	'https://2130706433/',
	'https://017700000001/',
	'https://[::1]/',
	'https://[::ffff:169.254.169.254]/',
	'https://[::ffff:7f00:1]/',
	'https://[64:ff9b::7f00:1]/',
	'https://[fd00:ec2::254]/',
	'https://[fe80::1%25eth0]/',
	// No storage has a bare address, be it public or not.
	'https://8.8.8.8/',
	'https://localhost:5678/',
	'https://LOCALHOST./',
	'https://localhost../',
	'https://%6c%6fcalhost/',
	'https://ⓛocalhost/',
	'https://n8n.localhost/',
	'https://.localhost/',
	'https://printer.local/',
	'https://metadata.google.internal/',
	'https://metadata.google.internal../',
	'https://n8n.default.svc/',
	'https://n8n.default.svc.cluster.local/',
	'https://localhost.localdomain/',
	'https://nas.lan/',
	'https://wiki.corp/',
	'https://router.home.arpa/',
	'https://intranet/',
	'http://api.magichour.ai/',
	'https://user@127.0.0.1/',
	'file:///etc/passwd',
	'ftp://files.example.com/1',
	'data:video/mp4;base64,AAAA',
	'javascript:1',
	'//example.com/1',
	'',
])('refuses %s', (url) => {
	expect(check(url)).toThrow(RequestError);
	expect(check(url)).toThrow(/not an address that files of Magic Hour can have/);
});

test('the API Base URL itself is taken, wherever it is; its neighbours are not', () => {
	const proxy = 'https://magic-hour.internal:8443/v0/';
	expect(check('https://magic-hour.internal:8443/files/1', proxy)).not.toThrow();
	expect(check('https://magic-hour.internal/files/1', proxy)).toThrow(RequestError);
	expect(check('http://magic-hour.internal:8443/files/1', proxy)).toThrow(RequestError);
	expect(check('https://n8n.internal:8443/files/1', proxy)).toThrow(RequestError);
	expect(check('https://127.0.0.1/', '')).toThrow(RequestError);
});

test('behind an API at plain http, files may be at plain http, too', () => {
	const local = 'http://127.0.0.1:3000';
	expect(check('http://127.0.0.1:3000/files/1', local)).not.toThrow();
	expect(check('http://videos.example.com/1', local)).not.toThrow();
	expect(check('https://videos.example.com/1', local)).not.toThrow();
});

test.each([
	'http://169.254.169.254/latest/meta-data/',
	'http://127.0.0.1:5678/rest/settings',
	'http://localhost:3000/',
	'http://vault.internal/',
	'http://intranet/',
	'https://127.0.0.1:3000/',
	'file:///etc/passwd',
])('an API at plain http does not lead to %s', (url) => {
	expect(check(url, 'http://127.0.0.1:3000')).toThrow(RequestError);
});

test('says the host, and none of what may be secret', () => {
	expect(check('http://user:secret@10.0.0.1:81/path?signature=secret')).toThrow(
		/Could not download the video: http:\/\/10\.0\.0\.1:81 is not an address/,
	);
	expect(check('http://user:secret@10.0.0.1/?signature=secret')).not.toThrow(/secret/);
});
