import type { AddressInfo } from 'node:net';
import fastify, { type FastifyReply } from 'fastify';

/** A tool as n8n describes it to the language model. */
export interface ToolSchema {
	readonly name: string;
	readonly description: string;
	readonly parameters: {
		readonly properties: Record<string, { type: string; description?: string; default?: unknown }>;
		readonly required?: readonly string[];
	};
}

/** What n8n sends, as far as the tests read it. */
export interface ChatRequest {
	readonly stream?: boolean;
	readonly messages: readonly ChatMessage[];
	readonly tools?: readonly { readonly function: ToolSchema }[];
}

interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant' | 'tool';
	readonly content:
		| string
		| readonly {
				readonly type: string;
				readonly text?: string;
				readonly image_url?: { url: string };
		  }[]
		| null;
}

/** What the model does: it speaks, calls tools, or is out of order. */
export type Reply =
	| { readonly text: string }
	| { readonly calls: readonly ToolCall[] }
	| { readonly status: number };

interface ToolCall {
	readonly name: string;
	readonly args: Readonly<Record<string, unknown>>;
}

/** A step of the script: what to do, from what has been said so far. */
type Step = Reply | ((request: ChatRequest) => Reply);

/** A language model behind OpenAI's Chat Completions API that follows a script instead of thinking. */
export interface ChatModel {
	/** Base URL, for n8n's OpenAI credential. */
	readonly url: string;
	/** Every request since the script began. */
	readonly requests: readonly ChatRequest[];
	/** Begins a new script: one step for each request. Requests after its end are answered with status 400. */
	follow(...steps: Step[]): void;
	close(): Promise<void>;
}

const BODY_BYTES = 20e6;

export async function startChatModel(): Promise<ChatModel> {
	let script: Step[] = [];
	let requests: ChatRequest[] = [];
	let calls = 0;

	const app = fastify({ bodyLimit: BODY_BYTES, forceCloseConnections: true });
	app.post<{ Body: ChatRequest }>('/v1/chat/completions', async ({ body }, answer) => {
		requests.push(body);
		const step = script.shift() ?? { status: 400 };
		const reply = typeof step === 'function' ? step(body) : step;
		if ('status' in reply) {
			return await answer.code(reply.status).send({ error: { message: 'Out of order' } });
		}
		const message =
			'text' in reply
				? { content: reply.text }
				: {
						content: null,
						tool_calls: reply.calls.map(({ name, args }, index) => ({
							index,
							id: `call_${++calls}`,
							type: 'function',
							function: { name, arguments: JSON.stringify(args) },
						})),
					};
		const finish_reason = 'text' in reply ? 'stop' : 'tool_calls';
		if (body.stream === true) return await sendStream(answer, message, finish_reason);
		return await answer.send({
			...completion('chat.completion'),
			choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		});
	});
	await app.listen({ port: 0, host: '127.0.0.1' });
	return {
		url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1`,
		get requests() {
			return requests;
		},
		follow: (...steps) => {
			script = steps;
			requests = [];
		},
		close: async () => {
			await app.close();
		},
	};
}

function completion(object: string): Record<string, unknown> {
	return { id: 'chatcmpl-1', object, created: 1_795_000_000, model: 'scripted' };
}

async function sendStream(
	answer: FastifyReply,
	message: object,
	finish_reason: string,
): Promise<FastifyReply> {
	const chunks = [
		{ index: 0, delta: { role: 'assistant', ...message }, finish_reason: null },
		{ index: 0, delta: {}, finish_reason },
	].map((choice) => ({ ...completion('chat.completion.chunk'), choices: [choice] }));
	const events = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'];
	return await answer
		.type('text/event-stream')
		.send(events.map((data) => `data: ${data}\n\n`).join(''));
}

/** The tool messages of a request, in order: what the model has been told by its tools. */
export function toolMessages({ messages }: ChatRequest): string[] {
	return messages.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content));
}

/** What the person has said, oldest first. Pictures are no text. */
export function userTexts(request: ChatRequest | undefined): string[] {
	const said = (request?.messages ?? []).filter(({ role }) => role === 'user');
	return said.map(({ content }) => textOf(content)).filter(Boolean);
}

function textOf(content: ChatMessage['content']): string {
	if (content === null) return '';
	if (typeof content === 'string') return content;
	return content.map(({ text = '' }) => text).join('');
}
