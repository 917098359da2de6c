import type { CallOptions } from '../api/client';
import { PROJECT_FIELDS, type Project } from '../api/schemas';
import { simplify } from '../api/simplifiedProject';
import { Uploads } from '../api/uploads';
import { withProjectId } from '../api/withProjectId';
import { ConcurrencyLimiter } from '../lib/concurrencyLimiter';
import type { Estimate } from '../models/credits';
import { fitToPlan, readPlan, type Planning } from './accountPlan';
import { createOrResumeProject, type CreateBatch, type CreatedProject } from './createProject';
import type { Priced } from './creditLimits';
import type { Batch, Result, Run, Task } from './operation';
import { buildOutput, notesOf, type OutputOptions } from './projectOutput';
import type { RunContext } from './runContext';
import { enterLimits } from './runLimits';
import { summaryOf, type Made } from './runSummary';
import { filesOf, fingerprintOfRequest, type VideoRequest } from './videoRequest';
import { followProject, ProjectFailedError, resumeHint, waitForProject } from './waitForProject';

/** A checked request for a video: what every node that makes one hands over. */
export type GenerateInput = VideoRequest & GenerateSettings;

/** What a request for a video comes with, whatever the video is. */
export interface GenerateSettings extends Priced, Planning {
	readonly estimate: Estimate;
	readonly output: OutputOptions;
	/** What else should be told. */
	readonly notes?: readonly string[];
}

/** What the items of a run share. */
export interface GenerateBatch extends CreateBatch {
	/** What there is so far. */
	readonly made: Made[];
	/** Milliseconds since the run began. */
	elapsed(): number;
}

/**
 * Takes over what earlier tries have paid for, and checks what the rest would cost together.
 * @throws {InvalidInputError} when that is over a limit; @throws {RequestError} when the balance can't be read
 */
export async function beforeGenerating({
	items,
	context: openContext,
	hint,
}: Run<GenerateInput>): Promise<Batch<GenerateBatch, GenerateInput>> {
	const context = await openContext();
	const { client, clock, journal } = context;
	journal.takeOver(
		items.map(({ itemIndex, input }) => ({ itemIndex, fingerprint: fingerprintOfRequest(input) })),
	);
	const unpaid = items.filter(({ itemIndex }) => journal.previous(itemIndex) === undefined);
	const { plan, concurrentProjects } = await readPlan({ items, unpaid, hint }, context);
	const { fitting, refused } = fitToPlan(unpaid, plan);
	const limits = await enterLimits(fitting, context);
	const begunAt = clock.now();
	const accepted = items.filter(({ itemIndex }) => !refused.has(itemIndex));
	const images = accepted.flatMap(({ input }) => filesOf(input));
	return {
		// More than there is room for: while videos are made, others are uploaded and downloaded.
		workers: concurrentProjects + Math.max(2, Math.ceil(concurrentProjects / 2)),
		shared: {
			uploads: new Uploads(client, clock, images),
			limiter: new ConcurrencyLimiter(concurrentProjects),
			limits,
			made: [],
			elapsed: () => clock.now() - begunAt,
		},
		items: fitting,
		refused,
		close: async () => await limits.close(),
	};
}

/** Makes the video of one item. Which project it has is in the journal, whatever goes wrong. */
export async function generateVideo(task: Task<GenerateInput, GenerateBatch>): Promise<Result> {
	const context = await task.context();
	tellNotes(task);
	return await makeVideo(task, context).catch((error: unknown) => {
		context.journal.leave(task.itemIndex);
		throw error as Error;
	});
}

/** What to tell of the videos of a run. */
export function summarize({ made, elapsed }: GenerateBatch): string[] {
	return summaryOf(made, elapsed());
}

/** The way of a video: ask for it, wait for it, hand it on. From when it exists, every error names its project. */
async function makeVideo(
	task: Task<GenerateInput, GenerateBatch>,
	context: RunContext,
): Promise<Result> {
	const begun = await createOrResumeProject(task, context, task.shared, task.input.output.timeout);
	return await withProjectId(begun.id, resumeHint(begun.id), handOn(task, context, begun));
}

async function handOn(
	{ input, shared, signal, hint }: Task<GenerateInput, GenerateBatch>,
	context: RunContext,
	{ id, token, answer, createdAt, release }: CreatedProject,
): Promise<Result> {
	const { output, spec, estimate } = input;
	const { client, clock, journal } = context;
	const options: CallOptions = { deadline: clock.now() + output.timeout, signal };
	const note = ({ credits_charged: charged = null }: Pick<Project, 'credits_charged'>) =>
		shared.made.push({ id, charged, estimated: estimate.credits, finished: output.wait });
	if (!output.wait) {
		release();
		note(answer);
		const queued = { ...NOTHING_KNOWN, status: 'queued' as const, downloads: [], ...answer, id };
		const project = { ...queued, end_seconds: spec.seconds, error: undefined };
		return { json: output.simplify ? simplify(project, estimate.credits) : queued };
	}

	const waiting =
		createdAt === undefined
			? followProject(client, clock, id, options)
			: waitForProject(client, clock, id, createdAt, options);
	const isOver = new AbortController();
	const upheld = journal.uphold(token, isOver.signal);
	const ended = waiting.finally(() => {
		isOver.abort();
		release();
	});
	const project = await ended.catch(async (error: unknown) => {
		await upheld;
		// Only this is certain: a project that is not found (404) may be there all the same.
		if (error instanceof ProjectFailedError) await journal.failed(token, error.outcome);
		throw error as Error;
	});
	const { json, binary } = await buildOutput(context, project, output, options, estimate.credits);
	note(project);
	notesOf(project).forEach(hint);
	return { json, binary };
}

/** The fields of a project that Magic Hour has not been asked about: it would have them all. */
const NOTHING_KNOWN = Object.fromEntries(PROJECT_FIELDS.map((field) => [field, null])) as Record<
	(typeof PROJECT_FIELDS)[number],
	null
>;

function tellNotes({
	input: { spec, notes = [] },
	hint,
}: Task<GenerateInput, GenerateBatch>): void {
	[...spec.notes, ...notes].forEach(hint);
	if (spec.candidateModels.length === 0) {
		hint(
			`This node does not know the model ${spec.selection.id}: its duration and resolution were not checked, and its cost is unknown.`,
		);
	}
}
