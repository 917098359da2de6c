import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
	compareCatalogue,
	staleNotes,
	type Difference,
} from '../tools/catalogue/compare-catalogue.mts';
import {
	readApiCatalogue,
	UnreadableDescription,
	type ApiCatalogue,
} from '../tools/catalogue/openapi-catalogue.mts';
import { UsageError } from '../tools/processes/program.mts';

/** Compares the node's catalogue with OpenAPI descriptions of the Magic Hour API. Exit codes are those of diff. */
const SAME = 0;
const DIFFERENT = 1;
const NOT_COMPARED = 2;

const PROJECT = join(import.meta.dirname, '..');
const FIXTURES = join(PROJECT, 'test/fixtures');
const USAGE = `Usage: npm run catalog:check [-- FILE...]
Compares with the published descriptions in test/fixtures, and with each FILE: an OpenAPI description of the Magic Hour API, in JSON.`;

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
	const published = readdirSync(FIXTURES).filter((name) => /^openapi-.*\.json$/.test(name));
	// npm runs scripts in the project's folder, wherever it was called.
	const calledIn = process.env.INIT_CWD ?? process.cwd();
	const paths = [
		...published.sort().map((name) => join(FIXTURES, name)),
		...args.map((file) => resolve(calledIn, file)),
	];
	const all = paths.map((path) => ({ path, differences: compareCatalogue(readDescription(path)) }));

	const open = all.map(({ path, differences }) => {
		const [noted, others] = [true, false].map((isNoted) =>
			differences.filter(({ note }) => (note !== undefined) === isNoted),
		) as [Difference[], Difference[]];
		console.log(`${relative(PROJECT, path)}: ${noted.length} noted, ${others.length} not noted`);
		print(noted);
		print(others);
		return others.length;
	});
	const stale = staleNotes(all.flatMap(({ differences }) => differences));
	console.log(`Notes that no difference needs any more: ${stale.length}`);
	for (const { subject, field, api, why } of stale) {
		console.log(`  ${subject}, ${field}: ${api} (API): ${why}`);
	}
	return open.every((count) => count === 0) && stale.length === 0 ? SAME : DIFFERENT;
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

function print(differences: readonly Difference[]): void {
	for (const { subject, field, request, table, api, note } of differences) {
		const where = request === undefined ? '' : ` (${request})`;
		const why = note === undefined ? 'NOT NOTED' : note.why;
		console.log(`  ${subject}, ${field}${where}: ${table} (table); ${api} (API): ${why}`);
	}
}
