import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GITHUB = join(import.meta.dirname, '..', '..', '.github');
const bug = readFileSync(join(GITHUB, 'ISSUE_TEMPLATE', 'bug_report.yml'), 'utf8');

/** The part of a form that belongs to one field. */
const fieldOf = (form: string, id: string): string =>
	form.split(/^ {2}- type: /m).find((field) => field.includes(`\n    id: ${id}\n`)) ?? '';

test.each(['happened', 'project', 'workflow', 'n8n', 'package', 'runs'])(
	'a report of a bug has to have: %s',
	(id) => {
		expect(fieldOf(bug, id)).toContain('      required: true');
	},
);

test('it asks for the project ID and the version of n8n, and warns of pasting keys before it asks anything', () => {
	expect(fieldOf(bug, 'project')).toContain('label: Project ID');
	expect(fieldOf(bug, 'n8n')).toContain('label: n8n version');
	const beforeTheFields = bug.split('    id: ')[0] ?? '';
	expect(beforeTheFields).toContain("don't paste API keys, signing secrets or signed URLs");
});

test('dependabot leaves alone what goes with n8n, and the oldest Node', () => {
	const dependabot = readFileSync(join(GITHUB, 'dependabot.yml'), 'utf8');
	for (const name of ['n8n-core', 'n8n-workflow', 'zod', "'@types/node'"]) {
		expect(dependabot).toContain(`      - dependency-name: ${name}\n`);
	}
});
