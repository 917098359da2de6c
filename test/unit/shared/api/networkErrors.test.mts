import { readNetworkError, type NetworkError } from '../../../../nodes/shared/api/networkErrors.ts';

/** An error as Node's `net`, `dns` and `tls` modules throw it. */
function systemError(code: string, syscall?: string, message = `${syscall ?? 'x'} ${code}`): Error {
	return Object.assign(new Error(message), { code, ...(syscall && { syscall }) });
}

/** As n8n's HTTP helper hands it on: axios wraps it and repeats its code, n8n may wrap that. */
function wrapped(cause: Error & { code?: string }): Error {
	const axiosError = Object.assign(new Error(cause.message, { cause }), {
		code: cause.code,
		config: { headers: { Authorization: 'Bearer mhk_live_secret' } },
	});
	return new Error('Request failed', { cause: axiosError });
}

/** As n8n up to 2.33 hands it on: without the cause, but with its code and its message. */
function stripped(cause: Error & { code?: string }): Error {
	return Object.assign(new Error('The service refused the connection'), {
		httpCode: cause.code,
		messages: [cause.message, cause.message],
	});
}

type Expected = [NetworkError['fate'], NetworkError['temporary']];
const UNSENT: Expected = ['unsent', true];
const UNKNOWN: Expected = ['unknown', true];
const NO_TRUST: Expected = ['unsent', false];

const ERRORS: ReadonlyArray<[string, string, string | undefined, Expected]> = [
	// `docs/magic-hour-api.md`: "Connection refused, name not found: never reached the server"
	['connection refused', 'ECONNREFUSED', 'connect', UNSENT],
	['no such host', 'ENOTFOUND', 'getaddrinfo', UNSENT],
	['name server away', 'EAI_AGAIN', 'getaddrinfo', UNSENT],
	['no address', 'ENODATA', 'queryA', UNSENT],
	['time-out while connecting', 'ETIMEDOUT', 'connect', UNSENT],
	['reset while connecting', 'ECONNRESET', 'connect', UNSENT],
	['no route while connecting', 'EHOSTUNREACH', 'connect', UNSENT],
	['no network while connecting', 'ENETUNREACH', 'connect', UNSENT],
	['no free port', 'EADDRNOTAVAIL', 'connect', UNSENT],
	['connect time-out of undici', 'UND_ERR_CONNECT_TIMEOUT', undefined, UNSENT],
	// Nothing is sent before the server's certificate is trusted.
	['expired certificate', 'CERT_HAS_EXPIRED', undefined, NO_TRUST],
	['self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', undefined, NO_TRUST],
	['self-signed chain', 'SELF_SIGNED_CERT_IN_CHAIN', undefined, NO_TRUST],
	['unknown issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, NO_TRUST],
	['unknown issuer, locally', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined, NO_TRUST],
	['name not in certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', undefined, NO_TRUST],
	// "reset or time-out after the request was sent: may have created the job"
	['reset', 'ECONNRESET', 'read', UNKNOWN],
	['reset without a system call ("socket hang up")', 'ECONNRESET', undefined, UNKNOWN],
	['broken pipe', 'EPIPE', 'write', UNKNOWN],
	['time-out of axios', 'ECONNABORTED', undefined, UNKNOWN],
	['time-out', 'ETIMEDOUT', 'read', UNKNOWN],
	['time-out without a system call', 'ETIMEDOUT', undefined, UNKNOWN],
	['no headers in time', 'UND_ERR_HEADERS_TIMEOUT', undefined, UNKNOWN],
	['no body in time', 'UND_ERR_BODY_TIMEOUT', undefined, UNKNOWN],
	['no route any more, when the request was under way', 'EHOSTUNREACH', 'read', UNKNOWN],
	['network lost when the request was under way', 'ENETUNREACH', 'write', UNKNOWN],
	['network down when the request was under way', 'ENETDOWN', 'read', UNKNOWN],
	['an error nobody has heard of', 'EWHATEVER', undefined, UNKNOWN],
];

describe.each([
	['bare', (error: Error) => error],
	['as n8n hands it on', wrapped],
	['as n8n up to 2.33 hands it on', stripped],
])('%s', (_, wrap) => {
	test.each(ERRORS)('%s (%s, %s)', (_name, code, syscall, [fate, temporary]) => {
		const read = readNetworkError(wrap(systemError(code, syscall)));
		expect(read).toMatchObject({ fate, temporary, code });
		expect(read.what).toMatch(/^(the|no|a) [a-z ]+$/);
	});
});

describe('TLS: the same codes come in the handshake, before anything is sent, and in the middle of an answer', () => {
	const OPENSSL = (reason: string) =>
		`write EPROTO 40A7:error:0A000000:SSL routines:tls_something:${reason}:../ssl/record.c:354:`;

	test.each<[string, string, string, Expected]>([
		['an answer without TLS', 'EPROTO', OPENSSL('wrong version number'), NO_TRUST],
		['no common cipher', 'EPROTO', OPENSSL('sslv3 alert handshake failure'), NO_TRUST],
		['no common version', 'EPROTO', OPENSSL('tlsv1 alert protocol version'), NO_TRUST],
		[
			'a damaged record',
			'EPROTO',
			OPENSSL('decryption failed or bad record mac'),
			['unknown', false],
		],
		[
			'a damaged record, by its code',
			'ERR_SSL_BAD_RECORD_MAC',
			'bad record mac',
			['unknown', false],
		],
		[
			'lost in the handshake',
			'ECONNRESET',
			'Client network socket disconnected before secure TLS connection was established',
			UNSENT,
		],
	])('%s', (_, code, message, [fate, temporary]) => {
		const error = systemError(code, 'write', message);
		expect(readNetworkError(wrapped(error))).toMatchObject({ fate, temporary, code });
		expect(readNetworkError(stripped(error))).toMatchObject({ fate, temporary, code });
	});
});

test.each(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH'])(
	'%s at every address of a host (Node tries them all) has sent nothing',
	(code) => {
		const each = [systemError(code, 'connect'), systemError('ENETUNREACH', 'connect')];
		const error = Object.assign(new AggregateError(each), { code });
		expect(readNetworkError(error)).toMatchObject({ fate: 'unsent', temporary: true });
	},
);

test.each([undefined, null, 'oops', 7, {}, new Error('no code'), { code: 7, cause: 'text' }])(
	'knows nothing about %p, and says so',
	(error) => {
		expect(readNetworkError(error)).toEqual({
			fate: 'unknown',
			temporary: true,
			what: 'the connection broke off',
			code: undefined,
		});
	},
);

test('takes no status for a code', () => {
	expect(readNetworkError({ httpCode: '500' })).toMatchObject({ fate: 'unknown', code: undefined });
});

test('comes to an end with causes that go in a circle', () => {
	const error = systemError('EPIPE', 'write');
	error.cause = new Error('round', { cause: error });
	expect(readNetworkError(error)).toMatchObject({ fate: 'unknown', code: 'EPIPE' });
});
