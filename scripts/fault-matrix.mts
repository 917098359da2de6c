import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import {
	DOCUMENT_FILE,
	faultMatrixDocument,
	RESULTS_FILE,
	type FaultResults,
} from '../tools/docs/fault-matrix-document.mts';

/** `npm run docs:faults`: writes docs/fault-matrix.md from what the fault suite saw when it ran last. */
const results = JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as FaultResults;
mkdirSync(dirname(DOCUMENT_FILE), { recursive: true });
writeFileSync(DOCUMENT_FILE, faultMatrixDocument(results));
console.log(`Wrote ${DOCUMENT_FILE}`);
