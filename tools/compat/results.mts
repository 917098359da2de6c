import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { table } from '../docs/markdown-table.mts';
import { PROJECT_DIRECTORY } from '../pack.mts';

/** What `npm run compat` has found out the last time that it tried each version. */
const FILE = join(PROJECT_DIRECTORY, 'docs', 'compatibility.json');

export interface CompatResult {
	readonly name: string;
	readonly version: string;
	readonly how: string;
	readonly works: boolean;
	/** For people: what came out. */
	readonly result: string;
}

export function readCompatResults(): CompatResult[] {
	return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as CompatResult[]) : [];
}

/** @param results of all trials, in order */
export async function writeCompatResults(results: readonly CompatResult[]): Promise<void> {
	await writeFile(FILE, `${JSON.stringify(results, null, '\t')}\n`);
}

export function compatTable(results: readonly CompatResult[]): string {
	return table(
		['Version', 'How it was tried', 'Result'],
		results.map(({ version, how, works, result }) => [
			version,
			how,
			`${works ? 'works' : 'FAILED'}: ${result}`,
		]),
	);
}
