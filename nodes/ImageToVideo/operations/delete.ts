import type { Operation } from '../../shared/generation/operation';
import { readProjectId } from '../input/parameters';
import { deadlineOf } from '../../shared/generation/runContext';

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
