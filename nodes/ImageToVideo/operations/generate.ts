import { modelsWithout } from '../../shared/models/catalogue';
import { choose, refuseWrongShape, type Choice } from '../../shared/models/videoSpec';
import type { Project } from '../../shared/api/schemas';
import type { CallOptions } from '../../shared/api/client';
import { estimateCredits, type Estimate } from '../../shared/models/credits';
import { InvalidInput } from '../../shared/lib/errors';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../../shared/n8n/fields';
import { namingProject } from '../../shared/api/withProjectId';
import {
	beginProject,
	fingerprintOfOrder,
	forgetProject,
	openWorkshop,
	type Order,
	type Workshop,
} from '../../shared/generation/createProject';
import { isTool } from '../../shared/generation/aiTool';
import { deliver, projectJson } from '../../shared/generation/projectOutput';
import {
	choiceFields,
	CONCURRENT_PROJECTS,
	DURATION_NOT_SUPPORTED,
	IMAGE_BINARY_FIELD,
	IMAGE_FILE_FIELD,
	IMAGE_URL_FIELD,
	MAX_CREDITS,
	TIMEOUT_OPTION,
	WAIT_FIELD,
} from '../description/fields';
import {
	END_IMAGE,
	isGiven,
	readImage,
	SOURCE_OPTIONS,
	START_IMAGE,
	type ImageInput,
} from '../input/imageInput';
import type { Operation, Result, Run, Task } from '../../shared/generation/operation';
import { readDelivery, readLimits, readText, readWish, type Delivery } from '../input/parameters';
import { reportOf, type Made } from '../../shared/generation/runSummary';
import type { Session } from '../../shared/generation/runContext';
import {
	followProject,
	ProjectEnded,
	resumeHint,
	waitForProject,
} from '../../shared/generation/waitForProject';

const show = { operation: ['generate'] };
const hideWithoutEndImage = { model: modelsWithout((model) => model.endImage !== undefined) };

interface Prepared extends Order {
	readonly estimate: Estimate;
	readonly delivery: Delivery;
	/** Credits that the whole run may cost; `undefined`: any. */
	readonly maxCreditsPerRun?: number;
	/** Unfinished projects that the run may have at a time. */
	readonly concurrentProjects: number;
}

type Items = Run<Prepared>['items'];

/** What the items of a run share. */
interface Production extends Workshop {
	/** What there is so far. */
	readonly made: Made[];
	/** Milliseconds since the run began. */
	elapsed(): number;
}

export const generate: Operation<Prepared, Production> = {
	fields: [
		{
			displayName: 'Image From',
			name: 'imageSource',
			type: 'options',
			options: SOURCE_OPTIONS,
			default: 'binary',
			description: 'Where to take the image from that the video begins with',
			displayOptions: { show },
		},
		{
			displayName: 'Input Binary Field',
			name: START_IMAGE.binaryField,
			default: 'data',
			placeholder: 'e.g. data',
			...IMAGE_BINARY_FIELD,
			displayOptions: { show: { ...show, imageSource: ['binary'] } },
		},
		{
			displayName: 'Image URL',
			name: START_IMAGE.url,
			...IMAGE_URL_FIELD,
			displayOptions: { show: { ...show, imageSource: ['url'] } },
		},
		{
			displayName: 'Image File',
			name: START_IMAGE.filePath,
			...IMAGE_FILE_FIELD,
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
				{
					name: 'None',
					value: 'none',
					description: 'No end image: the model decides how the video ends',
				},
				...SOURCE_OPTIONS,
			],
			default: 'none',
			description:
				'Where to take the image from that the video ends with, if you want one. With some models there are fewer durations or resolutions then.',
			displayOptions: { show, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image Binary Field',
			name: END_IMAGE.binaryField,
			default: 'endImage',
			placeholder: 'e.g. endImage',
			...IMAGE_BINARY_FIELD,
			displayOptions: { show: { ...show, endImageSource: ['binary'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image URL',
			name: END_IMAGE.url,
			...IMAGE_URL_FIELD,
			displayOptions: { show: { ...show, endImageSource: ['url'] }, hide: hideWithoutEndImage },
		},
		{
			displayName: 'End Image File',
			name: END_IMAGE.filePath,
			...IMAGE_FILE_FIELD,
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
				{
					displayName: 'Concurrent Projects',
					name: 'concurrentProjects',
					type: 'number',
					typeOptions: { minValue: CONCURRENT_PROJECTS.min, maxValue: CONCURRENT_PROJECTS.max },
					default: 3,
					description:
						'The most unfinished videos that this node has at Magic Hour at a time. Your plan has a limit of its own: 3 for Creator, 5 for Pro, none for Business.',
					// A node that does not wait can't know when a video is finished.
					displayOptions: { show: { '/waitForCompletion': [true] } },
				},
				DURATION_NOT_SUPPORTED,
				{
					displayName: 'Max Credits',
					name: 'maxCredits',
					type: 'number',
					typeOptions: { minValue: MAX_CREDITS.min, maxValue: MAX_CREDITS.max },
					default: 500,
					description:
						'Most credits that one video may cost. If the estimate is higher, or cannot be made, the item fails before anything is uploaded or charged. There is no limit unless this option is added.',
				},
				{
					displayName: 'Max Credits Per Run',
					name: 'maxCreditsPerRun',
					type: 'number',
					typeOptions: { minValue: MAX_CREDITS.min, maxValue: MAX_CREDITS.max },
					default: 5000,
					description:
						'Most credits that all videos of one run of this node may cost together; for an AI agent, of all its calls in one execution. If the sum of the estimates is higher, or cannot be made, nothing is uploaded or charged. There is no limit unless this option is added.',
				},
				SIMPLIFY,
				{
					...TIMEOUT_OPTION,
					description:
						'How long to wait for each step: the upload, room for the video at Magic Hour if your plan is busy, and the finished video. A video that takes longer is not lost: the error names its project ID, and the Get operation resumes it.',
				},
			],
		},
	],

	async prepare(n8n, itemIndex) {
		const delivery = readDelivery(n8n, itemIndex);
		const limits = readLimits(n8n, itemIndex);
		const hasEndImage = isGiven(n8n, END_IMAGE, itemIndex);
		const choice = choose(readWish(n8n, itemIndex, hasEndImage));
		const estimate = estimateCredits(choice);
		refuseCost(choice, estimate, limits.maxCredits);
		const image = await readImage(n8n, START_IMAGE, itemIndex);
		refuseShapeOf(choice, image, START_IMAGE.label);
		return {
			choice,
			estimate,
			delivery,
			image,
			endImage: hasEndImage ? await readImage(n8n, END_IMAGE, itemIndex) : undefined,
			prompt: readText(n8n, 'prompt', itemIndex).trim(),
			name: readText(n8n, 'projectName', itemIndex).trim(),
			maxCreditsPerRun: limits.maxCreditsPerRun,
			concurrentProjects: limits.concurrentProjects,
		};
	},

	async share({ items, session: begin }) {
		const session = await begin();
		const { clock, ledger, runIndex } = session;
		const concurrentProjects = Math.min(...items.map(({ input }) => input.concurrentProjects));
		for (const { itemIndex, input } of items) {
			ledger.takeOver({ runIndex, itemIndex }, fingerprintOfOrder(input));
		}
		const unpaid = unpaidOf(items, session);
		refuseCostOfRun(unpaid, session);
		ledger.reserve(runIndex, creditsOf(unpaid));
		const begunAt = clock.now();
		return {
			// More than there are slots: while videos are made, others are uploaded and downloaded.
			workers: concurrentProjects + Math.max(2, Math.ceil(concurrentProjects / 2)),
			shared: {
				...openWorkshop(
					session,
					items.map(({ input }) => input),
					concurrentProjects,
				),
				made: [],
				elapsed: () => clock.now() - begunAt,
			},
		};
	},

	async run(task) {
		const session = await task.session();
		tellNotes(task);
		return await makeVideo(task, session).catch((error: unknown) => {
			session.ledger.leave({ runIndex: session.runIndex, itemIndex: task.itemIndex });
			throw error as Error;
		});
	},

	report: ({ made, elapsed }) => reportOf(made, elapsed()),
};

/** The way of a video: ask for it, wait for it, hand it on. */
async function makeVideo(task: Task<Prepared, Production>, session: Session): Promise<Result> {
	const { input, itemIndex, shared, signal } = task;
	const { delivery, choice, estimate } = input;
	const begun = await beginProject(task, session, shared, delivery.timeout);
	const { id, answer, createdAt } = begun;
	const { client, clock, runIndex } = session;
	const options: CallOptions = { deadline: clock.now() + delivery.timeout, signal };
	const estimated = { credits_estimated: estimate.credits };
	const note = ({ credits_charged: charged = null }: Pick<Project, 'credits_charged'>) =>
		shared.made.push({ id, charged, estimated: estimate.credits, finished: delivery.wait });
	if (!delivery.wait) {
		begun.done();
		note(answer);
		const queued = { status: 'queued' as const, downloads: [], ...answer, id };
		const project = { name: answer.name, end_seconds: choice.seconds, ...queued };
		const json = delivery.simplify ? { ...projectJson(project, true), ...estimated } : queued;
		return { json };
	}

	const waiting =
		createdAt === undefined
			? followProject(client, clock, id, options)
			: waitForProject(client, clock, id, createdAt, options);
	const project = await namingProject(id, resumeHint(id), waiting.finally(begun.done)).catch(
		async (error: unknown) => {
			// Only this is certain: a project that is not found (404) may be there all the same.
			if (error instanceof ProjectEnded) {
				await forgetProject(session, { runIndex, itemIndex }, fingerprintOfOrder(input));
			}
			throw error as Error;
		},
	);
	const { json, binary } = await namingProject(
		id,
		resumeHint(id),
		deliver(session, project, delivery, options),
	);
	note(project);
	return { json: delivery.simplify ? { ...json, ...estimated } : json, binary };
}

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

/** Items that cost something. Those whose project exists already (see `ledger.ts`) cost nothing more. */
function unpaidOf(items: Items, { ledger, runIndex }: Session): Items {
	return items.filter(
		({ itemIndex, input }) =>
			!ledger.find({ runIndex, itemIndex }, fingerprintOfOrder(input))?.projectId,
	);
}

function creditsOf(items: Items): number {
	return items.reduce((sum, { input }) => sum + (input.estimate.credits ?? 0), 0);
}

/**
 * Checks the sum of the estimates. Each call of an AI agent is a run of its own: there, the other calls of the execution
 * count as well.
 * @throws {InvalidInput} when it is over the limit, or can't be known
 */
function refuseCostOfRun(unpaid: Items, { n8n, ledger, runIndex }: Session): void {
	const limits = unpaid.flatMap(({ input }) => input.maxCreditsPerRun ?? []);
	if (limits.length === 0) return;
	const limit = Math.min(...limits);
	const unknown = unpaid.find(({ input }) => input.estimate.credits === null);
	if (unknown) {
		throw new InvalidInput(
			`Max Credits Per Run: the cost of item ${unknown.itemIndex} is not known, so the run can't be kept under ${limit} credits`,
			`${unknown.input.estimate.note} Remove Max Credits Per Run, or choose a model with a published rate.`,
		);
	}
	const sum = creditsOf(unpaid);
	const others = isTool(n8n) ? ledger.creditsOfOtherRuns(runIndex) : 0;
	if (others + sum > limit) {
		const videos =
			unpaid.length === 1
				? `this video is estimated at ${sum} credits`
				: `${unpaid.length} videos are estimated at ${sum} credits together`;
		const otherCalls = others === 0 ? '' : `, and other calls at ${others}`;
		throw new InvalidInput(
			`Max Credits Per Run: ${videos}${otherCalls}; ${limit} are allowed`,
			'Nothing was uploaded or charged. Run fewer items, choose shorter videos, a lower resolution or a cheaper model, or raise the limit.',
		);
	}
}

function refuseShapeOf(choice: Choice, image: ImageInput, field: string): void {
	if (image.kind === 'file' && image.file.size) refuseWrongShape(choice, image.file.size, field);
}

function tellNotes({ input: { choice }, hint }: Task<Prepared, Production>): void {
	choice.notes.forEach(hint);
	if (choice.makers.length === 0) {
		hint(
			`This node does not know the model ${choice.offer.id}: its duration and resolution were not checked, and its cost is unknown.`,
		);
	}
}
