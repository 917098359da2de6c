/** CLI of the local Magic Hour API: `npm run local-api -- [--port 4010] [--speed 20] [--webhook-url URL]`. */
import { parseArgs } from 'node:util';

import { type LocalApi, startLocalApi, type Webhook } from './server.mts';

/** Holds the secret of the webhook: an argument would show in the list of processes. */
const SECRET_VARIABLE = 'MAGIC_HOUR_WEBHOOK_SECRET';
const USAGE = `Usage: npm run local-api -- [--port 4010] [--speed 20] [--webhook-url URL, with the signing secret in ${SECRET_VARIABLE}]`;

function readOptions(): { port: number; speed: number; webhook?: Webhook } {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			speed: { type: 'string', default: '20' },
			'webhook-url': { type: 'string' },
		},
	});
	const [port, speed] = [Number(values.port), Number(values.speed)];
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new Error(`--port must be 0 to 65535. ${USAGE}`);
	}
	if (!(speed > 0)) throw new Error(`--speed must be a number above 0. ${USAGE}`);
	const url = values['webhook-url'];
	if (url === undefined) return { port, speed };
	if (!URL.canParse(url)) throw new Error(`--webhook-url must be an address. ${USAGE}`);
	const secret = process.env[SECRET_VARIABLE];
	if (!secret) throw new Error(`${SECRET_VARIABLE} must hold the signing secret. ${USAGE}`);
	return { port, speed, webhook: { url, secret } };
}

async function main(): Promise<void> {
	const { port, speed, webhook } = readOptions();
	let api: LocalApi;
	try {
		api = await startLocalApi({
			port,
			speed,
			...(webhook ? { webhook } : {}),
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
	if (webhook) console.log(`Events are sent to ${webhook.url}`);
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
