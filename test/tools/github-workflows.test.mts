import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', '.github', 'workflows');
const workflows = readdirSync(FOLDER).map((name): [string, string] => [
	name,
	readFileSync(join(FOLDER, name), 'utf8'),
]);

/** An action at a commit, which nobody can move as they can a tag, and the version for people to read. */
const PINNED = /^ *(- )?uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const linesWith = (text: string, part: RegExp): string[] =>
	text.split('\n').filter((line) => part.test(line));

test('there are workflows for CI and for publishing', () => {
	expect(workflows.map(([name]) => name).sort()).toEqual(['ci.yml', 'publish.yml']);
});

describe.each(workflows)('%s', (name, text) => {
	test('every action is pinned to a commit, with its version beside it', () => {
		const uses = linesWith(text, /\buses:/);
		expect(uses.length).toBeGreaterThan(0);
		for (const line of uses) expect(line).toMatch(PINNED);
	});

	test('may read the code only; what publishes may vouch for itself', () => {
		expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
		const writes = linesWith(text, /: write/).map((line) => line.trim());
		expect(writes).toEqual(name === 'publish.yml' ? ['id-token: write'] : []);
	});

	test('uses no secret, and runs no code of a pull request with more rights', () => {
		expect(text).not.toMatch(/\bsecrets\b|pull_request_target|workflow_run/);
	});

	test('puts nothing that strangers write into a command', () => {
		for (const line of linesWith(text, /\brun:/)) expect(line).not.toContain('${{');
	});
});

test('the same action is at the same commit everywhere', () => {
	const pins = new Set(
		workflows.flatMap(([, text]) =>
			linesWith(text, /uses:/).map((line) => line.replace(/^.*uses: /, '')),
		),
	);
	expect(pins.size).toBe(new Set([...pins].map((pin) => pin.split('@')[0])).size);
});

test('publishing is with provenance, of the version that the tag names', () => {
	const [, publish = ''] = workflows.find(([name]) => name === 'publish.yml') ?? [];
	expect(publish).toContain('npm publish --provenance --access public');
	expect(publish).toContain('= "$GITHUB_REF_NAME"');
	expect(publish).not.toMatch(/registry-url|https?:/);
});
