import { writeFileSync } from 'node:fs';

import { WEBHOOK_CASES } from '../tools/docs/webhook-cases.mts';
import { WEBHOOK_CASES_FILE, webhookCasesDocument } from '../tools/docs/webhook-cases-document.mts';

/** `npm run docs:webhooks`: writes docs/webhook-cases.md. */
writeFileSync(WEBHOOK_CASES_FILE, webhookCasesDocument(WEBHOOK_CASES));
console.log(`Wrote ${WEBHOOK_CASES_FILE}`);
