import type { Account } from './accounts.mts';
import { ApiError } from './api-error.mts';

export const SAVED_TYPES = ['character', 'reference', 'voice', 'moodboard', 'brand_kit'] as const;
export type SavedType = (typeof SAVED_TYPES)[number];
export type MediaKind = 'IMAGE' | 'VIDEO' | 'AUDIO';

/** What somebody has kept in the library; paths and ids are made up. */
export interface SavedItemSketch {
	readonly type: SavedType;
	readonly name: string | null;
	readonly assets: readonly { readonly kind: MediaKind; readonly primary?: boolean }[];
}

interface SavedAsset {
	readonly filePath: string;
	readonly kind: MediaKind;
	readonly primary: boolean;
}

interface SavedItem {
	readonly id: string;
	readonly type: SavedType;
	readonly name: string | null;
	readonly assets: readonly SavedAsset[];
}

/** One of each type; the primary asset is not always the first. */
const SAMPLES: readonly SavedItemSketch[] = [
	{
		type: 'character',
		name: 'Ada',
		assets: [{ kind: 'VIDEO' }, { kind: 'IMAGE' }, { kind: 'IMAGE', primary: true }],
	},
	{ type: 'voice', name: 'Narrator', assets: [{ kind: 'AUDIO', primary: true }] },
	{ type: 'reference', name: 'Red Chair', assets: [{ kind: 'IMAGE', primary: true }] },
	{ type: 'moodboard', name: null, assets: [{ kind: 'IMAGE' }] },
	{ type: 'brand_kit', name: 'Lighthouse Inc.', assets: [] },
];

const EXTENSIONS: Readonly<Record<MediaKind, string>> = {
	IMAGE: 'png',
	VIDEO: 'mp4',
	AUDIO: 'mp3',
};

export interface SavedPage {
	readonly items: readonly SavedItem[];
	readonly nextCursor: string | null;
}

/** What accounts have saved: the same for each, at paths of its own, which never expire. */
export class SavedItems {
	private sketches = SAMPLES;

	set(sketches: readonly SavedItemSketch[] = SAMPLES): void {
		this.sketches = sketches;
	}

	/**
	 * @param limit items of a page
	 * @throws ApiError 400 for a cursor that was not handed out
	 */
	page(
		account: Account,
		{ type, limit, cursor }: { type?: SavedType; limit: number; cursor?: string },
	): SavedPage {
		const all = this.of(account).filter((item) => type === undefined || item.type === type);
		const start =
			cursor === undefined ? 0 : all.findIndex(({ id }) => cursorAfter(id) === cursor) + 1;
		if (cursor !== undefined && start === 0) throw new ApiError(400, 'cursor: is not known');
		const items = all.slice(start, start + limit);
		const last = items.at(-1);
		return { items, nextCursor: last && last !== all.at(-1) ? cursorAfter(last.id) : null };
	}

	/** @throws ApiError 422 if the path is of something that is no image. @returns whether there is an image */
	hasImage(filePath: string, field: string, account: Account): boolean {
		const asset = this.of(account)
			.flatMap(({ assets }) => assets)
			.find((each) => each.filePath === filePath);
		if (asset && asset.kind !== 'IMAGE') {
			throw new ApiError(422, `${field}: an image is needed, not ${asset.kind}`);
		}
		return asset !== undefined;
	}

	private of({ name: account }: Account): SavedItem[] {
		return this.sketches.map(({ type, name, assets }, index) => {
			const id = `saved${account}${String(index + 1).padStart(4, '0')}`;
			return {
				id,
				type,
				name,
				assets: assets.map(({ kind, primary = false }, position) => ({
					filePath: `saved-items/${account}/${id}/${position + 1}.${EXTENSIONS[kind]}`,
					kind,
					primary,
				})),
			};
		});
	}
}

/** Says nothing to whoever gets it. */
const cursorAfter = (id: string): string => Buffer.from(`after ${id}`).toString('base64url');
