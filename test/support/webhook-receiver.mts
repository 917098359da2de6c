import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, and whether it was signed with the receiver's secret. */
interface Delivery {
	readonly type: string;
	readonly payload: Record<string, unknown>;
	readonly headers: IncomingHttpHeaders;
	readonly isSigned: boolean;
	/** Unix seconds in its signature. */
	readonly signedAt: number;
}

export interface WebhookReceiver {
	readonly url: string;
	readonly deliveries: readonly Delivery[];
	/** Waits for so many deliveries in all. */
	received(count: number): Promise<readonly Delivery[]>;
	close(): Promise<void>;
}

/** A server that takes webhook events. @param answer answers one; 200 unless given */
export async function startReceiver(
	secret: string,
	answer: (response: ServerResponse, count: number) => void = (response) => response.end(),
): Promise<WebhookReceiver> {
	const deliveries: Delivery[] = [];
	const waiting = new Set<() => void>();
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks);
			const signedAt = String(request.headers['magic-hour-event-timestamp']);
			const right = createHmac('sha256', secret)
				.update(Buffer.concat([Buffer.from(`${signedAt}.`), body]))
				.digest('hex');
			deliveries.push({
				...(JSON.parse(body.toString()) as Pick<Delivery, 'type' | 'payload'>),
				headers: request.headers,
				isSigned: right === request.headers['magic-hour-event-signature'],
				signedAt: Number(signedAt),
			});
			answer(response, deliveries.length);
			for (const look of waiting) look();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
		deliveries,
		received: async (count) => {
			await new Promise<void>((resolve) => {
				const look = () => {
					if (deliveries.length < count) return;
					waiting.delete(look);
					resolve();
				};
				waiting.add(look);
				look();
			});
			return deliveries;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
