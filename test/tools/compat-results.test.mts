import { readCompatResults } from '../../tools/compat/results.mts';
import { TRIALS } from '../../tools/compat/trials.mts';

test('the README says of every version that is tried that it works, as the last run of each has found', () => {
	const results = readCompatResults();

	expect(results.map(({ name, version, how }) => ({ name, version, how }))).toEqual(
		TRIALS.map(({ name, version, how }) => ({ name, version, how })),
	);
	expect(results.filter(({ works }) => !works)).toEqual([]);
});
