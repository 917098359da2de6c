import { delimiter } from 'node:path';

/** What must not reach the programs that we start: secrets, a user's own n8n settings, and the npm run we are in. */
const NOT_INHERITED = [
	/^MAGIC_HOUR_/,
	/^N8N_/,
	/^DB_/,
	/^EXECUTIONS_/,
	/^QUEUE_/,
	/^OFFLOAD_/,
	/^PG[A-Z]+$/,
	/^NODE_OPTIONS$/,
	/^NODE_ENV$/,
	/^JEST_WORKER_ID$/,
	/^INIT_CWD$/,
	/^npm_(command|execpath|node_execpath|lifecycle_\w+|package_\w+)$/,
	/^npm_config_(ignore_scripts|local_prefix|loglevel|prefix|global_prefix|noproxy|node_gyp)$/,
];

const isNotInherited = (name: string): boolean =>
	NOT_INHERITED.some((pattern) => pattern.test(name));

/** Our environment without what the programs that we start should not see, `pathFirst` at the front of PATH. */
export function cleanEnvironment(
	additions: Record<string, string> = {},
	pathFirst?: string,
): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(([name]) => !isNotInherited(name));
	const environment: NodeJS.ProcessEnv = { ...Object.fromEntries(kept), ...additions };
	if (pathFirst !== undefined) {
		environment.PATH = [pathFirst, process.env.PATH].filter(Boolean).join(delimiter);
	}
	return environment;
}

/** Takes it from our own environment as well: for a program that is going to run in this process. */
export function cleanOwnEnvironment(): void {
	const names = Object.keys(process.env).filter(isNotInherited);
	for (const name of names) Reflect.deleteProperty(process.env, name);
}
