import type { Executions } from '../../../tools/n8n/executions.mts';

/** A row as n8n has it: the table's columns, and n8n's own id. */
type Row = Readonly<Record<string, unknown>> & { readonly id: number };

/** A person types rows into one of n8n's data tables. */
export async function insertRows(
	executions: Executions,
	table: string,
	rows: readonly Record<string, unknown>[],
): Promise<void> {
	const path = `${await pathOf(executions, table)}/insert`;
	await executions.ask('POST', path, { data: rows, returnType: 'all' });
}

/** The rows of one of n8n's data tables, in the order in which they were made. */
export async function rowsOf(executions: Executions, table: string): Promise<Row[]> {
	const path = `${await pathOf(executions, table)}/rows`;
	const { data } = await executions.ask<{ data: Row[] }>('GET', path);
	return data.sort((one, other) => one.id - other.id);
}

/** @throws Error when there is no table of this name */
async function pathOf(executions: Executions, name: string): Promise<string> {
	const project = await executions.ask<{ id: string }>('GET', '/rest/projects/personal');
	const path = `/rest/projects/${project.id}/data-tables`;
	const { data } = await executions.ask<{ data: { id: string; name: string }[] }>('GET', path);
	const table = data.find((candidate) => candidate.name === name);
	if (table === undefined) throw new Error(`n8n has no data table "${name}"`);
	return `${path}/${table.id}`;
}
