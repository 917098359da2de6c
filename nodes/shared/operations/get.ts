import type { Project } from '../api/schemas';
import type { CallOptions } from '../api/client';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../n8n/fields';
import { buildOutput, notesOf, type OutputOptions } from '../generation/projectOutput';
import { optionsField, PROJECT_ID, TIMEOUT, WAIT_FIELD } from '../form/fields';
import type { Operation } from '../generation/operation';
import { readOutputOptions, readProjectId } from '../form/parameters';
import { stillRendering } from '../generation/runSummary';
import { withProjectId } from '../api/withProjectId';
import { followProject, getProject, isUnfinished, resumeHint } from '../generation/waitForProject';

const show = { operation: ['get'] };

interface Asked {
	readonly id: string;
	readonly output: OutputOptions;
}

/** What the items of a run share. */
interface Seen {
	readonly unfinished: Project[];
}

export const get: Operation<Asked, Seen> = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Get a video by its project ID, and wait for it if it is not finished',
		action: 'Get a video',
	},
	needsCredential: true,
	fields: [
		{ ...PROJECT_ID, displayOptions: { show: { operation: ['get', 'delete'] } } },
		{
			...WAIT_FIELD,
			description:
				'Whether to wait until the video is finished. Otherwise the node returns the project as it is now.',
			displayOptions: { show },
		},
		{
			...DOWNLOAD_FIELD,
			description:
				'Whether to put the video into a binary field, for the next node to use, if it is finished',
			displayOptions: { show },
		},
		{ ...OUTPUT_FIELD, displayOptions: { show: { ...show, downloadVideo: [true] } } },
		optionsField('get', [SIMPLIFY, TIMEOUT]),
	],

	prepare: async (n8n, itemIndex) => ({
		id: readProjectId(n8n, itemIndex),
		output: readOutputOptions(n8n, itemIndex, { finished: true }),
	}),

	beforeBatch: async () => ({ shared: { unfinished: [] } }),

	async run({ input: { id, output }, shared, signal, hint, context: openContext }) {
		const context = await openContext();
		const { client, clock } = context;
		const options: CallOptions = { deadline: clock.now() + output.timeout, signal };
		const project = output.wait
			? await followProject(client, clock, id, options)
			: await getProject(client, id, options);
		notesOf(project).forEach(hint);
		if (isUnfinished(project)) shared.unfinished.push(project);
		return await withProjectId(id, resumeHint(id), buildOutput(context, project, output, options));
	},

	report: ({ unfinished }) => (unfinished.length === 0 ? [] : [stillRendering(unfinished)]),
};
