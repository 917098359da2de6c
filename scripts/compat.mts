// `npm run compat`: tries the package with old and new versions of n8n, and writes what came out into docs/compatibility.json,
// which the README's table is made from. With names, as in `npm run compat -- n8n-2.33.7`, only these are tried.
import { parseArgs } from 'node:util';
import {
	compatTable,
	readCompatResults,
	writeCompatResults,
	type CompatResult,
} from '../tools/compat/results.mts';
import { TRIALS, type Trial } from '../tools/compat/trials.mts';
import { runProgram, UsageError, type Program } from '../tools/processes/program.mts';

async function main(program: Program): Promise<void> {
	const { positionals: names } = parseArgs({ allowPositionals: true });
	const results: CompatResult[] = [];
	for (const { run, ...about } of trialsNamed(names)) {
		results.push({ ...about, ...(await run(program)) });
	}
	console.log(`\n${compatTable(results)}\n`);
	await writeCompatResults(withEarlier(results));
	const failed = results.filter(({ works }) => !works);
	if (failed.length > 0) throw new UsageError(`${failed.length} of ${results.length} failed`);
}

/** In the order of the trials; what is not tried any more is dropped. */
function withEarlier(results: readonly CompatResult[]): CompatResult[] {
	const all = [...results, ...readCompatResults()];
	return TRIALS.flatMap(({ name }) => all.find((each) => each.name === name) ?? []);
}

function trialsNamed(names: readonly string[]): readonly Trial[] {
	if (names.length === 0) return TRIALS;
	return names.map((name) => {
		const trial = TRIALS.find((each) => each.name === name);
		if (trial) return trial;
		const known = TRIALS.map((each) => each.name).join(', ');
		throw new UsageError(`There is no trial "${name}"; there are ${known}`);
	});
}

await runProgram(main);
