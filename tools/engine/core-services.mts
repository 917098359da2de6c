import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BinaryDataConfig, BinaryDataService, ErrorReporter } from 'n8n-core';

import { startDeduplication } from './deduplication.mts';
import { loggerToken, oldBinaryData } from './old-core.mts';
import { showAll } from './show-all.mts';

/** A class by which n8n-core's services are looked up. */
type Token<T> = abstract new (...args: never[]) => T;

interface Container {
	get<T>(token: Token<T>): T;
	set<T>(token: Token<T>, instance: T): void;
}

type CoreLogger = ConstructorParameters<typeof BinaryDataService>[2];

/** What n8n-core needs before it can execute anything, set up as n8n sets it up at its start. */
interface CoreServices {
	/** Files of items, on disk as in n8n's default mode. */
	readonly binaryData: BinaryDataService;
	/** What n8n and the node have logged, at every level. */
	readonly log: readonly string[];
	readonly close: () => void;
}

/** Call once per process, or test file: n8n-core keeps its settings for as long. */
export async function startCoreServices(parentFolder = tmpdir()): Promise<CoreServices> {
	const folder = mkdtempSync(join(parentFolder, 'magic-hour-engine-'));
	process.env.N8N_USER_FOLDER = folder;
	process.env.N8N_ENCRYPTION_KEY = 'nothing is encrypted here';

	// npm installs more than one version of these packages: those of n8n-core are wanted.
	const fromCore = createRequire(createRequire(import.meta.url).resolve('n8n-core'));
	const { Container } = fromCore('@n8n/di') as { Container: Container };

	const log: string[] = [];
	const logger = recordingLogger(log);
	Container.set(loggerToken(fromCore) as Token<CoreLogger>, logger);
	const binaryData = (await oldBinaryData(folder)) ?? (await startBinaryData(Container, logger));
	Container.set(BinaryDataService, binaryData);
	await startDeduplication();

	return {
		binaryData,
		log,
		close() {
			// Up to 2.0, its timer keeps the process alive.
			Container.get(sshClients(fromCore)).onShutdown();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** n8n-core makes one with its first execution, and does not export its class. */
function sshClients(fromCore: NodeJS.Require): Token<{ onShutdown(): void }> {
	const { SSHClientsManager } = fromCore('./execution-engine/ssh-clients-manager') as {
		SSHClientsManager: Token<{ onShutdown(): void }>;
	};
	return SSHClientsManager;
}

async function startBinaryData(
	container: Container,
	logger: CoreLogger,
): Promise<BinaryDataService> {
	const service = new BinaryDataService(
		container.get(BinaryDataConfig),
		container.get(ErrorReporter),
		logger,
	);
	await service.init();
	return service;
}

function recordingLogger(log: string[]): CoreLogger {
	const record = (message: string, metadata?: object): void => {
		log.push(`${message} ${showAll(metadata)}`);
	};
	const logger = { error: record, warn: record, info: record, debug: record };
	return { ...logger, scoped: () => logger } as unknown as CoreLogger;
}
