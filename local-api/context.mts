import type { Account } from './accounts.mts';
import type { CreateBody } from './create-rules.mts';
import type { Faults } from './faults.mts';
import type { ImageSources } from './image-source.mts';
import type { Outcome, Projects } from './projects.mts';
import type { VideoMaker } from './render.mts';
import type { RecordedRequest, RequestKind, RequestLog } from './request-log.mts';
import type { SavedItems } from './saved-items.mts';
import type { UrlSigner } from './signed-url.mts';
import type { Uploads } from './uploads.mts';
import type { Webhooks } from './webhooks.mts';
import type { Workers } from './workers.mts';

/** What the routes work with. */
export interface Context {
	readonly accounts: readonly Account[];
	/** Milliseconds since 1970. */
	readonly clock: () => number;
	readonly log: RequestLog;
	readonly faults: Faults;
	readonly projects: Projects;
	readonly webhooks: Webhooks;
	readonly uploads: Uploads;
	readonly savedItems: SavedItems;
	readonly images: ImageSources;
	readonly renderer: VideoMaker;
	readonly workers: Workers;
	readonly signer: UrlSigner;
	/** A folder of this server's own, removed when it closes. */
	readonly directory: string;
	/** Where the server is, for the URLs that it hands out. */
	readonly origin: () => string;
	/** Seconds from create to complete, by the clock. */
	readonly jobSeconds: (body: CreateBody) => number;
	readonly uploadUrlSeconds: number;
	readonly downloadUrlSeconds: number;
	/** How jobs created from now on end. */
	outcome: Outcome;
	readonly reset: () => void;
}

declare module 'fastify' {
	interface FastifyContextConfig {
		/** What the request log and the faults call a request of this route. */
		kind?: RequestKind;
	}
	interface FastifyRequest {
		/** Whose key it came with: set on the routes of the API itself. */
		account?: Account;
		/** Its entry in the request log, if it is logged. */
		entry?: RecordedRequest;
	}
}
