import type { Project } from '../../shared/api/schemas';
import type { CallOptions } from '../../shared/api/client';
import { DOWNLOAD_FIELD, OUTPUT_FIELD, SIMPLIFY } from '../../shared/n8n/fields';
import { deliver } from '../../shared/generation/projectOutput';
import { projectIdField, TIMEOUT_OPTION, WAIT_FIELD } from '../description/fields';
import type { Operation } from '../../shared/generation/operation';
import { readDelivery, readProjectId, type Delivery } from '../input/parameters';
import { stillRendering } from '../../shared/generation/runSummary';
import { followProject, getProject, isUnfinished } from '../../shared/generation/waitForProject';

const show = { operation: ['get'] };

interface Asked {
	readonly id: string;
	readonly delivery: Delivery;
}

/** What the items of a run share. */
interface Seen {
	readonly unfinished: Project[];
}

export const get: Operation<Asked, Seen> = {
	fields: [
		projectIdField(['get', 'delete']),
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
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show },
			options: [SIMPLIFY, TIMEOUT_OPTION],
		},
	],

	prepare: async (n8n, itemIndex) => ({
		id: readProjectId(n8n, itemIndex),
		delivery: readDelivery(n8n, itemIndex),
	}),

	share: async () => ({ shared: { unfinished: [] } }),

	async run({ input: { id, delivery }, shared, signal, session: begin }) {
		const session = await begin();
		const { client, clock } = session;
		const options: CallOptions = { deadline: clock.now() + delivery.timeout, signal };
		const project = delivery.wait
			? await followProject(client, clock, id, options)
			: await getProject(client, id, options);
		if (isUnfinished(project)) shared.unfinished.push(project);
		return await deliver(session, project, delivery, options);
	},

	report: ({ unfinished }) => (unfinished.length === 0 ? [] : [stillRendering(unfinished)]),
};
