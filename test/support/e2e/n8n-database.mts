import { join } from 'node:path';
import { run } from '../../../tools/processes/child-processes.mts';
import { cleanEnvironment } from '../../../tools/processes/environment.mts';
import { ensureN8nInstallation } from '../../../tools/n8n/n8n-installation.mts';

/**
 * Runs a program on n8n's database, whether n8n is running or not: for what no button of n8n's does.
 * @param userFolder of the n8n
 * @param program CommonJS; `database` is a `DatabaseSync`
 */
export async function inDatabase(userFolder: string, program: string): Promise<void> {
	const { binDirectory } = await ensureN8nInstallation();
	const whole = `
		const { DatabaseSync } = require('node:sqlite');
		const database = new DatabaseSync('database.sqlite');
		database.exec('PRAGMA busy_timeout = 10000');
		${program}
		database.close();`;
	// In n8n's own Node: that of the tests may be too old to have SQLite.
	await run('node', ['--eval', whole], {
		cwd: join(userFolder, '.n8n'),
		env: cleanEnvironment({}, binDirectory),
		logFile: join(userFolder, 'logs', 'database.log'),
	});
}
