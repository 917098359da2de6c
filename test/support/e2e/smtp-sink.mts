import { createServer, type AddressInfo, type Socket } from 'node:net';

interface ReceivedMail {
	readonly to: string[];
	readonly subject: string;
	readonly text: string;
}

export interface SmtpSink {
	readonly port: number;
	readonly mails: readonly ReceivedMail[];
	close(): Promise<void>;
}

const END_OF_MAIL = '\r\n.\r\n';

/** A mail server that keeps what it gets: the part of RFC 5321 that one message in plain text needs, without TLS. */
export async function startSmtpSink(): Promise<SmtpSink> {
	const mails: ReceivedMail[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		receive(socket, (mail) => mails.push(mail));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		mails,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function receive(socket: Socket, keep: (mail: ReceivedMail) => void): void {
	let buffer = '';
	let to: string[] = [];
	let inMail = false;
	const say = (line: string): void => {
		socket.write(`${line}\r\n`);
	};
	const obey = (line: string): void => {
		if (/^(EHLO|HELO|MAIL|RSET|NOOP)/i.test(line)) say('250 OK');
		else if (/^RCPT/i.test(line)) {
			to.push(/<(.*)>/.exec(line)?.[1] ?? '');
			say('250 OK');
		} else if (/^DATA/i.test(line)) {
			inMail = true;
			say('354 End with a dot on a line of its own');
		} else if (/^QUIT/i.test(line)) socket.end('221 Bye\r\n');
		else say('502 Not implemented');
	};
	socket.setEncoding('latin1');
	socket.on('data', (chunk: string) => {
		buffer += chunk;
		for (;;) {
			const end = buffer.indexOf(inMail ? END_OF_MAIL : '\r\n');
			if (end === -1) return;
			const part = buffer.slice(0, end);
			buffer = buffer.slice(end + (inMail ? END_OF_MAIL.length : 2));
			if (inMail) {
				keep({ to, ...parse(part) });
				to = [];
				inMail = false;
				say('250 OK');
			} else obey(part);
		}
	});
	say('220 sink');
}

/** @param mail lines as they were sent, one character a byte */
function parse(mail: string): { subject: string; text: string } {
	const [head = '', ...body] = mail.split('\r\n\r\n');
	const header = (name: string): string =>
		new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(head)?.[1]?.replace(/\r\n\s+/g, ' ') ??
		'';
	const content = body.join('\r\n\r\n');
	const encoding = header('Content-Transfer-Encoding').toLowerCase();
	const bytes =
		encoding === 'base64'
			? Buffer.from(content, 'base64')
			: Buffer.from(encoding === 'quoted-printable' ? unquote(content) : content, 'latin1');
	return { subject: header('Subject'), text: bytes.toString('utf8').replaceAll('\r\n', '\n') };
}

/** Quoted-printable (RFC 2045, 6.7): =XX is a byte, = at the end of a line joins it with the next. */
function unquote(text: string): string {
	return text
		.replace(/=\r\n/g, '')
		.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
