import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import {
	checkFilePath,
	checkImageUrl,
	checkSavedItem,
} from '../../../../nodes/shared/media/imageReference.ts';
import { failureOf } from '../../../support/failure-of.mts';

/** `docs/magic-hour-api.md`: the image formats, and what a reference may be. */
const EXTENSIONS = 'png jpg jpeg jfif heic heif webp avif jp2 tiff tif bmp'.split(' ');
const LIBRARY = 'https://magichour.ai/my-library?imageId=clx7uu86w0a5qp55yxz315r6r';

describe('an image URL', () => {
	test.each([
		...EXTENSIONS.map((extension) => `https://example.com/photos/a.${extension}`),
		'https://example.com/PHOTO.JPG',
		'https://example.com/a.png?signature=abc&x=.gif',
		'https://example.com:8443/a.b.c.webp',
		'https://example.com/s%C3%BC%20%C3%9F.jpeg',
		LIBRARY,
		'https://www.magichour.ai/my-library/?imageId=1&tab=images',
		'api-assets/id/1234.png',
	])('may be %s', (url) => {
		expect(checkImageUrl(url, 'Image URL')).toBe(url);
	});

	test('may have spaces around it', () => {
		expect(checkImageUrl(' https://example.com/a.png\n', 'Image URL')).toBe(
			'https://example.com/a.png',
		);
	});

	test.each([
		[undefined, 'nothing was given; give a URL'],
		['', 'nothing was given; give a URL'],
		[42, '42 was given; give a URL'],
		['example.com/a.png', 'example.com/a.png was given; give a URL'],
		['api-assets/', 'api-assets/ was given; give a URL'],
		['api-assets/my photo.png', 'was given; give a URL'],
		['https://', 'https:// was given; give a URL'],
		['http://example.com/a.png', 'https:// URLs only; http://example.com/a.png was given'],
		['ftp://example.com/a.png', 'https:// URLs only'],
		['file:///etc/passwd.png', 'https:// URLs only'],
		['https://example.com/a', "must show the image's extension"],
		['https://example.com/', "must show the image's extension"],
		['https://example.com/a.gif', "must show the image's extension"],
		['https://example.com/a.png/', "must show the image's extension"],
		['https://example.com/a?file=b.png', "must show the image's extension"],
		['https://magichour.ai/my-library', "must show the image's extension"],
		['https://magichour.ai/my-library?imageId=', "must show the image's extension"],
		['https://evil.example/my-library?imageId=1', "must show the image's extension"],
	])('may not be %j', (url, says) => {
		const { message } = failureOf(InvalidInputError, () => checkImageUrl(url, 'Image URL'));
		expect(message).toMatch(/^Image URL: /);
		expect(message).toContain(says);
	});

	test.each([
		'http://user:hunter2@example.com/a.png?token=s3cret',
		'https://u:hunter2@example.com/a?token=s3cret',
		'https://u:hunter2@example.com/a.png?token=s3cret https://example.com/b.png?token=s3cret',
		'https://u:hun@ter2:hunter2@exam ple.com:x/a, example.com/a?token=s3cret',
		'https://u:hunter2@example.com/a\t.png?token=s3cret',
		`https://u:hunter2@example.com/a?token=s3cret&${'x'.repeat(9_000)}`,
		'https://example.com/a#s3cret',
	])('is shown without its secrets: %s', (url) => {
		const { message, hint } = failureOf(InvalidInputError, () => checkImageUrl(url, 'Image URL'));
		expect(`${message} ${hint}`).toContain('example.com/a');
		expect(`${message} ${hint}`).not.toMatch(/hunter2|s3cret/);
	});

	test('the hint lists the extensions', () => {
		const { hint } = failureOf(InvalidInputError, () =>
			checkImageUrl('https://example.com/a.gif', 'Image URL'),
		);
		for (const extension of EXTENSIONS) expect(hint).toContain(extension);
	});
});

describe('what is no one address of an image', () => {
	test.each([
		// Two in one field.
		['https://a.io/1.png, https://a.io/2.png', '2 URLs were given'],
		['https://a.io/1.png\nhttps://a.io/2.png', '2 URLs were given'],
		['https://a.io/1.png https://a.io/2.png https://a.io/3.png', '3 URLs were given'],
		['https://a.io/1.png;http://a.io/2.png', '2 URLs were given'],
		['https://a.io/1.png|HTTPS://a.io/2.png', '2 URLs were given'],
		['https://a.io/1.png, www.b.io/2.png', '2 URLs were given'],
		['https://a.io/1.png www.b.io/2.png www.c.io/3.png', '3 URLs were given'],
		['https://a.io/1.pnghttps://a.io/2.png', '2 URLs were given'],
		['https://a.io/1.JPEGhttp://a.io/2.png', '2 URLs were given'],
		['https://exam\nple.com/a.png', 'a line break or tab in it'],
		['https://example.com/a\t.png', 'a line break or tab in it'],
		// Hosts that Magic Hour can't reach.
		...[
			'localhost',
			'localhost:3000',
			'127.0.0.1',
			'10.0.0.7',
			'192.168.1.20:8080',
			'[::1]',
			'0x7f.1',
			'2130706433',
		].map((host) => [`https://${host}/a.png`, 'is no public host name']),
		...[
			'nas',
			'printer.local',
			'minio.svc',
			'n8n.internal',
			'host.docker.internal',
			'a.home.arpa',
			'localhost.',
		].map((host) => [`https://${host}/a.png`, 'is no public host name']),
		// An expression without a value.
		['https://example.com/.png', 'no name before the extension'],
		['https://example.com/photos/.jpg?v=1', 'no name before the extension'],
		// Secrets.
		['https://user:pw@example.com/a.png', 'must not have a name or password'],
		['https://token@example.com/a.png', 'must not have a name or password'],
		['https://:pw@example.com/a.png', 'must not have a name or password'],
		// Pages.
		['https://commons.wikimedia.org/wiki/File:Cat03.jpg', 'the URL of a page about an image'],
		['https://en.wikipedia.org/wiki/File:Cat03.jpg', 'the URL of a page about an image'],
		['https://starwars.fandom.com/wiki/File:Yoda.png', 'the URL of a page about an image'],
		['https://wiki.example.com/w/wiki/Image%3AYoda.png', 'the URL of a page about an image'],
		['https://de.m.wikipedia.org/wiki/Datei:Katze.png', 'the URL of a page about an image'],
		// Something else.
		[
			'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf',
			'a data URL was given (data:image/png;base64,',
		],
		['iVBORw0KGgoAAAANSUhEUgAA', "an image's base64 text was given"],
		['/9j/4AAQSkZJRgABAQ', "an image's base64 text was given"],
		['AAAAGGZ0eXBoZWljAAAA', "an image's base64 text was given"],
		['"UklGRiQAAABXRUJQVlA4"', "an image's base64 text was given"],
		['\ufffdPNG\r\n\u001a\n\0\0IHDR', 'a line break or tab'],
		['\ufffdPNG', 'an image that was read as text was given'],
		[
			'C:\\Users\\me\\photo.png',
			'a path on a Windows machine was given (C:\\Users\\me\\photo.png)',
		],
		['\\\\nas\\photo.png', 'a path on a Windows machine'],
		['/home/me/photo.png', 'a path on a disk was given (/home/me/photo.png)'],
		['~/photo.png', 'a path on a disk'],
		['//example.com/photo.png', '//example.com/photo.png was given; give a URL'],
		['localhost:8080/photo.png', 'https:// URLs only; localhost:8080/photo.png was given'],
		['nas:photos/photo.png', 'https:// URLs only; nas:photos/photo.png was given'],
		['./photo.png', 'a path on a disk'],
		['s3://bucket/photo.png', "a storage's own address was given (s3://bucket/photo.png)"],
		['blob:https://example.com/1234', "an address within somebody's browser"],
		[`https://example.com/${'a'.repeat(9_000)}.png`, 'characters, which no URL of an image has'],
	])('%j is refused', (url = '', says = '') => {
		const { message } = failureOf(InvalidInputError, () => checkImageUrl(url, 'Image URL'));
		expect(message).toMatch(/^Image URL: /);
		expect(message).toContain(says);
		expect(message.length).toBeLessThan(250);
	});

	test.each([
		// As every program reads it.
		['https://example.com/my photo.png', 'https://example.com/my%20photo.png'],
		['https://example.com/für.png?x=a b', 'https://example.com/f%C3%BCr.png?x=a%20b'],
		['HTTPS://EXAMPLE.com:443/A.PNG', 'https://example.com/A.PNG'],
		['https://bücher.example/a.png', 'https://xn--bcher-kva.example/a.png'],
		['https:\\\\example.com\\a.png', 'https://example.com/a.png'],
		// One address within another is one address.
		['https://images.weserv.nl/?url=https://a.io/b.png&/c.png', undefined],
		[
			'https://proxy.example.com/https://a.io/b.png',
			'https://proxy.example.com/https://a.io/b.png',
		],
		// Links that share a file with a page.
		[
			'https://www.dropbox.com/s/ab12/photo.png?dl=0',
			'https://www.dropbox.com/s/ab12/photo.png?dl=1',
		],
		[
			'https://www.dropbox.com/scl/fi/ab12/photo.jpg?rlkey=x',
			'https://www.dropbox.com/scl/fi/ab12/photo.jpg?rlkey=x&dl=1',
		],
		[
			'https://www.dropbox.com/s/ab12/photo.png?raw=1',
			'https://www.dropbox.com/s/ab12/photo.png?raw=1',
		],
		['https://github.com/o/r/blob/main/a.png', 'https://github.com/o/r/raw/main/a.png'],
		['https://gitlab.com/o/r/-/blob/main/a.png', 'https://gitlab.com/o/r/-/raw/main/a.png'],
		[
			'https://git.example.com/g/s/r/-/blob/main/a.png',
			'https://git.example.com/g/s/r/-/raw/main/a.png',
		],
		['https://bitbucket.org/o/r/src/main/a.png', 'https://bitbucket.org/o/r/raw/main/a.png'],
		[
			'https://codeberg.org/o/r/src/branch/main/a.png',
			'https://codeberg.org/o/r/raw/branch/main/a.png',
		],
		['https://huggingface.co/o/r/blob/main/a.png', 'https://huggingface.co/o/r/resolve/main/a.png'],
		[
			'https://huggingface.co/datasets/o/r/blob/main/a.png',
			'https://huggingface.co/datasets/o/r/resolve/main/a.png',
		],
		['https://example.com/o/r/blob/main/a.png', 'https://example.com/o/r/blob/main/a.png'],
		['https://example.com/o/r/src/main/a.png', 'https://example.com/o/r/src/main/a.png'],
		// No server gets what is behind a #.
		['https://example.com/a.png#top', 'https://example.com/a.png'],
		['https://example.com/a.png?x=1#xywh=0,0,9,9', 'https://example.com/a.png?x=1'],
		[`${LIBRARY}#images`, LIBRARY],
		[
			'https://notdropbox.com/s/ab12/photo.png?dl=0',
			'https://notdropbox.com/s/ab12/photo.png?dl=0',
		],
	])('%j is sent as %j', (url, sent) => {
		if (sent === undefined) expect(() => checkImageUrl(url, 'Image URL')).toThrow('extension');
		else expect(checkImageUrl(url, 'Image URL')).toBe(sent);
	});
});

test('a # in the name of a file is told of', () => {
	const { message, hint } = failureOf(InvalidInputError, () =>
		checkImageUrl('https://example.com/photo #1.png', 'Image URL'),
	);
	expect(message).toContain('https://example.com/photo%20 was given');
	expect(hint).toContain('write it %23');
});

describe('a file at Magic Hour', () => {
	test.each(['api-assets/id/1234.png', 'api-assets/ab12/photo', LIBRARY])('may be %s', (path) => {
		expect(checkFilePath(` ${path} `, 'Image File')).toBe(path);
	});

	test.each([
		undefined,
		'',
		'   ',
		42,
		'my photo.png',
		'https://example.com/a.png',
		'http://magichour.ai/my-library?imageId=1',
		'https://magichour.ai/my-library',
		'data:image/png;base64,AAAA',
		'/home/me/photo.png',
		'C:\\photo.png',
		'./photo.png',
		'~/photo.png',
	])('may not be %j', (path) => {
		const { message } = failureOf(InvalidInputError, () => checkFilePath(path, 'Image File'));
		expect(message).toMatch(/^Image File: .* was given; give the file_path/);
		expect(message).toContain('file_path');
	});
});

describe('a saved item', () => {
	test.each(['saved-items/ab12/1.png', 'ab12/photo', 'saved-items/my cat/a photo.png'])(
		'may be %s',
		(path) => {
			expect(checkSavedItem(` ${path} `, 'Saved Item')).toBe(path);
		},
	);

	test.each([undefined, '', ' '])('%j says that nothing was chosen', (path) => {
		expect(() => checkSavedItem(path, 'Saved Item')).toThrow('Saved Item: nothing was chosen');
	});

	test.each(['Ada', 'https://example.com/a.png', LIBRARY, '/home/me/photo.png', 'C:\\a.png'])(
		'may not be %j',
		(path) => {
			const { message, hint } = failureOf(InvalidInputError, () =>
				checkSavedItem(path, 'Saved Item'),
			);
			expect(message).toMatch(/^Saved Item: .* was given, which is no file_path/);
			expect(hint).toContain('from the list');
		},
	);
});
