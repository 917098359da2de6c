import { writeFileSync } from 'node:fs';

import { WEBHOOK_CASES } from '../test/e2e/webhook-cases.mts';
import { WEBHOOK_CASES_FILE, webhookCasesDocument } from './webhook-cases-document.mts';

/** `npm run docs:webhooks`: writes docs/webhook-cases.md. */
writeFileSync(WEBHOOK_CASES_FILE, webhookCasesDocument(WEBHOOK_CASES));
console.log(`Wrote ${WEBHOOK_CASES_FILE}`);
