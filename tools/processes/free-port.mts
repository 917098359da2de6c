import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether nothing listens on 127.0.0.1:`port`; 0 asks the system for any free one. */
async function tryPort(port: number): Promise<number | undefined> {
	const server = createServer();
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		if (address === null || typeof address === 'string') throw new Error('No TCP address');
		return address.port;
	} catch (error) {
		if (['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return undefined;
		throw error;
	} finally {
		server.close();
	}
}

/** A port that is free at this moment. */
export async function freePort(): Promise<number> {
	const port = await tryPort(0);
	if (port === undefined) throw new Error('The system has no free port');
	return port;
}

/** `preferred`, or the next one after it that is free. */
export async function freePortFrom(preferred: number): Promise<number> {
	for (let port = preferred; port <= preferred + 100; port++) {
		if ((await tryPort(port)) !== undefined) return port;
	}
	throw new Error(`The ports ${preferred} to ${preferred + 100} are all taken`);
}
