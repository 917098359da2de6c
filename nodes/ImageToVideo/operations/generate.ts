import type { IExecuteFunctions } from 'n8n-workflow';
import { choose, refuseWrongShape, type Choice } from '../../shared/choice';
import type { CallOptions, CreateBody } from '../../shared/client';
import { estimateCredits, type Estimate } from '../../shared/credits';
import {
	CreateUnknown,
	InvalidInput,
	ProjectFailure,
	RequestFailure,
	Stopped,
} from '../../shared/failures';
import { fingerprintOf } from '../../shared/ledger';
import { modelsWithout } from '../../shared/catalogue';
import {
	choiceFields,
	DOWNLOAD_FIELD,
	DURATION_NOT_SUPPORTED,
	MAX_CREDITS,
	OUTPUT_FIELD,
	WAIT_FIELD,
	WAITING_OPTIONS,
} from '../fields';
import {
	END_IMAGE,
	isGiven,
	readImage,
	SOURCE_OPTIONS,
	START_IMAGE,
	type ImageFile,
	type ImageInput,
} from '../imageInput';
import type { Operation, Task } from '../operation';
import { deliver, projectJson } from '../delivering';
import { readDelivery, readMaxCredits, readText, readWish, type Delivery } from '../parameters';
import type { Session } from '../session';
import { ProjectEnded, resumeHint, waitForProject } from '../waiting';

const show = { operation: ['generate'] };
const hideWithoutEndImage = { model: modelsWithout((model) => model.endImage !== undefined) };

interface Prepared {
	readonly choice: Choice;
	readonly estimate: Estimate;
	readonly image: ImageInput;
	readonly endImage?: ImageInput;
	readonly prompt: string;
	readonly name: string;
	/** The person chose the name: a change of it is another project. */
	readonly ownName: boolean;
	readonly delivery: Delivery;
}

export const generate: Operation<Prepared> = {
	fields: [
		{
			displayName: 'Image From',
			name: 'imageSource',
			type: 'options',
			options: SOURCE_OPTIONS,
			default: 'binary',
			description: 'Where the image that the video begins with comes from',
			displayOptions: { show },
		},
		{
			displayName: 'Input Binary Field',
			name: START_IMAGE.binaryField,
			type: 'string',
			default: 'data',
			required: true,
			placeholder: 'e.g. data',
			hint: 'The name of the input binary field that contains the image',
			displayOptions: { show: { ...show, imageSource: ['binary'] } },
		},
		{
			displayName: 'Image URL',
			name: START_IMAGE.url,
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/photo.png',
			description:
				'Public https:// URL of the image, with its file extension. Magic Hour fetches it.',
			displayOptions: { show: { ...show, imageSource: ['url'] } },
		},
		{
			displayName: 'Image File',
			name: START_IMAGE.filePath,
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. api-assets/ab12/photo.png',
			description:
				'The file_path that Upload Image returned (kept for 7 days), or the URL of an image in your Magic Hour library',
			displayOptions: { show: { ...show, imageSource: ['filePath'] } },
		},
		...choiceFields(['generate', 'estimateCredits']),
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: 'e.g. The camera slowly moves towards the lighthouse while waves roll in',
			description: 'What should happen in the video. Without a prompt the model decides.',
			displayOptions: { show },
		},
		{
			displayName: 'End Image From',
			name: END_IMAGE.source,
			type: 'options',
			options: [
				{ name: 'None', value: 'none', description: 'The video ends as the model likes' },
				...SOURCE_OPTIONS,
			],
			default: 'none',
			description: 'Where the image that the video ends with comes from, if there is one',
			displayOptions: { show, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image Binary Field',
			name: END_IMAGE.binaryField,
			type: 'string',
			default: 'endImage',
			required: true,
			placeholder: 'e.g. endImage',
			hint: 'The name of the input binary field that contains the image',
			displayOptions: { show: { ...show, endImageSource: ['binary'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image URL',
			name: END_IMAGE.url,
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://example.com/photo.png',
			description:
				'Public https:// URL of the image, with its file extension. Magic Hour fetches it.',
			displayOptions: { show: { ...show, endImageSource: ['url'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image File',
			name: END_IMAGE.filePath,
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. api-assets/ab12/photo.png',
			description:
				'The file_path that Upload Image returned (kept for 7 days), or the URL of an image in your Magic Hour library',
			displayOptions: {
				show: { ...show, endImageSource: ['filePath'] },
				hide: hideWithoutEndImage,
			},
		},
		{
			displayName: 'Project Name',
			name: 'projectName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Lighthouse at dawn',
			description:
				'Name of the video in your Magic Hour library. Without one it is named after the workflow, the execution and the item.',
			displayOptions: { show },
		},
		{ ...WAIT_FIELD, displayOptions: { show } },
		{ ...DOWNLOAD_FIELD, displayOptions: { show: { ...show, waitForCompletion: [true] } } },
		{
			...OUTPUT_FIELD,
			displayOptions: { show: { ...show, waitForCompletion: [true], downloadVideo: [true] } },
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show },
			options: [
				DURATION_NOT_SUPPORTED,
				{
					displayName: 'Max Credits',
					name: 'maxCredits',
					type: 'number',
					typeOptions: { minValue: MAX_CREDITS.min, maxValue: MAX_CREDITS.max },
					default: 500,
					description:
						'Most credits that one video may cost. If the estimate is higher, or cannot be made, the item fails before anything is uploaded or charged.',
				},
				...WAITING_OPTIONS,
			],
		},
	],

	async prepare(n8n, itemIndex) {
		const delivery = readDelivery(n8n, itemIndex);
		const maxCredits = readMaxCredits(n8n, itemIndex);
		const hasEndImage = isGiven(n8n, END_IMAGE, itemIndex);
		const choice = choose(readWish(n8n, itemIndex, hasEndImage));
		const estimate = estimateCredits(choice);
		refuseCost(choice, estimate, maxCredits);
		const image = await readImage(n8n, START_IMAGE, itemIndex);
		refuseShapeOf(choice, image, START_IMAGE.label);
		const ownName = readText(n8n, 'projectName', itemIndex).trim();
		return {
			choice,
			estimate,
			image,
			endImage: hasEndImage ? await readImage(n8n, END_IMAGE, itemIndex) : undefined,
			prompt: readText(n8n, 'prompt', itemIndex).trim(),
			name: ownName === '' ? findableName(n8n, itemIndex) : ownName,
			ownName: ownName !== '',
			delivery,
		};
	},

	async run(task) {
		const { input, signal } = task;
		const { delivery, choice } = input;
		const session = await task.session();
		const { client, clock } = session;
		tellNotes(task);

		const begun = clock.now();
		const options: CallOptions = { deadline: begun + delivery.timeout, signal };
		const { id, answer } = await projectOf(task, session, options);
		const estimated = { credits_estimated: input.estimate.credits };
		if (!delivery.wait) {
			const project = { status: 'queued' as const, downloads: [], ...answer, id };
			const json = { name: input.name, end_seconds: choice.seconds, ...project };
			return {
				json: delivery.simplify ? { ...projectJson(json, true), ...estimated } : { ...answer, id },
			};
		}

		const project = await waitForProject(client, clock, id, begun, options).catch(
			(error: unknown) => {
				if (error instanceof ProjectEnded) session.ledger.forget(placeOf(task, session));
				throw error instanceof Stopped ? stoppedWaiting(id) : (error as Error);
			},
		);
		const { json, binary } = await deliver(session, project, delivery, options);
		return { json: delivery.simplify ? { ...json, ...estimated } : json, binary };
	},
};

/** @throws {InvalidInput} when the estimate is higher than the limit, or there is none to compare */
function refuseCost(
	choice: Choice,
	{ credits, note }: Estimate,
	maxCredits: number | undefined,
): void {
	if (maxCredits === undefined) return;
	if (credits === null) {
		throw new InvalidInput(
			`Max Credits: the cost of this video is not known, so it can't be kept under ${maxCredits} credits`,
			`${note} Remove Max Credits, or choose a model with a published rate.`,
		);
	}
	if (credits > maxCredits) {
		throw new InvalidInput(
			`Max Credits: this video is estimated at ${credits} credits; ${maxCredits} are allowed`,
			`${note} Choose a shorter video, a lower resolution or a cheaper model than ${choice.offer.id}, or raise Max Credits.`,
		);
	}
}

function refuseShapeOf(choice: Choice, image: ImageInput, field: string): void {
	if (image.kind === 'file' && image.file.size) refuseWrongShape(choice, image.file.size, field);
}

function tellNotes({ input: { choice }, hint }: Task<Prepared>): void {
	choice.notes.forEach(hint);
	if (choice.makers.length === 0) {
		hint(
			`This node does not know the model ${choice.offer.id}: its duration and resolution were not checked, and its cost is unknown.`,
		);
	}
}

/** Names a project so that it can be found in the Magic Hour library if its id should get lost. */
function findableName(n8n: IExecuteFunctions, itemIndex: number): string {
	const workflow = n8n.getWorkflow().name ?? 'n8n workflow';
	return `${workflow} - execution ${n8n.getExecutionId()} - item ${itemIndex}`;
}

interface BegunProject {
	readonly id: string;
	/** The answer to the create request; nothing but the id when the project was there already. */
	readonly answer: object;
}

/** The project for this item: the one that was created by an earlier try, or else a new one. */
async function projectOf(
	task: Task<Prepared>,
	session: Session,
	options: CallOptions,
): Promise<BegunProject> {
	const place = placeOf(task, session);
	const fingerprint = identify(task.input);
	const existing = session.ledger.find(place, fingerprint);
	if (existing !== undefined) {
		task.hint(
			`Went on with project ${existing}, which an earlier try had created: nothing was charged again.`,
		);
		return { id: existing, answer: {} };
	}
	const paths = await upload(session, task.input, options);
	const answer = await create(session, createBody(task.input, paths), options);
	session.ledger.note(place, fingerprint, answer.id);
	return { id: answer.id, answer };
}

function placeOf({ itemIndex }: Task<Prepared>, { runIndex }: Session) {
	return { runIndex, itemIndex };
}

function identify({ choice, image, endImage, prompt, name, ownName }: Prepared): string {
	const identity = (input: ImageInput) => (input.kind === 'file' ? input.file.hash : input.path);
	return fingerprintOf({
		model: choice.offer.id,
		seconds: choice.seconds,
		resolution: choice.resolution,
		audio: choice.audio,
		prompt,
		image: identity(image),
		endImage: endImage && identity(endImage),
		name: ownName ? name : undefined,
	});
}

interface ImagePaths {
	readonly image: string;
	readonly endImage?: string;
}

/** Uploads the images that are files. @returns what the API calls each image */
async function upload(
	{ client }: Session,
	{ image, endImage }: Prepared,
	options: CallOptions,
): Promise<ImagePaths> {
	const inputs = endImage === undefined ? [image] : [image, endImage];
	const files = inputs.flatMap((input) => (input.kind === 'file' ? [input.file] : []));
	const paths = await uploadFiles(client, files, options);
	const [first, second] = inputs.map((input) =>
		input.kind === 'file' ? (paths.get(input.file) as string) : input.path,
	);
	return { image: first as string, endImage: second };
}

async function uploadFiles(
	client: Session['client'],
	files: readonly ImageFile[],
	options: CallOptions,
): Promise<Map<ImageFile, string>> {
	const paths = new Map<ImageFile, string>();
	if (files.length === 0) return paths;
	const uploads = await client.uploadImages(files, options);
	files.forEach((file, index) => paths.set(file, uploads[index]?.file_path as string));
	return paths;
}

function createBody(input: Prepared, paths: ImagePaths): CreateBody {
	const { choice, prompt, name } = input;
	return {
		name,
		model: choice.offer.id,
		end_seconds: choice.seconds,
		...(choice.resolution === undefined ? {} : { resolution: choice.resolution }),
		...(choice.audio ? { audio: true } : {}),
		style: prompt === '' ? {} : { prompt },
		assets: {
			image_file_path: paths.image,
			...(paths.endImage === undefined ? {} : { end_image_file_path: paths.endImage }),
		},
	};
}

/** @throws {CreateUnknown} when nobody knows whether there is a project now */
async function create(session: Session, body: CreateBody, options: CallOptions) {
	return await session.client.create(body, options).catch((error: unknown) => {
		if (!(error instanceof RequestFailure) || error.fate !== 'unknown') throw error as Error;
		throw new CreateUnknown(
			`${error.message}. A video may have been created all the same, so the request was not sent again`,
			`Look in your Magic Hour library for a video named "${body.name}". If it is there, use the Get operation with its ` +
				'project ID; if not, nothing was charged and the node can run again.',
			error.status,
		);
	});
}

function stoppedWaiting(projectId: string): ProjectFailure {
	return new ProjectFailure(
		`Stopped while project ${projectId} was being made`,
		projectId,
		resumeHint(projectId),
	);
}
