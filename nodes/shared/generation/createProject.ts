import type { CreateBody } from '../api/calls';
import { backoff, PAYING } from '../api/retry';
import type { CreateResponse } from '../api/schemas';
import type { Uploads } from '../api/uploads';
import type { ConcurrencyLimiter } from '../lib/concurrencyLimiter';
import { AbortError, CreateOutcomeUnknownError, RequestError } from '../lib/errors';
import { formatValue } from '../lib/text';
import { estimateCredits } from '../models/credits';
import type { ItemKey } from './journal';
import type { Task } from './operation';
import type { RunContext } from './runContext';
import {
	createBody,
	fingerprintOfRequest,
	type ImageInput,
	type VideoRequest,
} from './videoRequest';

/** What the create requests of one run share. */
export interface CreateBatch {
	readonly uploads: Uploads;
	readonly limiter: ConcurrencyLimiter;
}

/** A project that exists: paid for. */
export interface CreatedProject {
	readonly id: string;
	/** The answer to the create request, and the name; less when the project was there already. */
	readonly answer: Partial<CreateResponse> & { readonly name?: string };
	/** Time (of the clock) when it was created; `undefined` when an earlier try did that. */
	readonly createdAt?: number;
	/** Has to be called when the project is finished, or is not waited for: another may begin then. */
	release(): void;
}

/**
 * The project for an item: the one that an earlier try created, or else a new one, as soon as there is room for it.
 * @param timeout milliseconds to go on trying, from the moment there is room
 */
export async function createOrResumeProject(
	{ input: request, itemIndex, signal, hint }: Task<VideoRequest, CreateBatch>,
	context: RunContext,
	{ uploads, limiter }: CreateBatch,
	timeout: number,
): Promise<CreatedProject> {
	const { clock, journal, marks, runIndex, n8n } = context;
	const key = { runIndex, itemIndex };
	const fingerprint = fingerprintOfRequest(request);
	const known = journal.find(key, fingerprint);
	if (known?.projectId !== undefined) {
		journal.noteProject(key, known.projectId);
		hint(
			`Went on with project ${known.projectId}, which an earlier try had created: nothing was charged again.`,
		);
		return { id: known.projectId, answer: {}, release: () => {} };
	}
	if (known)
		throw unknownFate('An earlier try asked for this video, and no answer came', known.name);

	if (context.interrupted) throw interruptedTry(request.name, n8n.getWorkflow().name);

	const uploading = { deadline: clock.now() + timeout, signal };
	const pathOf = async (input: ImageInput) =>
		input.kind === 'file' ? await uploads.pathOf(input.file, uploading) : input.path;
	const [image, endImage] = await Promise.all([
		pathOf(request.image),
		request.endImage && pathOf(request.endImage),
	]);

	const name = request.name === '' ? findableName(context, itemIndex) : request.name;
	const body = createBody(request, name, image, endImage);
	const { credits } = estimateCredits(request.spec);
	const created = await createInTurn(context, limiter, body, timeout, signal, {
		sending: async () => {
			if (await marks.note(key, fingerprint))
				throw interruptedTry(request.name, n8n.getWorkflow().name);
			journal.noteSending(key, { fingerprint, name, credits });
			// The log has it also when the execution is stopped, or n8n is killed, before there is an answer.
			n8n.logger.info(`Magic Hour is asked for a video: ${JSON.stringify(name)}`);
		},
		notCreated: async () => await forgetProject(context, key, fingerprint),
	});
	journal.noteProject(key, created.id);
	// n8n's log outlives an n8n that is killed while the node waits (a name of many lines is one line there); custom data is saved also when a person stops it.
	n8n.logger.info(
		`Magic Hour project ${formatValue(created.id)} was created: ${JSON.stringify(name)}`,
	);
	addToCustomData(n8n, created.id);
	return {
		id: created.id,
		answer: { name, ...created },
		createdAt: clock.now(),
		release: () => limiter.release(),
	};
}

/** There is no project for this item, or no more: the next try needs a new one. */
export async function forgetProject(
	{ journal, marks }: RunContext,
	key: ItemKey,
	fingerprint: string,
): Promise<void> {
	journal.forget(key);
	await marks.remove(key, fingerprint);
}

const CUSTOM_DATA = { key: 'magic_hour_projects', longest: 255 };

/**
 * Adds a project to the custom data of the execution, which n8n shows beside it. The latest ones are kept if there are
 * many. Reached as expressions reach it: n8n before 2.33 gives nodes no other way.
 */
function addToCustomData(n8n: RunContext['n8n'], projectId: string): void {
	try {
		const { customData } = n8n.getWorkflowDataProxy(0).$execution as Pick<typeof n8n, 'customData'>;
		const ids = (customData.get(CUSTOM_DATA.key) ?? '').split(' ').filter(Boolean);
		ids.push(projectId);
		while (ids.join(' ').length > CUSTOM_DATA.longest) ids.shift();
		customData.set(CUSTOM_DATA.key, ids.join(' '));
	} catch (error) {
		n8n.logger.warn(
			`Magic Hour: n8n did not take the custom data of project ${projectId}: ${String(error)}`,
		);
	}
}

/** Names a project so that it can be found in the Magic Hour library if its id should get lost. */
function findableName({ n8n, runIndex }: RunContext, itemIndex: number): string {
	const workflow = n8n.getWorkflow().name ?? 'n8n workflow';
	const run = runIndex === 0 ? '' : ` - run ${runIndex}`;
	return `${workflow} - execution ${n8n.getExecutionId()}${run} - item ${itemIndex}`;
}

/** What has to be known of a create request, should the next try come before its answer. */
interface Notes {
	/** @throws {CreateOutcomeUnknownError} when an earlier try may have sent it */
	sending(): Promise<void>;
	notCreated(): Promise<void>;
}

/**
 * Creates a project when there is room for it, and holds the room. After a 429, which creates nothing, it queues again.
 * @throws {RequestError} when it is certain that no project was created: the last 429 when the time is over
 * @throws {CreateOutcomeUnknownError} when nobody knows
 */
async function createInTurn(
	{ client, clock, n8n }: RunContext,
	limiter: ConcurrencyLimiter,
	body: CreateBody,
	timeout: number,
	signal: AbortSignal,
	notes: Notes,
): Promise<CreateResponse> {
	let deadline: number | undefined;
	for (let tries = 1; ; tries++) {
		await limiter.acquire(signal);
		deadline ??= clock.now() + timeout;
		await notes.sending().catch((error: unknown) => {
			limiter.release();
			throw error as Error;
		});
		const outcome = await outcomeOf(client.createImageToVideo(body, { deadline, signal }));
		if (!('failure' in outcome)) {
			limiter.onAccepted(clock.now());
			return outcome.created;
		}

		const { failure } = outcome;
		if (!isNotCreated(failure)) {
			limiter.release();
			const status = failure instanceof RequestError ? failure.status : undefined;
			n8n.logger.warn(
				`Magic Hour: nobody knows whether ${JSON.stringify(body.name)} was created: ${failure.message}`,
			);
			throw unknownFate(failure.message, body.name, status);
		}
		await notes.notCreated();
		const wait = isBusy(failure) ? backoff(tries, failure, PAYING, Math.random()) : Infinity;
		if (isBusy(failure)) limiter.onLimitReached(clock.now());
		limiter.release();
		if (clock.now() + wait >= deadline) throw failure;
		await clock.sleep(wait, signal);
	}
}

type Outcome = { readonly created: CreateResponse } | { readonly failure: Error };

async function outcomeOf(response: Promise<CreateResponse>): Promise<Outcome> {
	return await response.then(
		(created): Outcome => ({ created }),
		(failure: Error): Outcome => ({ failure }),
	);
}

/** Whether it is certain that the request created nothing. Of an error that nobody has foreseen it is not. */
function isNotCreated(failure: Error): boolean {
	return (
		failure instanceof AbortError || (failure instanceof RequestError && failure.fate !== 'unknown')
	);
}

function isBusy(failure: Error): failure is RequestError {
	return failure instanceof RequestError && failure.status === 429;
}

function interruptedTry(name: string, workflow = ''): CreateOutcomeUnknownError {
	return new CreateOutcomeUnknownError(
		'An earlier try of this execution was cut off: it was stopped, or n8n was. It may have created videos, so no request is sent again',
		'A stopped execution shows their project IDs in its custom data; n8n\'s log has a line "Magic Hour project … was created" for each, and your Magic Hour library has them under the name ' +
			`"${name === '' ? `${workflow} - execution …` : name}". Use the Get operation with the project ID. If there are none, run the ` +
			'workflow anew instead of retrying this execution.',
	);
}

function unknownFate(message: string, name: string, status?: number): CreateOutcomeUnknownError {
	return new CreateOutcomeUnknownError(
		`${message}. A video may have been created all the same, so the request is not sent again`,
		`Look in your Magic Hour library for a video named "${name}". If it is there, use the Get operation with its ` +
			'project ID. If it is not, nothing was charged: run the workflow anew (a retry of this execution does not send the request again).',
		status,
	);
}
