import { join } from 'node:path';
import { ensureN8nInstallation } from '../../tools/n8n/n8n-installation.mts';
import { rememberPackedPackage } from '../../tools/n8n/packed-package.mts';
import { ARTEFACTS_DIRECTORY, packProject } from '../../tools/pack.mts';
import { ensurePostgres } from '../../tools/queue-mode/postgres.mts';
import { ensureRedis } from '../../tools/queue-mode/redis.mts';

export async function setUp(): Promise<void> {
	await ensurePostgres();
	await ensureRedis();
	await ensureN8nInstallation();
	rememberPackedPackage(await packProject(join(ARTEFACTS_DIRECTORY, 'package')));
}
