import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes and checks pre-signed paths: `?expires=<ms>&nonce=...&signature=...`. */
export class UrlSigner {
	private readonly secret = randomBytes(32);

	constructor(private readonly clock: () => number) {}

	/** Every call gives another URL, as the real API does. */
	sign(path: string, seconds: number): { pathAndQuery: string; expiresAt: Date } {
		const expires = Math.round(this.clock() + seconds * 1000);
		const nonce = randomBytes(6).toString('hex');
		const signature = this.signature(path, String(expires), nonce).toString('hex');
		const query = new URLSearchParams({ expires: String(expires), nonce, signature });
		return { pathAndQuery: `${path}?${query.toString()}`, expiresAt: new Date(expires) };
	}

	check(path: string, query: Record<string, string | undefined>): 'good' | 'forged' | 'expired' {
		const { expires = '', nonce = '', signature = '' } = query;
		const right = this.signature(path, expires, nonce);
		const given = Buffer.from(signature, 'hex');
		if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged';
		return this.clock() >= Number(expires) ? 'expired' : 'good';
	}

	private signature(path: string, expires: string, nonce: string): Buffer {
		return createHmac('sha256', this.secret).update(`${path}\n${expires}\n${nonce}`).digest();
	}
}
