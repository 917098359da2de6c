import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackage } from '../n8n/package-installation.mts';
import { ARTEFACTS_DIRECTORY } from '../pack.mts';
import CORES from './cores.json';

/** Puts links to the versions of n8n-core where Jest's configuration looks for them. */
export async function setUp(): Promise<void> {
	await mkdir(ARTEFACTS_DIRECTORY, { recursive: true });
	for (const version of CORES.versions) {
		const directory = await ensurePackage({ name: 'n8n-core', version });
		const link = join(ARTEFACTS_DIRECTORY, `core-${version}`);
		await rm(link, { force: true });
		await symlink(directory, link);
	}
}
