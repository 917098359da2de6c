import { videoFileName } from '../../../../nodes/shared/media/videoFileName.ts';

const ID = 'clx7uu86w0a5qp55yxz315r6r';

test.each([
	['Lighthouse at dawn', 'Lighthouse at dawn.mp4'],
	['Für Élise 夜明け', 'Für Élise 夜明け.mp4'],
	['a/b\\c:d*e?f"g<h>i|j', 'a b c d e f g h i j.mp4'],
	['../../etc/passwd', 'etc passwd.mp4'],
	['line\nbreak\ttab\0nul', 'line break tab nul.mp4'],
	['  many   spaces  ', 'many spaces.mp4'],
	['.hidden.', 'hidden.mp4'],
	['clip.mov', 'clip.mov.mp4'],
	['clip.mp4', 'clip.mp4'],
	['clip.MP4', 'clip.mp4'],
	['clip.mp4.mp4', 'clip.mp4'],
	[' clip .Mp4 ', 'clip.mp4'],
	['clip.mp4.', 'clip.mp4'],
	['clip.mp4 . ', 'clip.mp4'],
	['\u200bclip\ufeff', 'clip.mp4'],
	['\u200b', `${ID}.mp4`],
	['LPT¹.txt', `${ID}.mp4`],
	['mp4', 'mp4.mp4'],
	['.mp4', `${ID}.mp4`],
	['con.mp4', `${ID}.mp4`],
	['Half \ud83d', 'Half.mp4'],
	['\ude00 half', 'half.mp4'],
	['\ud83d\ud83d\ude00', '\ud83d\ude00.mp4'],
	['..\\..\\windows\\win.ini', 'windows win.ini.mp4'],
	['%2e%2e%2fetc', '%2e%2e%2fetc.mp4'],
	['my\u202Egpj.exe', 'my gpj.exe.mp4'],
	['CON', `${ID}.mp4`],
	['nul.png', `${ID}.mp4`],
	['Contact', 'Contact.mp4'],
	[undefined, `${ID}.mp4`],
	[null, `${ID}.mp4`],
	['', `${ID}.mp4`],
	[' \n ', `${ID}.mp4`],
	['...', `${ID}.mp4`],
	['///', `${ID}.mp4`],
])('%j: %j', (name, expected) => {
	expect(videoFileName(name, ID)).toBe(expected);
});

test('an id is no path either', () => {
	expect(videoFileName('', '../a/b')).toBe('..-a-b.mp4');
	expect(videoFileName('', 'p\ud83d1')).toBe('p1.mp4');
	expect(videoFileName('', '\ud83d')).toBe('video.mp4');
	expect(videoFileName('', 'a'.repeat(5_000))).toBe(`${'a'.repeat(100)}.mp4`);
});

test('long names are cut, and do not end in a space then', () => {
	expect(videoFileName('x'.repeat(300), ID)).toBe(`${'x'.repeat(100)}.mp4`);
	expect(videoFileName(`${'x'.repeat(99)} tail`, ID)).toBe(`${'x'.repeat(99)}.mp4`);
});

test.each(['夜', '🌊', 'é', 'x'])(
	'a name of many %s is short enough for every file system',
	(each) => {
		const name = videoFileName(each.repeat(1_000), ID);
		expect(name).toMatch(new RegExp(`^(${each}){50,100}\\.mp4$`, 'u'));
		expect(Buffer.byteLength(name)).toBeLessThanOrEqual(204);
	},
);

test('no character is cut in two', () => {
	for (let length = 95; length <= 101; length++) {
		const name = videoFileName(`${'x'.repeat(length)}🌊🌊🌊`, ID);
		expect(Buffer.from(name, 'utf8').toString('utf8')).toBe(name);
	}
});
