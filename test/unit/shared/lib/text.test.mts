import {
	singleLine,
	joinOr,
	meantText,
	joinNumbersOr,
	formatValue,
	formatList,
	formatDuration,
	wellFormed,
} from '../../../../nodes/shared/lib/text.ts';

test.each([
	[[], ''],
	[['a'], 'a'],
	[['a', 'b'], 'a or b'],
	[['a', 'b', 'c'], 'a, b or c'],
])('orList %j: %j', (words, expected) => {
	expect(joinOr(words)).toBe(expected);
});

test.each([
	[[], ''],
	[[720], '720'],
	[[5, 10], '5 or 10'],
	[[1, 2, 3], '1, 2 or 3'],
	[[1, 2, 3, 4], '1 to 4'],
	[[3, 4, 5, 6, 7, 8, 9, 10, 15], '3 to 10 or 15'],
	[[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30], '1 to 10, 15, 20, 25 or 30'],
	[[4, 8, 12, 24, 36, 48, 60], '4, 8, 12, 24, 36, 48 or 60'],
	[[1, 2, 4, 5, 6, 7, 9], '1, 2, 4 to 7 or 9'],
])('orNumbers %j: %j', (numbers, expected) => {
	expect(joinNumbersOr(numbers)).toBe(expected);
});

describe('shown', () => {
	test.each([
		[undefined, 'nothing'],
		[null, 'nothing'],
		['', 'nothing'],
		['720p', '720p'],
		[5, '5'],
		[0, '0'],
		[false, 'false'],
		[NaN, 'NaN'],
		[Infinity, 'Infinity'],
		[{ a: [1] }, '{"a":[1]}'],
		['two\n  lines', 'two lines'],
	])('%p: %j', (value, expected) => {
		expect(formatValue(value)).toBe(expected);
	});

	test('cuts what is long', () => {
		expect(formatValue('x'.repeat(80))).toBe('x'.repeat(80));
		expect(formatValue('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
		expect(formatValue({ text: 'x'.repeat(1000) })).toHaveLength(80);
	});

	const circular: Record<string, unknown> = {};
	circular.self = circular;
	test.each([() => 1, Symbol('s'), 10n, circular])(
		'has words for what JSON has none for: case %#',
		(value) => {
			expect(formatValue(value)).toMatch(/./);
		},
	);
});

test.each([
	[0, '0 s'],
	[400, '0 s'],
	[45_000, '45 s'],
	[59_600, '1 min 0 s'],
	[74_000, '1 min 14 s'],
	[3_600_000, '1 h 0 min'],
	[7_500_000, '2 h 5 min'],
])('%i ms: %s', (milliseconds, text) => {
	expect(formatDuration(milliseconds)).toBe(text);
});

test('a long list says how many more there are', () => {
	expect(formatList(['a', 'b'])).toBe('a, b');
	expect(formatList(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
	expect(formatList(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
});

test('what others write is one line, without control characters, and not too long', () => {
	expect(singleLine('a sentence, as it came', 80)).toBe('a sentence, as it came');
	expect(singleLine('two\r\nlines\u2028or \u001b[31mmore\u009b2J\0', 80)).toBe(
		'two lines or [31mmore 2J ',
	);
	expect(singleLine('x'.repeat(100), 80)).toBe(`${'x'.repeat(79)}…`);
});

test.each([
	['A cat \ud83d', 'A cat '],
	['\ude00 cat', ' cat'],
	['\ud83d\ude00', '\ud83d\ude00'],
	['\ud83d\ud83d\ude00\ude00', '\ud83d\ude00'],
	['é 夜 \u0000', 'é 夜 \u0000'],
])('%j, well-formed, is %j', (text, expected) => {
	expect(wellFormed(text)).toBe(expected);
});

test.each([
	['  A cat\n', 'A cat'],
	['\ufeffA cat\u200b', 'A cat'],
	['\u200e\u202aA cat\u202c', 'A cat'],
	['\u200b', ''],
	[' \ud83d\u2060', ''],
	['a\0b\u001b[31m\u009b\u007f', 'ab[31m'],
	['one\ttwo\r\nthree', 'one\ttwo\r\nthree'],
	// Emoji of several characters, some of which are invisible.
	['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
	[
		'\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
		'\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
	],
	['\u2764\ufe0f', '\u2764\ufe0f'],
	['می‌خواهم', 'می‌خواهم'],
])('%j, as it is meant, is %j', (text, expected) => {
	expect(meantText(text)).toBe(expected);
});

test('no message has half a character', () => {
	expect(singleLine('\ud83d\ude00'.repeat(10), 6)).toBe('\ud83d\ude00\ud83d\ude00…');
	expect(singleLine('a \ud83d', 10)).toBe('a ');
	expect(formatValue({ text: 'cat \ud83d' })).not.toMatch(/\p{Surrogate}/u);
});

test.each([
	[{ big: 1n }, '{"big":"1"}'],
	[[1n], '["1"]'],
	[
		{
			toJSON: () => {
				throw new Error('no');
			},
		},
		'an object',
	],
])('what JSON does not have can be shown all the same', (value, shown) => {
	expect(formatValue(value)).toBe(shown);
});
