import type { CreateResponse } from '../api/schemas';
import type { Uploads } from '../api/uploads';
import type { ConcurrencyLimiter } from '../lib/concurrencyLimiter';
import { AbortError, CreateOutcomeUnknownError, ProjectError, RequestError } from '../lib/errors';
import { wellFormed } from '../lib/text';
import type { PricedSpec } from './accountPlan';
import { interruptedTry, type NewRequest, type ProjectRecord, type Token } from './journal';
import type { Task } from './operation';
import type { RunContext } from './runContext';
import type { RunLimits } from './runLimits';
import { prepareCreate, type ImageInput, type SendCreate, type VideoRequest } from './videoRequest';

/** What the create requests of one run share. */
export interface CreateBatch {
	readonly uploads: Uploads;
	/** What this run may have unfinished, whatever room there is. */
	readonly limiter: ConcurrencyLimiter;
	readonly limits: Pick<RunLimits, 'onRequest'>;
}

/** A project that exists: paid for. */
export interface CreatedProject {
	readonly id: string;
	/** What the journal is to be told of it by. */
	readonly token: Token;
	/** The answer to the create request, and the name; less when the project was there already. */
	readonly answer: Partial<CreateResponse> & { readonly name?: string };
	/** Time (of the clock) when it was created; `undefined` when an earlier try did that. */
	readonly createdAt?: number;
	/** Has to be called when the project is finished, or is not waited for: another may begin then. */
	release(): void;
}

/**
 * The project for an item: the one that an earlier try created, or else a new one, as soon as there is room for it.
 * @param timeout milliseconds for the upload, and for room to come at Magic Hour
 * @throws {ProjectError} when an earlier try has one that is final
 * @throws {CreateOutcomeUnknownError} when an earlier try may have one
 */
export async function createOrResumeProject(
	{ input: request, itemIndex, signal, hint }: Task<VideoRequest & PricedSpec, CreateBatch>,
	context: RunContext,
	batch: CreateBatch,
	timeout: number,
): Promise<CreatedProject> {
	const { clock, journal, n8n } = context;
	const previous = journal.previous(itemIndex);
	if (previous) {
		const id = assertResumable(previous);
		const changed = previous.isSameRequest ? '' : ' The fields had other values then.';
		hint(
			`Went on with project ${id}, which an earlier try had created: nothing was charged again.${changed}`,
		);
		return { id, token: previous.token, answer: {}, release: () => {} };
	}
	const searchName =
		request.name === '' ? `${n8n.getWorkflow().name ?? ''} - execution …` : request.name;
	if (journal.interrupted) throw interruptedTry(searchName);

	const uploading = { deadline: clock.now() + timeout, signal };
	const pathOf = async (input: ImageInput) =>
		input.kind === 'file' ? await batch.uploads.pathOf(input.file, uploading) : input.path;
	const name = request.name === '' ? findableName(context, itemIndex) : request.name;
	const send = await prepareCreate(request, name, pathOf);
	const { credits } = request.estimate;
	const { token, release, ...answer } = await createInTurn(context, batch, send, {
		timeout,
		signal,
		itemIndex,
		entry: { name, searchName, credits },
	});
	return {
		id: answer.id,
		token,
		answer: { name, ...answer },
		createdAt: clock.now(),
		release,
	};
}

/** @returns the id of the project that an earlier try has left */
function assertResumable({ projectId, reason, outcome, name, credits }: ProjectRecord): string {
	if (projectId === undefined) {
		const became = reason === undefined ? ', and no answer came' : `. ${reason}`;
		throw unknownFate(`An earlier try asked for this video${became}`, name);
	}
	if (outcome === 'canceled') {
		throw new ProjectError(
			`Project ${projectId}, which an earlier try had created, was canceled at Magic Hour`,
			projectId,
			'This execution does not ask for the video again. Run the workflow anew if you want it after all.',
			'MAGIC_HOUR_PROJECT_CANCELED',
		);
	}
	if (outcome === 'charged') {
		throw new ProjectError(
			`Project ${projectId}, which an earlier try had created, failed, and Magic Hour may still charge for it`,
			projectId,
			`This execution does not ask for the video again (${credits ?? 'unknown'} credits). Look at the project at Magic Hour; run the workflow anew if you want to pay for another.`,
			'MAGIC_HOUR_PROJECT_FAILED',
		);
	}
	return projectId;
}

/** Names a project so that it can be found in the Magic Hour library if its id should get lost. */
function findableName({ n8n, journal: { runIndex } }: RunContext, itemIndex: number): string {
	const workflow = wellFormed(n8n.getWorkflow().name ?? 'n8n workflow');
	const run = runIndex === 0 ? '' : ` - run ${runIndex}`;
	return `${workflow} - execution ${n8n.getExecutionId()}${run} - item ${itemIndex}`;
}

interface Ordering {
	/** Milliseconds that the room at Magic Hour may stand still. */
	readonly timeout: number;
	readonly signal: AbortSignal;
	readonly itemIndex: number;
	readonly entry: NewRequest;
}

/**
 * Creates a project when there is room for it, and holds the room. After a 429, which creates nothing, it queues again.
 * @throws {RequestError} when it is certain that no project was created: the last 429 when the time is over
 * @throws {CreateOutcomeUnknownError} when nobody knows
 */
async function createInTurn(
	{ client, journal, room }: RunContext,
	{ limiter, limits }: CreateBatch,
	send: SendCreate,
	{ timeout, signal, itemIndex, entry }: Ordering,
): Promise<CreateResponse & Pick<CreatedProject, 'token' | 'release'>> {
	await limiter.acquire(signal);
	const place = room.place(timeout);
	const release = () => {
		room.release(place);
		limiter.release();
	};
	for (;;) {
		const deadline = await room.acquire(place, signal).catch((error: unknown) => {
			limiter.release();
			throw error as Error;
		});
		const token = await journal.beforeCreate(itemIndex, entry).catch((error: unknown) => {
			release();
			throw error as Error;
		});
		const settle = limits.onRequest(entry.credits);
		const outcome = await outcomeOf(send(client, { deadline, signal }));
		if (!('failure' in outcome)) {
			// Before anything else can go wrong.
			journal.created(token, outcome.created.id);
			settle('created');
			room.accepted(place);
			return { ...outcome.created, token, release };
		}

		const { failure } = outcome;
		if (!isNotCreated(failure)) {
			journal.unknown(token, failure.message);
			settle('unknown');
			release();
			const status = failure instanceof RequestError ? failure.status : undefined;
			throw unknownFate(failure.message, entry.name, status);
		}
		settle('not created');
		if (isBusy(failure)) room.refused(place, failure);
		else release();
		await journal.notCreated(token);
		if (!isBusy(failure)) throw failure;
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

function unknownFate(message: string, name: string, status?: number): CreateOutcomeUnknownError {
	return new CreateOutcomeUnknownError(
		`${message}. A video may have been created all the same, so the request is not sent again`,
		`Look in your Magic Hour library for a video named "${name}". If it is there, use the Get operation with its ` +
			'project ID. If it is not, nothing was charged: run the workflow anew (a retry of this execution does not send the request again).',
		status,
	);
}
