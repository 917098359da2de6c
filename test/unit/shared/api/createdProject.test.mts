import { findCreatedProject, findId } from '../../../../nodes/shared/api/createdProject.ts';

describe('an id that is certain', () => {
	test.each([
		'{"id":"p1"}',
		'{"id" : "p1"',
		'\n{\n\t"id"\n:\n"p1"',
		'{"credits_charged":"240","id":"p1","more":{"id":"p2"}}',
		'{"owner":{"id":"u1","more":{"id":"u2"}},"id":"p1"}',
		'{"name":"id","note":"{\\"id\\":\\"p2\\"}","id":"p1"}',
		'{"name":"a { \\\\","id":"p1"',
		'Warning: slow {"id":"p1"}',
		'{"id":"p1"}{"id":"p2"}',
		'{"id":"\\u00701"}',
		'{"id":"","id":"p1"}',
	])('%s', (text) => {
		expect(findId(text)).toEqual({ id: 'p1', isCertain: true });
		expect(findCreatedProject(text)).toEqual({ id: 'p1' });
	});

	test.each(['{"id":7}', '{"id":7,', '{"id": 7 '])('a number: %s', (text) => {
		expect(findCreatedProject(text)).toEqual({ id: '7' });
	});
});

describe('an id that is not certain', () => {
	test.each([
		['{"id":"p1', 'p1'],
		['{"id":"p1\\', 'p1'],
		['{"id":71', '71'],
		['{"data":{"id":"p1"}}', 'p1'],
		['"id":"p1"', 'p1'],
		['{"id":".."}', '..'],
		['{"id":"p 1"}', 'p 1'],
		['{"id":".a"}', '.a'],
		['{"id":-1}', undefined],
		[`{"id":"${'p'.repeat(129)}"}`, 'p'.repeat(129)],
		['{"id":"\\ud83"}', '\\ud83'],
	])('%s', (text, id) => {
		expect(findId(text)).toEqual(id === undefined ? undefined : { id, isCertain: false });
		expect(findCreatedProject(text)).toBeUndefined();
	});
});

test.each(['', 'null', '{}', '{"id":', '{"id":"', '{"id":null}', '{"id":{"a":1}}', '{"ids":"p1"}'])(
	'no id: %s',
	(text) => {
		expect(findId(text)).toBeUndefined();
	},
);

test('a page has scripts with ids of their own', () => {
	expect(findId('\n<html><script>session = {"id":"s1"}</script></html>')).toBeUndefined();
});

test.each([
	['quotes without end', '\\"'],
	['strings', '""'],
	['brackets', '{'],
	['keys without a value', '"id"'],
	['blanks after a key', ' '],
])('a megabyte of %s is read in no time', (_, piece) => {
	const begun = performance.now();
	findId(`{"id"${piece.repeat(1_000_000 / piece.length)}`);
	expect(performance.now() - begun).toBeLessThan(2_000);
});
