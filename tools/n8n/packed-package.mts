import type { PackedPackage } from '../pack.mts';

const VARIABLE = 'E2E_PACKED_PACKAGE';

/** From the global set-up to the test files, which may be in other processes. */
export function rememberPackedPackage(packed: PackedPackage): void {
	process.env[VARIABLE] = JSON.stringify(packed);
}

export function packedPackage(): PackedPackage {
	const json = process.env[VARIABLE];
	if (json === undefined) throw new Error('The global set-up has not packed the package');
	return JSON.parse(json) as PackedPackage;
}
