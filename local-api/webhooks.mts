import { createHmac } from 'node:crypto';

import type { Project, Projects, ProjectStatus } from './projects.mts';

/** Where events are sent, and what they are signed with. */
export interface Webhook {
	readonly url: string;
	readonly secret: string;
}

type EventType = 'video.started' | 'video.completed' | 'video.errored';

/** An event, and how often it has been sent. */
export interface WebhookEvent {
	readonly type: EventType;
	readonly projectId: string;
	/** What came of each try: the status of the answer, or why there was none. */
	readonly tries: (number | string)[];
	/** By the clock, in ms, when it is sent next; nothing if it is not. */
	nextAt?: number | undefined;
}

interface WebhooksOptions {
	readonly projects: Projects;
	/** Milliseconds since 1970: the one by which jobs go on. */
	readonly clock: () => number;
	/** How much faster than real time it goes. */
	readonly speed: number;
	/** What the API says of a project that has this status. */
	readonly details: (project: Project, status: ProjectStatus) => unknown;
	/** Ends requests that are under way. */
	readonly closing: AbortSignal;
}

/** Real milliseconds between two looks at the projects: nothing else says that a clock was put forward. */
const LOOK_EVERY_MS = 20;

/** Real milliseconds after which an answer is no longer waited for. */
const ANSWER_WITHIN_MS = 10_000;

/** By the clock: the first try is repeated after so long, and each further one after twice as long as the one before. */
const FIRST_GAP_SECONDS = 5;
const GIVE_UP_AFTER_SECONDS = 24 * 3600;

/** What of a project has been told. */
const STAGES = ['waiting', 'started', 'ended'] as const;
type Stage = (typeof STAGES)[number];

/**
 * Sends the events of the webhook that is set. Jobs go on by the clock alone, without a timer, so this looks at them
 * again and again as long as there is a webhook; that is right for every clock.
 */
export class Webhooks {
	private readonly told = new Map<string, Stage>();
	private sent: WebhookEvent[] = [];
	private readonly waiting = new Map<WebhookEvent, string>();
	private readonly underWay = new Set<Promise<void>>();
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly options: WebhooksOptions) {
		options.closing.addEventListener('abort', () => {
			clearInterval(this.timer);
		});
	}

	/** Events since the start or the last {@link clear}, in the order in which they happened. */
	get events(): readonly WebhookEvent[] {
		return this.sent;
	}

	/** Sets the webhook, or removes it. What happened before is not told; what is to be sent again, is sent to the new one. */
	set(webhook: Webhook | undefined): void {
		for (const project of this.options.projects.all) {
			this.told.set(project.id, stageOf(this.options.projects.status(project)));
		}
		clearInterval(this.timer);
		if (!webhook || this.options.closing.aborted) return;
		this.timer = setInterval(() => {
			this.look(webhook);
		}, LOOK_EVERY_MS).unref();
	}

	clear(): void {
		this.told.clear();
		this.waiting.clear();
		this.sent = [];
	}

	/** Resolves when nothing is being sent any more. */
	async settled(): Promise<void> {
		await Promise.all(this.underWay);
	}

	private look(webhook: Webhook): void {
		const { projects, clock } = this.options;
		for (const project of projects.all) this.tell(project, webhook);
		for (const [event, body] of this.waiting) {
			if (event.nextAt !== undefined && event.nextAt <= clock()) this.send(event, body, webhook);
		}
	}

	/** Sends what has happened to a project since the last look. There is no event for the end of a canceled one. */
	private tell(project: Project, webhook: Webhook): void {
		const status = this.options.projects.status(project);
		const before = STAGES.indexOf(this.told.get(project.id) ?? 'waiting');
		const now = STAGES.indexOf(stageOf(status));
		if (now === before || project.deleted) return;
		this.told.set(project.id, stageOf(status));
		const news: [EventType, ProjectStatus][] = [];
		if (before < STAGES.indexOf('started')) news.push(['video.started', 'rendering']);
		if (status === 'complete') news.push(['video.completed', status]);
		if (status === 'error') news.push(['video.errored', status]);
		for (const [type, told] of news) {
			const event: WebhookEvent = { type, projectId: project.id, tries: [] };
			this.sent.push(event);
			const body = JSON.stringify({ type, payload: this.options.details(project, told) });
			this.send(event, body, webhook);
		}
	}

	private send(event: WebhookEvent, body: string, webhook: Webhook): void {
		event.nextAt = undefined;
		this.waiting.set(event, body);
		const sending = this.deliver(event, body, webhook);
		this.underWay.add(sending);
		void sending.finally(() => this.underWay.delete(sending));
	}

	/** One try. What is not answered with 2xx in time is to be sent again, after a gap that grows. */
	private async deliver(event: WebhookEvent, body: string, webhook: Webhook): Promise<void> {
		const outcome = await post(webhook, body, this.options.closing);
		event.tries.push(outcome);
		// Meanwhile forgotten, or taken.
		if (!this.waiting.has(event)) return;
		const gapSeconds = FIRST_GAP_SECONDS * 2 ** (event.tries.length - 1);
		const isTaken = typeof outcome === 'number' && outcome >= 200 && outcome < 300;
		// The gaps up to now, and this one: each is as long as all before it and the first.
		const sinceFirstTry = 2 * gapSeconds - FIRST_GAP_SECONDS;
		if (isTaken || sinceFirstTry > GIVE_UP_AFTER_SECONDS) this.waiting.delete(event);
		else event.nextAt = this.options.clock() + (gapSeconds * 1000) / this.options.speed;
	}
}

function stageOf(status: ProjectStatus): Stage {
	if (status === 'draft' || status === 'queued') return 'waiting';
	return status === 'rendering' ? 'started' : 'ended';
}

/**
 * Signs and sends. The time in the signature is the real one, whatever the clock says: the receiver has a clock of its own.
 * @returns the status of the answer, or why there was none
 */
async function post(
	{ url, secret }: Webhook,
	body: string,
	closing: AbortSignal,
): Promise<number | string> {
	const timestamp = String(Math.floor(Date.now() / 1000));
	const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
	const ending = new AbortController();
	const end = () => {
		ending.abort();
	};
	const late = setTimeout(end, ANSWER_WITHIN_MS);
	closing.addEventListener('abort', end);
	try {
		if (closing.aborted) end();
		const answer = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				'magic-hour-event-timestamp': timestamp,
				'magic-hour-event-signature': signature,
			},
			body,
			redirect: 'manual',
			signal: ending.signal,
		});
		await answer.arrayBuffer();
		return answer.status;
	} catch (error) {
		if (ending.signal.aborted) return 'no answer in time';
		const { cause, message } = error as Error & { cause?: { code?: string } };
		return cause?.code ?? message;
	} finally {
		clearTimeout(late);
		closing.removeEventListener('abort', end);
	}
}
