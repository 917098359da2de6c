import { startLocalApi } from '../../local-api/server.mts';
import type { Program } from '../processes/program.mts';

/** How much faster than Magic Hour the local API makes a video. */
const LOCAL_SPEED = 100;
const REAL_URL = 'https://api.magichour.ai';

/** Where videos come from, and the key for it. */
export interface MagicHourSource {
	readonly description: string;
	readonly url: string;
	readonly apiKey: string;
}

/** The real API when the user has given a key for it in MAGIC_HOUR_API_KEY; else a local one, ended with the program. */
export async function magicHourSource(program: Program): Promise<MagicHourSource> {
	const apiKey = process.env.MAGIC_HOUR_API_KEY?.trim();
	if (apiKey !== undefined && apiKey !== '') {
		return {
			description: `${REAL_URL} (the real one, which charges credits)`,
			url: REAL_URL,
			apiKey,
		};
	}
	const local = await startLocalApi({ speed: LOCAL_SPEED });
	program.atEnd(() => local.close());
	return {
		description: `${local.url} (the local one, ${LOCAL_SPEED} times faster than real time)`,
		url: local.url,
		apiKey: local.keys.pro,
	};
}
