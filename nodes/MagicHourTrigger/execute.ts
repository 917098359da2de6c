import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Project } from '../shared/api/schemas';
import { FileTransfer } from '../shared/api/fileTransfer';
import { systemClock } from '../shared/lib/clock';
import { downloadVideo } from '../shared/n8n/downloadVideo';
import type { MagicHourEvent } from './events';
import { n8nTransport } from '../shared/n8n/n8nTransport';
import { withProjectId } from '../shared/api/withProjectId';
import { failedItemJson, toNodeError } from '../shared/n8n/nodeErrors';
import { checkOutputField } from '../shared/n8n/outputField';
import { simplify } from '../shared/api/simplifiedProject';
import { readBaseUrl } from './credential';
import { keyOf } from './duplicates';
import { isDuplicateExecution } from './processedEvents';
import { readSettings, type Settings } from './settings';

/**
 * Makes the output of an event, in the execution that it has started: Magic Hour has its answer and does not wait for
 * the download, and a download that fails is a failed execution, which can be tried again.
 */
export async function handOn(n8n: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const settings = readSettings(n8n);
	const [item] = n8n.getInputData();
	const { event: type, payload } = (item?.json ?? {}) as { event: string; payload: IDataObject };
	const event: MagicHourEvent = { type, project: payload as unknown as Project };
	// Not where a person tries out the workflow, or tries an execution again.
	if (n8n.getMode() === 'webhook' && (await isDuplicateExecution(n8n, keyOf(event)))) return [[]];

	const { project } = event;
	const json = {
		event: type,
		...(settings.simplify ? simplify(project) : (project as IDataObject)),
	};
	if (!wantsDownload(event, settings)) return [[{ json }]];
	try {
		const field = checkOutputField(settings.field);
		return [[{ json, binary: { [field]: await download(n8n, event.project) } }]];
	} catch (error) {
		if (n8n.continueOnFail()) return [[{ json: failedItemJson(n8n.getNode(), error) }]];
		throw toNodeError(n8n.getNode(), error, undefined);
	}
}

function wantsDownload({ type, project }: MagicHourEvent, settings: Settings): boolean {
	return settings.download && type === 'video.completed' && project.status === 'complete';
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
