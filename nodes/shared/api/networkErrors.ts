import type { Fate } from '../lib/errors';

/**
 * Reads what an error of n8n's HTTP helper says about the request: whether it can have reached the server. The helper
 * wraps the network's error, so the chain of causes is searched. n8n up to 2.33 drops the cause at least; what is left of
 * it then are its code, as the wrapper's `httpCode`, and its message, among the wrapper's `messages`.
 */
export interface NetworkError {
	readonly fate: Exclude<Fate, 'refused'>;
	/** What happened, as the end of a sentence: "the connection was refused". */
	readonly what: string;
	/** The same request may work in a moment. */
	readonly temporary: boolean;
	/** The code of the error, for the details. */
	readonly code?: string;
}

interface Rule {
	readonly codes: RegExp;
	readonly what: string;
	readonly fate: NetworkError['fate'];
	readonly temporary: boolean;
}

/** The first rule that matches one of the codes in the chain wins. */
const RULES: readonly Rule[] = [
	{
		codes: /^ECONNREFUSED$/,
		what: 'the connection was refused',
		fate: 'unsent',
		temporary: true,
	},
	{
		codes: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|ENODATA|ESERVFAIL)$/,
		what: 'the host name could not be resolved',
		fate: 'unsent',
		temporary: true,
	},
	{
		codes: /^(EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/,
		what: 'the host could not be reached',
		fate: 'unsent',
		temporary: true,
	},
	{
		// An established connection can end with these, too: only the system call tells.
		codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/,
		what: 'the host could not be reached',
		fate: 'unknown',
		temporary: true,
	},
	{
		codes: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/,
		what: 'a secure connection could not be made',
		fate: 'unsent',
		temporary: false,
	},
	{
		// A damaged answer has these codes, too: only the message tells (see HANDSHAKE).
		codes: /^ERR_SSL|^EPROTO$/,
		what: 'the secure connection failed',
		fate: 'unknown',
		temporary: false,
	},
	{
		codes: /^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/,
		what: 'no answer came in time',
		fate: 'unknown',
		temporary: true,
	},
];

const BROKEN_OFF: Omit<NetworkError, 'code'> = {
	fate: 'unknown',
	what: 'the connection broke off',
	temporary: true,
};

/** System calls that come before a request is sent, and how messages that name one begin. */
const BEFORE_SENDING = ['connect', 'getaddrinfo'];
const FAILED_BEFORE_SENDING = new RegExp(`^(${BEFORE_SENDING.join('|')}) E[A-Z]+`);

/** Messages of Node and OpenSSL for a connection that failed while TLS was being set up: nothing was sent yet. */
const HANDSHAKE =
	/before secure TLS connection was established|wrong.version.number|handshake.failure|unsupported.protocol|protocol.version/i;

/** Classifies an error that was thrown instead of an answer. */
export function readNetworkError(error: unknown): NetworkError {
	const chain = causes(error);
	const codes = chain.flatMap(({ code, httpCode }) => [code, httpCode]).filter(isCode);
	const rule = RULES.find((each) => codes.some((code) => each.codes.test(code)));
	const beforeSending = chain.some(isBeforeSending);
	const { what, fate, temporary } = rule ?? BROKEN_OFF;
	return { what, temporary, fate: beforeSending ? 'unsent' : fate, code: codes[0] };
}

/** Node tries every address of a host: the error then holds those of all tries. */
function isBeforeSending({ syscall, message, messages, errors }: ErrorLike): boolean {
	if (Array.isArray(errors) && errors.length > 0) {
		return errors.every((each) => isErrorLike(each) && isBeforeSending(each));
	}
	if (typeof syscall === 'string' && BEFORE_SENDING.includes(syscall)) return true;
	const texts = [message, ...(Array.isArray(messages) ? messages : [])];
	return texts.some(
		(text) =>
			typeof text === 'string' && (HANDSHAKE.test(text) || FAILED_BEFORE_SENDING.test(text)),
	);
}

/** What is no status. */
function isCode(value: unknown): value is string {
	return typeof value === 'string' && /^[A-Z]/.test(value);
}

type ErrorLike = {
	code?: unknown;
	httpCode?: unknown;
	syscall?: unknown;
	message?: unknown;
	messages?: unknown;
	cause?: unknown;
	errors?: unknown;
};

/** Deep enough for every wrapper that n8n and axios put around an error, and an end to circular chains. */
const MAX_DEPTH = 8;

function causes(error: unknown): ErrorLike[] {
	const chain: ErrorLike[] = [];
	for (let each = error; isErrorLike(each) && chain.length < MAX_DEPTH; each = each.cause) {
		chain.push(each);
	}
	return chain;
}

function isErrorLike(value: unknown): value is ErrorLike {
	return typeof value === 'object' && value !== null;
}
