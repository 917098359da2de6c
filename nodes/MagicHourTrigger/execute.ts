import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UnexpectedResponseError, type Project } from '../shared/api/schemas';
import { FileTransfer } from '../shared/api/fileTransfer';
import { systemClock } from '../shared/lib/clock';
import { databaseMarksOf, marksRowOf } from '../shared/n8n/databaseMarks';
import { downloadVideo } from '../shared/n8n/downloadVideo';
import { InvalidInputError } from '../shared/lib/errors';
import { eventOfItem, type MagicHourEvent } from './events';
import { n8nTransport } from '../shared/n8n/n8nTransport';
import { withProjectId } from '../shared/api/withProjectId';
import { failedItemJson, toNodeError } from '../shared/n8n/nodeErrors';
import { simplify } from '../shared/api/simplifiedProject';
import { readBaseUrl } from './credential';
import { keyOf, MAX_EVENTS } from './duplicates';
import { readOutputSettings, type OutputSettings } from './settings';

/**
 * Makes the output of an event, in the execution that it has started: Magic Hour has its answer and does not wait for
 * the download, and a download that fails is a failed execution, which can be tried again.
 */
export async function handOn(n8n: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return [await makeOutput(n8n)];
	} catch (error) {
		if (n8n.continueOnFail()) return [[{ json: failedItemJson(n8n.getNode(), error) }]];
		throw toNodeError(n8n.getNode(), error, undefined);
	}
}

async function makeOutput(n8n: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const settings = readOutputSettings(n8n);
	const event = eventOf(n8n);
	// Not where a person tries out the workflow, or tries an execution again.
	if (n8n.getMode() === 'webhook' && !(await claimEvent(n8n, event))) return [];

	const { type, project } = event;
	const json = {
		event: type,
		...(settings.simplify ? simplify(project) : (project.raw as IDataObject)),
	};
	if (!wantsDownload(event, settings)) return [{ json }];
	return [{ json, binary: { [settings.field]: await download(n8n, project) } }];
}

/**
 * Whether this execution may hand on the event, of all that were started with it; also when it runs again, because its
 * worker died.
 */
async function claimEvent(n8n: IExecuteFunctions, event: MagicHourEvent): Promise<boolean> {
	const entries = MARKS_OF_EVENT * MAX_EVENTS;
	const marks = databaseMarksOf(marksRowOf(n8n), n8n.helpers, systemClock, entries);
	return await marks.claim(keyOf(event), n8n.getExecutionId());
}

/** That it was taken, and by which execution. */
const MARKS_OF_EVENT = 2;

/** @throws {InvalidInputError} */
function eventOf(n8n: IExecuteFunctions): MagicHourEvent {
	try {
		return eventOfItem(n8n.getInputData()[0]?.json);
	} catch (error) {
		if (!(error instanceof UnexpectedResponseError)) throw error as Error;
		return noEvent(error.message);
	}
}

function noEvent(why: string): never {
	throw new InvalidInputError(
		`There is no event of Magic Hour to start with: ${why}`,
		'The workflow has to be started by an event that is sent to the URL of this trigger. To try it out, listen for a test event, or pin the output of an earlier one.',
	);
}

/** A completed event counts whatever its project calls that, if there is a video to fetch. */
function wantsDownload({ type, project }: MagicHourEvent, settings: OutputSettings): boolean {
	if (!settings.download || type !== 'video.completed') return false;
	return project.status === 'complete' || project.downloads.length > 0;
}

/** Longest time, in milliseconds, that a download is tried. */
const DOWNLOAD_TIMEOUT_MS = 1_800_000;

/** @throws {ProjectError} */
async function download(n8n: IExecuteFunctions, project: Project): Promise<IBinaryData> {
	const clock = systemClock;
	const files = new FileTransfer(n8nTransport(n8n, await readBaseUrl(n8n)), clock);
	const hint = `The video is not lost: get it with the Get operation of the Magic Hour Image To Video node and Project ID ${project.id}. ${untilWhen(project)}`;
	const options = {
		deadline: clock.now() + DOWNLOAD_TIMEOUT_MS,
		signal: n8n.getExecutionCancelSignal(),
	};
	const downloading = downloadVideo(n8n, files, clock, { project, hint }, options);
	return await withProjectId(project.id, hint, downloading);
}

function untilWhen({ downloads: [first] }: Project): string {
	return first?.expires_at
		? `Until ${first.expires_at}, when the URL of this event expires, a retry of this execution may help, too.`
		: 'While the URL of this event works, a retry of this execution may help, too.';
}
