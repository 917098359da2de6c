import { join } from 'node:path';
import { ensureChromium } from '../../tools/n8n/browser.mts';
import { ensureN8nInstallation } from '../../tools/n8n/n8n-installation.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../../tools/pack.mts';
import { rememberPackedPackage } from '../../tools/n8n/packed-package.mts';

/** Once for all files: what takes minutes on a fresh machine, and the build, which must not happen twice at once. */
export async function setUp(): Promise<void> {
	process.env.CHROMIUM_PATH = await ensureChromium();
	await ensureN8nInstallation();
	rememberPackedPackage(await packProject(join(ARTEFACTS_DIRECTORY, 'package')));
}
