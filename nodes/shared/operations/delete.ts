import type { Operation } from '../generation/operation';
import { readProjectId } from '../form/parameters';
import { deadlineOf } from '../generation/runContext';

/** Its Project ID field is shared with Get. */
export const deleteProject: Operation<{ readonly id: string }> = {
	option: {
		name: 'Delete',
		value: 'delete',
		description: 'Delete a video for good',
		action: 'Delete a video',
	},
	needsCredential: true,
	fields: [],

	prepare: async (n8n, itemIndex) => ({ id: readProjectId(n8n, itemIndex) }),

	async run({ input: { id }, signal, context: openContext }) {
		const context = await openContext();
		await context.client.deleteProject(id, { deadline: deadlineOf(context), signal });
		return { json: { id, deleted: true } };
	},
};
