import dns from 'node:dns';
import tls from 'node:tls';

/** Names under this domain exist only while {@link openNetwork} is in force. */
export const DOMAIN = 'fault.test';

/** A name that no resolver knows (RFC 2606). */
const NOWHERE = 'nowhere.invalid';

type Lookup = (
	host: string,
	options: dns.LookupOptions,
	callback: (
		error: NodeJS.ErrnoException | null,
		address: string | dns.LookupAddress[],
		family?: number,
	) => void,
) => void;

/** What a name leads to for its next connection: an address, or nothing, which is an error of the real resolver. */
export type Resolve = () => string | undefined;

export interface Network {
	/** Says where a name under {@link DOMAIN} leads; asked for every connection. */
	readonly names: Map<string, Resolve>;
	/** Puts Node's resolver and its trust in certificates right again. */
	readonly close: () => void;
}

/**
 * Names of its own for this process, and an authority that it trusts. Connections are real, and so are their errors:
 * only where a name leads is decided here, so that a fault can be tied to the connection of one request.
 * @param authority PEM of a certificate
 */
export function openNetwork(authority: string): Network {
	const names = new Map<string, Resolve>();
	const { lookup } = dns;
	const { createSecureContext } = tls;

	const ours: Lookup = (host, options, callback) => {
		const resolve = names.get(host);
		const address = resolve?.();
		if (resolve && address === undefined) {
			(lookup as unknown as Lookup)(NOWHERE, options, callback);
		} else if (address === undefined) {
			(lookup as unknown as Lookup)(host, options, callback);
		} else {
			process.nextTick(() => {
				if (options.all) callback(null, [{ address, family: 4 }]);
				else callback(null, address, 4);
			});
		}
	};
	dns.lookup = ours as unknown as typeof dns.lookup;
	tls.createSecureContext = (options) =>
		createSecureContext({ ca: [...tls.rootCertificates, authority], ...options });

	return {
		names,
		close() {
			dns.lookup = lookup;
			tls.createSecureContext = createSecureContext;
		},
	};
}
