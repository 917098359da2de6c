import { checkFileUrl } from '../../nodes/shared/fileAddress.ts';
import { RequestFailure } from '../../nodes/shared/failures.ts';

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
	'https://0x7f.1/',
	'https://2130706433/',
	'https://017700000001/',
	'https://[::1]/',
	'https://[::ffff:169.254.169.254]/',
	// No storage has a bare address, be it public or not.
	'https://8.8.8.8/',
	'https://localhost:5678/',
	'https://LOCALHOST./',
	'https://n8n.localhost/',
	'https://printer.local/',
	'https://metadata.google.internal/',
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
	expect(check(url)).toThrow(RequestFailure);
	expect(check(url)).toThrow(/no address that files of Magic Hour can have/);
});

test('the API Base URL itself is taken, wherever it is; its neighbours are not', () => {
	const proxy = 'https://magic-hour.internal:8443/v0/';
	expect(check('https://magic-hour.internal:8443/files/1', proxy)).not.toThrow();
	expect(check('https://magic-hour.internal/files/1', proxy)).toThrow(RequestFailure);
	expect(check('http://magic-hour.internal:8443/files/1', proxy)).toThrow(RequestFailure);
	expect(check('https://n8n.internal:8443/files/1', proxy)).toThrow(RequestFailure);
	expect(check('https://127.0.0.1/', '')).toThrow(RequestFailure);
});

test('a server for development, at plain http, is taken at its word', () => {
	const local = 'http://127.0.0.1:3000';
	expect(check('http://127.0.0.1:3000/files/1', local)).not.toThrow();
	expect(check('http://localhost:3001/files/1', local)).not.toThrow();
	expect(check('file:///etc/passwd', local)).toThrow(RequestFailure);
});

test('says the host, and none of what may be secret', () => {
	expect(check('http://user:secret@10.0.0.1:81/path?signature=secret')).toThrow(
		/Could not download the video: http:\/\/10\.0\.0\.1:81 is no address/,
	);
	expect(check('http://user:secret@10.0.0.1/?signature=secret')).not.toThrow(/secret/);
});
