import type { Operation } from '../operation';
import { readProjectId } from '../parameters';
import { deadlineOf } from '../session';

/** Its Project ID field is shared with Get. */
export const deleteProject: Operation<{ readonly id: string }> = {
	fields: [],

	prepare: async (n8n, itemIndex) => ({ id: readProjectId(n8n, itemIndex) }),

	async run({ input: { id }, signal, session: begin }) {
		const session = await begin();
		await session.client.deleteProject(id, { deadline: deadlineOf(session), signal });
		return { json: { id, deleted: true } };
	},
};
