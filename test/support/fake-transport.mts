import type { Readable } from 'node:stream';
import { untilAborted } from '../../nodes/shared/lib/clock.ts';
import type {
	ApiResponse,
	ApiCall,
	Download,
	Payload,
	Transport,
} from '../../nodes/shared/api/transport.ts';

/** What a server answers, the error that comes instead, or nothing at all. */
export type Reply =
	| Error
	| 'silence'
	| {
			readonly status?: number;
			readonly headers?: Record<string, string>;
			readonly json?: unknown;
			readonly text?: string;
			/** What the rest of the text did not come for. */
			readonly brokenOff?: Error;
	  };

/** A refusal as the API gives it. */
export const refusal = (status: number, headers: Record<string, string> = {}): Reply => ({
	status,
	headers,
	json: { message: `No: ${status}` },
});

type Request =
	| { readonly kind: 'api'; readonly call: ApiCall }
	| { readonly kind: 'put'; readonly url: string; readonly file: Payload }
	| { readonly kind: 'open'; readonly url: string };

/** Stands in for the network: hands out replies, and remembers what was asked. */
export class FakeTransport implements Transport {
	readonly requests: Request[] = [];
	/** What ends each of them. */
	readonly signals: AbortSignal[] = [];
	/** What a download delivers. */
	stream?: Readable;
	private reply: (request: Request) => Reply = () => ({ status: 500 });

	/** The server, as a function. */
	answerWith(reply: (request: Request) => Reply): void {
		this.reply = reply;
	}

	/** Replies in this order; the last for ever. */
	answer(...replies: Reply[]): void {
		this.answerWith(() => (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 500 });
	}

	async api(call: ApiCall, signal: AbortSignal): Promise<ApiResponse> {
		return await this.send({ kind: 'api', call }, signal);
	}

	async put(url: string, file: Payload, signal: AbortSignal): Promise<ApiResponse> {
		return await this.send({ kind: 'put', url, file }, signal);
	}

	async open(url: string, signal: AbortSignal): Promise<Download> {
		const { status, headers } = await this.send({ kind: 'open', url }, signal);
		if (!this.stream) throw new Error('The test gave no stream');
		return { status, headers, stream: this.stream };
	}

	private async send(request: Request, signal: AbortSignal): Promise<ApiResponse> {
		await Promise.resolve();
		this.requests.push(request);
		this.signals.push(signal);
		const reply = this.reply(request);
		if (reply === 'silence') return await untilAborted(new Promise<never>(() => undefined), signal);
		if (reply instanceof Error) throw reply;
		const { status = 200, headers = {}, json, brokenOff } = reply;
		const { text = json === undefined ? '' : JSON.stringify(json) } = reply;
		return { status, headers, text, ...(brokenOff && { brokenOff }) };
	}
}
