/** CLI of the local Magic Hour API: `npm run local-api -- [--port 4010] [--speed 20]`. */
import { parseArgs } from 'node:util';

import { type LocalApi, startLocalApi } from './server.mts';

const USAGE = 'Usage: npm run local-api -- [--port 4010] [--speed 20]';

function readOptions(): { port: number; speed: number } {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			speed: { type: 'string', default: '20' },
		},
	});
	const [port, speed] = [Number(values.port), Number(values.speed)];
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new Error(`--port must be 0 to 65535. ${USAGE}`);
	}
	if (!(speed > 0)) throw new Error(`--speed must be a number above 0. ${USAGE}`);
	return { port, speed };
}

async function main(): Promise<void> {
	const { port, speed } = readOptions();
	let api: LocalApi;
	try {
		api = await startLocalApi({
			port,
			speed,
			onRequest: ({ method, path, status }) => {
				console.log(`${method} ${path} ${status ?? '-'}`);
			},
		});
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
			throw new Error(`Port ${port} is taken. Choose another with --port (0: any free one).`);
		}
		throw error;
	}
	console.log(`Local Magic Hour API: ${api.url}, ${speed} times faster than real time`);
	console.log('Keys, new at every start:');
	for (const [name, key] of Object.entries(api.keys)) console.log(`  ${name.padEnd(13)} ${key}`);
	console.log('Ctrl-C stops it.');

	const stop = (): void => {
		void api.close();
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
