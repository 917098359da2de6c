import { readFileSync } from 'node:fs';

import { evaluateRequest } from '../../nodes/MagicHourTrigger/evaluateRequest.ts';
import {
	webhookCasesDocument,
	WEBHOOK_CASES_FILE,
} from '../../tools/docs/webhook-cases-document.mts';
import {
	SECRET,
	type TriggerParameters,
	TRIGGERS,
	WEBHOOK_CASES,
} from '../../tools/docs/webhook-cases.mts';

test('docs/webhook-cases.md is current (npm run docs:webhooks writes it)', () => {
	expect(readFileSync(WEBHOOK_CASES_FILE, 'utf8')).toBe(webhookCasesDocument(WEBHOOK_CASES));
});

/** What a refusal says beside its message. */
const CODES: Readonly<Record<number, string>> = {
	400: 'MAGIC_HOUR_UNEXPECTED_RESPONSE',
	401: 'MAGIC_HOUR_INVALID_SIGNATURE',
};

/** The verdict alone; test/e2e/trigger.test.mts sends the same requests to n8n. */
describe('the verdict on', () => {
	const ofTheNode = WEBHOOK_CASES.filter(({ byN8n }) => !byN8n);
	const ofTheVerdict = ofTheNode.filter(({ onlyInN8n }) => !onlyInN8n);

	test.each(ofTheVerdict.map((each) => [each.what, each] as const))(
		'%s',
		(_, { to = 'usual', request, status, starts, says }) => {
			const trigger: TriggerParameters = TRIGGERS[to];
			const { options } = trigger;
			const { headers, body } = request();
			const verdict = evaluateRequest(
				{ headers, body: Buffer.from(body) },
				{
					choice: {
						types: trigger.events ?? ['video.completed', 'video.errored'],
						projectTypes: options.projectTypes ?? [],
					},
					verify: trigger.verifySignature ?? true,
					toleranceSeconds: options.timestampTolerance ?? 300,
				},
				SECRET,
				Date.now(),
			);
			if (starts === 1) expect(verdict).toHaveProperty('event');
			else
				expect(verdict).toEqual({
					status,
					message: expect.stringContaining(says ?? '') as string,
					code: CODES[status],
				});
		},
	);
});
