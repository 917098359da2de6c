import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
	compareCatalogue,
	needsAttention,
	type Difference,
} from '../tools/catalogue/compare-catalogue.mts';
import {
	readApiCatalogue,
	UnreadableDescription,
	type ApiCatalogue,
} from '../tools/catalogue/openapi-catalogue.mts';
import { UsageError } from '../tools/processes/program.mts';

/** Compares the node's catalogue with an OpenAPI description of the Magic Hour API. Exit codes are those of diff. */
const SAME = 0;
const DIFFERENT = 1;
const NOT_COMPARED = 2;

const USAGE = `Usage: npm run catalog:check -- FILE
FILE is an OpenAPI description of the Magic Hour API, in JSON, for example test/fixtures/openapi-2026-08.json`;

try {
	process.exitCode = main(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof UsageError)) throw error;
	console.error(error.message);
	process.exitCode = NOT_COMPARED;
}

function main(args: readonly string[]): number {
	if (args.includes('--help') || args.includes('-h')) {
		console.log(USAGE);
		return SAME;
	}
	const [file] = args;
	if (file === undefined || args.length > 1) throw new UsageError(`Give one file.\n${USAGE}`);
	// npm runs scripts in the project's folder, wherever it was called.
	const path = resolve(process.env.INIT_CWD ?? process.cwd(), file);
	const differences = compareCatalogue(readDescription(path));

	const noted = differences.filter((each) => !needsAttention(each));
	const stale = differences.filter(({ stale }) => stale);
	const open = differences.filter((each) => needsAttention(each) && !each.stale);
	print('Noted in the table as deliberate:', noted);
	print('Notes in the table that no difference needs any more:', stale);
	print('Not noted:', open);
	console.log(`Differences between nodes/shared/models/catalogue.ts and ${file}:`);
	console.log(
		`Not noted: ${open.length}; notes not needed: ${stale.length}; noted: ${noted.length}`,
	);
	return open.length + stale.length === 0 ? SAME : DIFFERENT;
}

/** @throws {UsageError} when there is no such file, or it is something else */
function readDescription(path: string): ApiCatalogue {
	try {
		return readApiCatalogue(JSON.parse(readFileSync(path, 'utf8')));
	} catch (error) {
		if (error instanceof UnreadableDescription) throw new UsageError(`${path}: ${error.message}`);
		if (error instanceof SyntaxError) {
			throw new UsageError(`${path} is not JSON: ${error.message}\n${USAGE}`);
		}
		if (error instanceof Error && 'syscall' in error) {
			throw new UsageError(`${path} can't be read: ${error.message}\n${USAGE}`);
		}
		throw error;
	}
}

function print(title: string, differences: readonly Difference[]): void {
	if (differences.length === 0) return;
	console.log(title);
	for (const { model, field, table, api, note } of differences) {
		console.log(`  ${model}, ${field}: ${table} (table); ${api} (API)${note ? `: ${note}` : ''}`);
	}
	console.log('');
}
