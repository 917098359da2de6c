/**
 * The local API in a process of its own, so that its work is not measured as the node's. Its options come as JSON; it
 * tells its address and keys, and ends with the process that forked it.
 */
import { startLocalApi, type LocalApiOptions } from '../local-api/server.mts';
import type { ApiAddress } from './api.mts';

const api = await startLocalApi(JSON.parse(process.argv[2] ?? '{}') as LocalApiOptions);
// Ctrl-C is for the process that forked this one.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => void api.close());
process.send?.({ url: api.url, keys: api.keys } satisfies ApiAddress);
