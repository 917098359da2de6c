import type { Clock } from '../shared/lib/clock';

/**
 * The signing secrets of triggers, as they were read a moment ago. n8n (2.41.1) sets up an expression engine of its own
 * each time that a webhook reads a credential, which takes longer than all else that a request needs.
 */
export class Secrets {
	private readonly known = new Map<string, { secret: Promise<string>; readAt: number }>();

	constructor(private readonly clock: Pick<Clock, 'now'>) {}

	/**
	 * @param trigger the trigger with its credential
	 * @param maxAgeMs how long ago the secret may have been read
	 * @param read reads it from n8n; requests that come meanwhile wait for it, too
	 * @throws what `read` throws
	 */
	async secretOf(trigger: string, maxAgeMs: number, read: () => Promise<string>): Promise<string> {
		const now = this.clock.now();
		const known = this.known.get(trigger);
		if (known && now - known.readAt < maxAgeMs) return await known.secret;
		for (const [other, { readAt }] of this.known) {
			if (now - readAt >= MAX_SECRET_AGE_MS) this.known.delete(other);
		}
		const entry = { secret: read(), readAt: now };
		this.known.set(trigger, entry);
		const forget = () => {
			if (this.known.get(trigger) === entry) this.known.delete(trigger);
		};
		// One that is missing may be entered any moment.
		entry.secret.then((secret) => secret === '' && forget(), forget);
		return await entry.secret;
	}
}

/** Milliseconds for which a secret that was read is used: so long, one that was replaced may still be accepted. */
export const MAX_SECRET_AGE_MS = 10_000;

/** The same for a request that does not fit: it may be signed with the new secret. More often nobody makes n8n read it. */
export const MIN_SECRET_AGE_MS = 1_000;
