import type { Choice } from '../models/videoSpec';
import type { Created } from '../api/schemas';
import type { CreateBody } from '../api/client';
import { estimateCredits } from '../models/credits';
import { CreateUnknown, RequestFailure, Stopped } from '../lib/errors';
import { fingerprintOf, type Place } from './journal';
import { backoff, PAYING } from '../api/retry';
import { Slots } from '../lib/concurrencyLimiter';
import { Uploads } from '../api/uploads';
import { shown } from '../lib/text';
import type { ImageFile, ImageInput } from '../../ImageToVideo/input/imageInput';
import type { Task } from './operation';
import type { Session } from './runContext';

/** What a person ordered: everything that decides what the video will be. */
export interface Order {
	readonly choice: Choice;
	readonly image: ImageInput;
	readonly endImage?: ImageInput;
	readonly prompt: string;
	/** Empty: one that can be found is made up. */
	readonly name: string;
}

/** What the orders of one run share. */
export interface Workshop {
	readonly uploads: Uploads;
	readonly slots: Slots;
}

export function openWorkshop(
	{ client, clock }: Session,
	orders: readonly Order[],
	concurrentProjects: number,
): Workshop {
	const images = orders.flatMap(({ image, endImage }) => [...fileOf(image), ...fileOf(endImage)]);
	return { uploads: new Uploads(client, clock, images), slots: new Slots(concurrentProjects) };
}

function fileOf(input: ImageInput | undefined): ImageFile[] {
	return input?.kind === 'file' ? [input.file] : [];
}

/** A project that exists: paid for. */
export interface BegunProject {
	readonly id: string;
	/** The answer to the create request, and the name; less when the project was there already. */
	readonly answer: Partial<Created> & { readonly name?: string };
	/** Time (of the clock) when it was created; `undefined` when an earlier try did that. */
	readonly createdAt?: number;
	/** Has to be called when the project is finished, or is not waited for: another may begin then. */
	done(): void;
}

/**
 * The project for an item: the one that an earlier try created, or else a new one, as soon as there is room for it.
 * @param timeout milliseconds to go on trying, from the moment there is room
 */
export async function beginProject(
	{ input: order, itemIndex, signal, hint }: Task<Order, Workshop>,
	session: Session,
	{ uploads, slots }: Workshop,
	timeout: number,
): Promise<BegunProject> {
	const { clock, ledger, marks, runIndex, n8n } = session;
	const place = { runIndex, itemIndex };
	const fingerprint = fingerprintOfOrder(order);
	const known = ledger.find(place, fingerprint);
	if (known?.projectId !== undefined) {
		ledger.noteProject(place, known.projectId);
		hint(
			`Went on with project ${known.projectId}, which an earlier try had created: nothing was charged again.`,
		);
		return { id: known.projectId, answer: {}, done: () => {} };
	}
	if (known)
		throw unknownFate('An earlier try asked for this video, and no answer came', known.name);

	if (session.interrupted) throw interruptedTry(order.name, n8n.getWorkflow().name);

	const uploading = { deadline: clock.now() + timeout, signal };
	const pathOf = async (input: ImageInput) =>
		input.kind === 'file' ? await uploads.pathOf(input.file, uploading) : input.path;
	const [image, endImage] = await Promise.all([
		pathOf(order.image),
		order.endImage && pathOf(order.endImage),
	]);

	const name = order.name === '' ? findableName(session, itemIndex) : order.name;
	const body = createBody(order, name, image, endImage);
	const { credits } = estimateCredits(order.choice);
	const created = await createInTurn(session, slots, body, timeout, signal, {
		sending: async () => {
			if (await marks.note(place, fingerprint))
				throw interruptedTry(order.name, n8n.getWorkflow().name);
			ledger.noteSending(place, { fingerprint, name, credits });
		},
		notCreated: async () => await forgetProject(session, place, fingerprint),
	});
	ledger.noteProject(place, created.id);
	// n8n's log outlives an n8n that is killed while the node waits (a name of many lines is one line there); custom data is saved also when a person stops it.
	n8n.logger.info(`Magic Hour project ${shown(created.id)} was created: ${JSON.stringify(name)}`);
	addToCustomData(n8n, created.id);
	return {
		id: created.id,
		answer: { name, ...created },
		createdAt: clock.now(),
		done: () => slots.give(),
	};
}

/** There is no project for this item, or no more: the next try needs a new one. */
export async function forgetProject(
	{ ledger, marks }: Session,
	place: Place,
	fingerprint: string,
): Promise<void> {
	ledger.forget(place);
	await marks.remove(place, fingerprint);
}

const CUSTOM_DATA = { key: 'magic_hour_projects', longest: 255 };

/**
 * Adds a project to the custom data of the execution, which n8n shows beside it. The latest ones are kept if there are
 * many. Reached as expressions reach it: n8n before 2.33 gives nodes no other way.
 */
function addToCustomData(n8n: Session['n8n'], projectId: string): void {
	const { customData } = n8n.getWorkflowDataProxy(0).$execution as Pick<typeof n8n, 'customData'>;
	const ids = (customData.get(CUSTOM_DATA.key) ?? '').split(' ').filter(Boolean);
	ids.push(projectId);
	while (ids.join(' ').length > CUSTOM_DATA.longest) ids.shift();
	customData.set(CUSTOM_DATA.key, ids.join(' '));
}

/**
 * Identifies an order. The name does not count: it does not decide what the video is, and often has the execution's ID or
 * the time, which a retry changes.
 */
export function fingerprintOfOrder({ choice, image, endImage, prompt }: Order): string {
	const identity = (input: ImageInput) => (input.kind === 'file' ? input.file.hash : input.path);
	return fingerprintOf({
		model: choice.offer.id,
		seconds: choice.seconds,
		resolution: choice.resolution,
		audio: choice.audio,
		prompt,
		image: identity(image),
		endImage: endImage && identity(endImage),
	});
}

/** Names a project so that it can be found in the Magic Hour library if its id should get lost. */
function findableName({ n8n, runIndex }: Session, itemIndex: number): string {
	const workflow = n8n.getWorkflow().name ?? 'n8n workflow';
	const run = runIndex === 0 ? '' : ` - run ${runIndex}`;
	return `${workflow} - execution ${n8n.getExecutionId()}${run} - item ${itemIndex}`;
}

function createBody(
	{ choice, prompt }: Order,
	name: string,
	image: string,
	endImage: string | undefined,
): CreateBody {
	return {
		name,
		model: choice.offer.id,
		end_seconds: choice.seconds,
		...(choice.resolution === undefined ? {} : { resolution: choice.resolution }),
		...(choice.audio ? { audio: true } : {}),
		style: prompt === '' ? {} : { prompt },
		assets: {
			image_file_path: image,
			...(endImage === undefined ? {} : { end_image_file_path: endImage }),
		},
	};
}

/** What has to be known of a create request, should the next try come before its answer. */
interface Notes {
	/** @throws {CreateUnknown} when an earlier try may have sent it */
	sending(): Promise<void>;
	notCreated(): Promise<void>;
}

/**
 * Creates a project when there is room for it, and holds the room. After a 429, which creates nothing, it queues again.
 * @throws {RequestFailure} when it is certain that no project was created: the last 429 when the time is over
 * @throws {CreateUnknown} when nobody knows
 */
async function createInTurn(
	{ client, clock }: Session,
	slots: Slots,
	body: CreateBody,
	timeout: number,
	signal: AbortSignal,
	notes: Notes,
): Promise<Created> {
	let deadline: number | undefined;
	for (let tries = 1; ; tries++) {
		await slots.take(signal);
		deadline ??= clock.now() + timeout;
		await notes.sending().catch((error: unknown) => {
			slots.give();
			throw error as Error;
		});
		const outcome = await outcomeOf(client.create(body, { deadline, signal }));
		if (!('failure' in outcome)) {
			slots.taken(clock.now());
			return outcome.created;
		}

		const { failure } = outcome;
		if (!isNotCreated(failure)) {
			slots.give();
			const status = failure instanceof RequestFailure ? failure.status : undefined;
			throw unknownFate(failure.message, body.name, status);
		}
		await notes.notCreated();
		const wait = isBusy(failure) ? backoff(tries, failure, PAYING, Math.random()) : Infinity;
		if (isBusy(failure)) slots.full(clock.now());
		slots.give();
		if (clock.now() + wait >= deadline) throw failure;
		await clock.sleep(wait, signal);
	}
}

type Outcome = { readonly created: Created } | { readonly failure: Error };

async function outcomeOf(request: Promise<Created>): Promise<Outcome> {
	return await request.then(
		(created): Outcome => ({ created }),
		(failure: Error): Outcome => ({ failure }),
	);
}

/** Whether it is certain that the request created nothing. Of an error that nobody has foreseen it is not. */
function isNotCreated(failure: Error): boolean {
	return (
		failure instanceof Stopped || (failure instanceof RequestFailure && failure.fate !== 'unknown')
	);
}

function isBusy(failure: Error): failure is RequestFailure {
	return failure instanceof RequestFailure && failure.status === 429;
}

function interruptedTry(name: string, workflow = ''): CreateUnknown {
	return new CreateUnknown(
		'An earlier try of this execution was cut off: it was stopped, or n8n was. It may have created videos, so no request is sent again',
		'A stopped execution shows their project IDs in its custom data; n8n\'s log has a line "Magic Hour project … was created" for each, and your Magic Hour library has them under the name ' +
			`"${name === '' ? `${workflow} - execution …` : name}". Use the Get operation with the project ID. If there are none, run the ` +
			'workflow anew instead of retrying this execution.',
	);
}

function unknownFate(message: string, name: string, status?: number): CreateUnknown {
	return new CreateUnknown(
		`${message}. A video may have been created all the same, so the request is not sent again`,
		`Look in your Magic Hour library for a video named "${name}". If it is there, use the Get operation with its ` +
			'project ID. If it is not, nothing was charged: run the workflow anew (a retry of this execution does not send the request again).',
		status,
	);
}
