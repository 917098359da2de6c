import { join } from 'node:path';

import type { WebhookCase } from './webhook-cases.mts';
import { PROJECT_DIRECTORY } from '../pack.mts';
import { paddedTable } from './markdown-table.mts';

export const WEBHOOK_CASES_FILE = join(PROJECT_DIRECTORY, 'docs', 'webhook-cases.md');

/** What is tried beyond single requests, in the same columns. */
const SEQUENCES: readonly (readonly [what: string, answer: string, starts: string])[] = [
	['The same request again', '200', 'no'],
	['The same event again, signed anew', '200', 'no'],
	[
		'The same event again, after n8n was killed (kill -9) and started again',
		'200',
		'an execution that hands on nothing',
	],
	[
		'The same event to two processes of n8n (queue mode)',
		'200',
		'once; the other execution hands on nothing',
	],
	['The same event five times at the same moment', '200', 'once'],
	['The same event to two triggers of one workflow', '200', 'once by each'],
	['An event whose execution n8n could not start', '500 (n8n)', 'no'],
	['The same event again after that', '200', 'yes'],
	['A forged event to the Test URL, while a person listens', '401', 'no; n8n goes on listening'],
	['A signed event to the Test URL, while a person listens', '200', 'yes, in the editor'],
	['A signed event to the Test URL, while nobody listens', '404 (n8n)', 'no'],
];

/** docs/webhook-cases.md: Markdown as Prettier would have it. */
export function webhookCasesDocument(cases: readonly WebhookCase[]): string {
	const rows = [
		...cases.map(({ what, status, byN8n, starts }) => [
			what,
			`${status}${byN8n ? ' (n8n)' : ''}`,
			starts === 1 ? 'yes' : 'no',
		]),
		...SEQUENCES,
	];
	const head = ['What arrives', 'Answer', 'Starts the workflow'];
	return `# What the Magic Hour Trigger does with what arrives

Written by \`npm run docs:webhooks\` from the table of \`test/e2e/trigger.test.mts\`, which sends each of these to a real n8n
2.41.1 over HTTP. "(n8n)": n8n itself answers, before the node is asked.

${paddedTable(head, rows)}
`;
}
