import { InvalidInputError } from '../../../../nodes/shared/lib/errors.ts';
import { checkFilePath, checkImageUrl } from '../../../../nodes/shared/media/imageReference.ts';
import { failureOf } from '../../../support/failure-of.mts';

/** `docs/magic-hour-api.md`: the image formats, and what a reference may be. */
const EXTENSIONS = 'png jpg jpeg jfif heic heif webp avif jp2 tiff tif bmp'.split(' ');
const LIBRARY = 'https://magichour.ai/my-library?imageId=clx7uu86w0a5qp55yxz315r6r';

describe('an image URL', () => {
	test.each([
		...EXTENSIONS.map((extension) => `https://example.com/photos/a.${extension}`),
		'https://example.com/PHOTO.JPG',
		'https://example.com/a.png?signature=abc&x=.gif',
		'https://example.com:8443/a.b.c.webp#top',
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
