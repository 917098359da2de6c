import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { checkBaseUrl } from '../api/baseUrl';
import { MagicHourClient } from '../api/client';
import type { SavedItem } from '../api/schemas';
import { systemClock } from '../lib/clock';
import { CREDENTIAL, n8nTransport } from '../n8n/n8nTransport';
import { toNodeError } from '../n8n/nodeErrors';

/** Half of the most: an answer holds a long signed URL for each of the pictures. */
const PAGE_SIZE = 50;
/** n8n asks for the next page when somebody scrolls to the end of the list, so one has to be long enough to scroll. */
const MIN_ENTRIES = 20;
const MAX_PAGES = 40;
/** Milliseconds that somebody waits for a list. */
const TIMEOUT_MS = 20_000;

/** The images among the saved items, for a searchable list: Magic Hour has no search of its own. */
export async function searchSavedItems(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	try {
		const { baseUrl } = await this.getCredentials(CREDENTIAL);
		const clock = systemClock;
		const client = new MagicHourClient(n8nTransport(this, checkBaseUrl(baseUrl)), clock);
		return await listImages(client, filter, paginationToken, clock.now() + TIMEOUT_MS);
	} catch (error) {
		throw toNodeError(this.getNode(), error, undefined);
	}
}

/**
 * Reads pages until there is something to scroll.
 * @param cursor where the last list ended
 * @param deadline time of the client's clock
 */
export async function listImages(
	client: Pick<MagicHourClient, 'listSavedItems'>,
	filter: string,
	cursor: string | undefined,
	deadline: number,
): Promise<INodeListSearchResult> {
	const wanted = filter.trim().toLowerCase();
	const results: INodeListSearchItems[] = [];
	let next = cursor;
	for (let pages = 0; pages < MAX_PAGES && results.length < MIN_ENTRIES; pages++) {
		const page = await client.listSavedItems({ limit: PAGE_SIZE, cursor: next }, { deadline });
		const entries = page.items.flatMap(entriesOf);
		results.push(...entries.filter(({ name }) => name.toLowerCase().includes(wanted)));
		next = page.next_cursor ?? undefined;
		if (next === undefined) break;
	}
	return { results, paginationToken: next };
}

/** An entry for each image of an item, the primary one first. Their URLs expire, so the list has none. */
function entriesOf({ name, type, assets }: SavedItem): INodeListSearchItems[] {
	const kind = type?.replaceAll('_', ' ');
	const images = assets.filter(({ media_kind: each }) => each === 'IMAGE');
	const sorted = [
		...images.filter(({ is_primary: isPrimary }) => isPrimary),
		...images.filter(({ is_primary: isPrimary }) => !isPrimary),
	];
	return sorted.map(({ file_path: value }, index) => ({
		name: [`${name ?? 'Unnamed'}${index === 0 ? '' : `, image ${index + 1}`}`, kind]
			.filter(Boolean)
			.join(' · '),
		value,
	}));
}
