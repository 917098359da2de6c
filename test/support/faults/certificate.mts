import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
	/** PEM; signed by itself, so it is its own authority. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
}

/** Makes a certificate for a host name, with a wildcard or without, that is good for today (X.509 v3, RFC 5280). */
export function certificateFor(host: string): Certificate {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from(host)))));
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
		ECDSA_WITH_SHA256,
		name,
		sequence(time(Date.now() - DAY), time(Date.now() + DAY)),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(0xa3, sequence(alternativeName(host))),
	);
	const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
	const certificate = sequence(body, ECDSA_WITH_SHA256, der(0x03, signature));
	// OpenSSL takes no empty line at the end.
	const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
	};
}

const DAY = 24 * 3_600_000;

/** One value in DER: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size =
		length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]): Buffer => der(0x31, Buffer.concat(parts));
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const COMMON_NAME = objectId('550403');
const SUBJECT_ALT_NAME = objectId('551d11');
const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));

const alternativeName = (host: string): Buffer =>
	sequence(SUBJECT_ALT_NAME, der(0x04, sequence(der(0x82, Buffer.from(host)))));

/** UTCTime, such as 260731120000Z. */
const time = (milliseconds: number): Buffer => {
	const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
	return der(0x17, Buffer.from(text.slice(2)));
};
