import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { fastify, type FastifyError, type FastifyInstance } from 'fastify';

import { type AccountName, createAccounts } from './accounts.mts';
import { ApiError, notFound } from './api-error.mts';
import { addAuth } from './auth.mts';
import type { Context } from './context.mts';
import type { CreateBody } from './create-rules.mts';
import { addFaultHooks } from './fault-hooks.mts';
import { type Fault, Faults } from './faults.mts';
import { ImageSources } from './image-source.mts';
import { projectDetails } from './project-details.mts';
import { projectView, type ProjectView } from './project-view.mts';
import { medianJobSeconds, type Outcome, Projects } from './projects.mts';
import { Renderer, type VideoMaker } from './render.mts';
import { type RecordedRequest, type RequestKind, RequestLog } from './request-log.mts';
import { account } from './routes/account.mts';
import { control } from './routes/control.mts';
import { imageToVideo } from './routes/image-to-video.mts';
import { samples } from './routes/samples.mts';
import { savedItems } from './routes/saved-items.mts';
import { storage } from './routes/storage.mts';
import { textToVideo } from './routes/text-to-video.mts';
import { uploadUrls } from './routes/upload-urls.mts';
import { videoProjects } from './routes/video-projects.mts';
import { type SavedItemSketch, SavedItems } from './saved-items.mts';
import { UrlSigner } from './signed-url.mts';
import { Uploads } from './uploads.mts';
import { type Webhook, type WebhookEvent, Webhooks } from './webhooks.mts';
import { Workers } from './workers.mts';

export type { AccountName } from './accounts.mts';
export type { Fault } from './faults.mts';
export type { ProjectView } from './project-view.mts';
export type { Outcome } from './projects.mts';
export type { RecordedRequest, RequestKind } from './request-log.mts';
export type { SavedItemSketch } from './saved-items.mts';
export type { Webhook, WebhookEvent } from './webhooks.mts';

export interface LocalApiOptions {
	/** 0, the default: any free one. */
	readonly port?: number;
	/** How much faster than real time jobs go. Default 1: a 5-s video takes about 74 s. */
	readonly speed?: number;
	/** Seconds from create to complete, before `speed`. Default: the real median, growing with the video's length. */
	readonly jobSeconds?: number | ((body: CreateBody) => number);
	/** Keys to use in place of random ones. */
	readonly keys?: Partial<Record<AccountName, string>>;
	/** Credits that an account begins with. */
	readonly credits?: Partial<Record<AccountName, number>>;
	/** Milliseconds since 1970; tests put their own clock here. */
	readonly clock?: () => number;
	/** How long an upload URL works. Default 1 h; neither it nor the next two are changed by `speed`. */
	readonly uploadUrlSeconds?: number;
	/** How long an uploaded file can be used. Default 7 days. */
	readonly storedFileSeconds?: number;
	/** How long a download URL works. Default 24 h. */
	readonly downloadUrlSeconds?: number;
	/** Requests a second for each key, above which the answer is 429. Default 500. */
	readonly requestsPerSecond?: number;
	/** Where events are sent: see {@link LocalApi.setWebhook}. */
	readonly webhook?: Webhook;
	/** Has its videos from there: from another local API, which is to be closed after it, or none that shows anything. Default: renders by itself. */
	readonly videosOf?: Pick<LocalApi, 'renderer'>;
	/** Called when a request has been answered. */
	readonly onRequest?: (request: RecordedRequest) => void;
}

export interface LocalApi {
	/** http://127.0.0.1:PORT */
	readonly url: string;
	readonly keys: Readonly<Record<AccountName, string>>;
	/** Every request since the start or {@link reset}, in order; those to /local are not among them. */
	readonly requests: readonly RecordedRequest[];
	/** Every project since the start or {@link reset}, deleted ones too, as they are now. */
	readonly projects: readonly ProjectView[];
	/** Credits that an account has left. */
	balance(account: AccountName): number;
	/**
	 * Lets the next requests of a kind go wrong. Faults of one kind queue up.
	 * @param times number of requests; until {@link clearFaults} unless given
	 */
	setFault(kind: RequestKind, fault: Fault, times?: number): void;
	clearFaults(): void;
	/** How many requests are under way that a fault keeps from ever being answered. */
	readonly hanging: number;
	/** How jobs created from now on end. */
	setOutcome(outcome: Outcome): void;
	/** What every account has saved from now on; nothing: the samples again. */
	setSavedItems(items?: readonly SavedItemSketch[]): void;
	/**
	 * Sends signed events of all accounts from now on, as the real API does: video.started, video.completed and
	 * video.errored, again and again until they are taken. Nothing: no more.
	 */
	setWebhook(webhook: Webhook | undefined): void;
	/** Every event since the start or {@link reset}, in order, with what came of each try to deliver it. */
	readonly events: readonly WebhookEvent[];
	/** Has the videos that were rendered: see {@link LocalApiOptions.videosOf}. */
	readonly renderer: VideoMaker;
	/** Forgets requests, faults, outcome, saved items, events and projects, and so gives all credits back. Uploaded files and the webhook stay. */
	reset(): void;
	/** Leaves no process, socket, timer or file behind. */
	close(): Promise<void>;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const JSON_BODY_BYTES = 10e6;

/** Starts a Magic Hour API on this machine, at 127.0.0.1 only. */
export async function startLocalApi(options: LocalApiOptions = {}): Promise<LocalApi> {
	const { speed = 1, clock = Date.now, jobSeconds = medianJobSeconds } = options;
	const directory = await mkdtemp(join(tmpdir(), 'local-magic-hour-'));
	const closing = new AbortController();
	const accounts = createAccounts(options.keys, options.credits);
	const workers = new Workers(availableParallelism());
	const uploads = new Uploads(directory, clock, options.storedFileSeconds ?? 7 * DAY);
	const saved = new SavedItems();
	let url = '';
	const signer = new UrlSigner(clock);
	const origin = () => url;
	const projects = new Projects(clock);
	const downloadUrlSeconds = options.downloadUrlSeconds ?? DAY;
	const webhooks = new Webhooks({
		projects,
		clock,
		speed,
		closing: closing.signal,
		details: (project, status) =>
			projectDetails(project, { projects, signer, origin, downloadUrlSeconds }, status),
	});

	const context: Context = {
		accounts,
		clock,
		directory,
		workers,
		uploads,
		log: new RequestLog(accounts, clock),
		faults: new Faults(),
		projects,
		webhooks,
		savedItems: saved,
		images: new ImageSources(uploads, saved, directory, closing.signal),
		renderer: options.videosOf?.renderer ?? new Renderer(workers, directory),
		signer,
		origin,
		jobSeconds: (body) => (typeof jobSeconds === 'number' ? jobSeconds : jobSeconds(body)) / speed,
		uploadUrlSeconds: options.uploadUrlSeconds ?? HOUR,
		downloadUrlSeconds,
		outcome: { status: 'complete' },
		reset() {
			context.log.clear();
			context.faults.clear();
			context.projects.clear();
			context.webhooks.clear();
			context.outcome = { status: 'complete' };
			saved.set();
		},
	};

	const app = fastify({
		bodyLimit: JSON_BODY_BYTES,
		// Connections that hang on purpose must not keep close() waiting.
		forceCloseConnections: true,
		exposeHeadRoutes: false,
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
	} as const);
	addLog(app, context, options.onRequest);
	addFaultHooks(app, context.faults, context.origin);
	addStatusLog(app);
	addJsonParser(app);
	addErrors(app);
	await app.register((api, _options, done) => {
		addAuth(api, accounts, options.requestsPerSecond ?? 500, clock);
		uploadUrls(api, context);
		imageToVideo(api, context);
		textToVideo(api, context);
		videoProjects(api, context);
		account(api, context);
		savedItems(api, context);
		done();
	});
	await app.register((host, _options, done) => {
		storage(host, context);
		done();
	});
	samples(app, context);
	control(app, context);

	const close = async (): Promise<void> => {
		closing.abort();
		await webhooks.settled();
		await workers.close();
		await app.close();
		await rm(directory, { recursive: true, force: true });
	};
	try {
		await app.listen({ port: options.port ?? 0, host: '127.0.0.1' });
	} catch (error) {
		await close();
		throw error;
	}
	url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
	webhooks.set(options.webhook);

	const accountNamed = (name: AccountName) => {
		const account = accounts.find((candidate) => candidate.name === name);
		if (!account) throw new TypeError(`There is no account ${name}`);
		return account;
	};
	return {
		url,
		keys: Object.fromEntries(accounts.map(({ name, key }) => [name, key])) as LocalApi['keys'],
		get requests() {
			return context.log.all;
		},
		get projects() {
			return context.projects.all.map((project) => projectView(project, context.projects));
		},
		balance: (name) => context.projects.balance(accountNamed(name)),
		setFault: (kind, fault, times) => {
			context.faults.set(kind, fault, times);
		},
		clearFaults: () => {
			context.faults.clear();
		},
		get hanging() {
			return context.faults.hanging;
		},
		setOutcome: (outcome) => {
			context.outcome = outcome;
		},
		setSavedItems: (items) => {
			saved.set(items);
		},
		setWebhook: (webhook) => {
			webhooks.set(webhook);
		},
		get events() {
			return webhooks.events;
		},
		renderer: context.renderer,
		reset: context.reset,
		close,
	};
}

function addLog(
	app: FastifyInstance,
	context: Context,
	onRequest: LocalApiOptions['onRequest'] = () => undefined,
): void {
	app.addHook('onRequest', (request, reply, done) => {
		if (!request.url.startsWith('/local/')) {
			const entry = context.log.add({
				kind: request.routeOptions.config.kind ?? 'other',
				method: request.method,
				url: request.url,
				headers: request.headers,
			});
			request.entry = entry;
			// Comes in any case: with the answer complete, broken off, or never begun.
			reply.raw.once('close', () => {
				onRequest(entry);
			});
		}
		done();
	});
	app.addHook('preValidation', (request, _reply, done) => {
		if (request.entry) request.entry.body = context.log.redactBody(request.body);
		done();
	});
}

/** To be called after every other hook has been added: what these let through is really sent. */
function addStatusLog(app: FastifyInstance): void {
	app.addHook('onSend', (request, reply, payload, done) => {
		if (request.entry) request.entry.status = reply.statusCode;
		done(null, payload);
	});
}

/** A JSON content type with no body, as some clients send with DELETE, is no error. */
function addJsonParser(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser('error', 'error');
	app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
		if (body === '') done(null, undefined);
		else void parse(request, String(body), done);
	});
}

/** Every error as `{code, message}`. */
function addErrors(app: FastifyInstance): void {
	app.setNotFoundHandler(() => {
		throw notFound();
	});
	app.setErrorHandler<FastifyError | ApiError>(async (error, _request, reply) => {
		if ('validation' in error && error.validation) {
			return reply.code(400).send(new ApiError(400, validationMessage(error)).body);
		}
		const status = error.statusCode ?? 500;
		// A fault of this server's own: not one that was asked for, and not that of a client that has gone away.
		if (status === 500 && !reply.raw.destroyed) console.error(error);
		const { body } = error instanceof ApiError ? error : new ApiError(status, error.message);
		return reply.code(status).send(body);
	});
}

/** Names the field, dotted, and what it takes. */
function validationMessage({ validation }: FastifyError): string {
	const [first] = validation ?? [];
	if (!first) return 'Invalid request';
	const path = first.instancePath.split('/').filter(Boolean);
	const { missingProperty, allowedValues } = first.params as {
		missingProperty?: string;
		allowedValues?: unknown[];
	};
	if (missingProperty) return `${[...path, missingProperty].join('.')}: required`;
	const allowed = allowedValues ? `: ${allowedValues.join(', ')}` : '';
	return `${path.join('.') || 'body'}: ${first.message ?? 'invalid'}${allowed}`;
}
