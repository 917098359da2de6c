import type { QueueMode } from './queue-mode.mts';

/** When each execution of a workflow began, by its id, as n8n has it in what it keeps of each: its marks are named by it. */
export async function beganAt(
	{ postgres }: QueueMode,
	workflowId: string,
): Promise<Map<string, string>> {
	const rows = await postgres.query<{ id: string; began: string | null }>(
		`SELECT execution_entity.id::text, substring(data from '"establishedAt":([0-9]+)') AS began FROM execution_data JOIN execution_entity ON execution_entity.id = "executionId" WHERE execution_entity."workflowId" = '${workflowId}'`,
	);
	return new Map(rows.flatMap(({ id, began }) => (began === null ? [] : [[id, began]])));
}

/** What n8n keeps of the marks that the nodes of a workflow have made. */
export async function marksOf({ postgres }: QueueMode, workflowId: string): Promise<string[]> {
	const rows = await postgres.query<{ mark: string }>(
		`SELECT json_array_elements_text(value::json->'data') AS mark FROM processed_data WHERE "workflowId" = '${workflowId}'`,
	);
	return rows.map(({ mark }) => mark);
}
