import { writeFileSync } from 'node:fs';

import { webhookCases } from '../test/e2e/webhook-cases.mts';
import { WEBHOOK_CASES_FILE, webhookCasesDocument } from './webhook-cases-document.mts';

/** `npm run docs:webhooks`: writes docs/webhook-cases.md. */
writeFileSync(WEBHOOK_CASES_FILE, webhookCasesDocument(webhookCases()));
console.log(`Wrote ${WEBHOOK_CASES_FILE}`);
