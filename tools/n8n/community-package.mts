import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes/child-processes.mts';
import { cleanEnvironment } from '../processes/environment.mts';
import type { PackedPackage } from '../pack.mts';

/**
 * The flags of n8n 2.41.1's own installer (n8n/dist/modules/community-packages/community-packages.service.js,
 * downloadPackage).
 */
const NPM_INSTALL_FLAGS = [
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

interface Manifest {
	dependencies?: Record<string, string>;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
}

/**
 * Installs a packed package into n8n's folder for community nodes, step by step as n8n does it from the
 * panel: unpack, drop the dependencies that are not for run time (so that n8n's own n8n-workflow is the only one),
 * install the rest, note it in the ledger. Only the tarball comes from a file, not from the registry.
 * @param nodesDirectory <user folder>/.n8n/nodes
 */
export async function installCommunityPackage(
	packed: PackedPackage,
	nodesDirectory: string,
	signal?: AbortSignal,
): Promise<string> {
	const packageDirectory = join(nodesDirectory, 'node_modules', packed.name);
	await rm(packageDirectory, { recursive: true, force: true });
	await mkdir(packageDirectory, { recursive: true });
	const options = {
		cwd: packageDirectory,
		env: cleanEnvironment({ npm_config_loglevel: 'error' }),
		logFile: join(nodesDirectory, 'install.log'),
		signal,
	};
	await run('tar', ['-xzf', packed.path, '-C', packageDirectory, '--strip-components=1'], options);

	const manifestFile = join(packageDirectory, 'package.json');
	const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
	delete manifest.devDependencies;
	delete manifest.peerDependencies;
	delete manifest.optionalDependencies;
	await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
	await run('npm', ['install', ...NPM_INSTALL_FLAGS], options);

	const ledger = {
		name: 'installed-nodes',
		private: true,
		dependencies: { [packed.name]: packed.version },
	};
	await writeFile(join(nodesDirectory, 'package.json'), JSON.stringify(ledger, null, 2));
	return packageDirectory;
}
