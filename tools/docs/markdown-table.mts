export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text as it can stand in a cell. */
export function cell(text: string): string {
	return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

export function code(text: string): string {
	return `\`${text}\``;
}

/** As Prettier would have it. */
export function paddedTable(
	head: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
): string {
	const widths = head.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	return [line(head), line(widths.map((size) => '-'.repeat(size))), ...rows.map(line)].join('\n');
}

/**
 * Puts a table between its markers, `<!-- table:NAME -->` and `<!-- /table:NAME -->`.
 * @throws {Error} when there are none
 */
export function withTable(markdown: string, name: string, text: string): string {
	const marked = new RegExp(`(<!-- table:${name} -->\n)[^]*?(<!-- /table:${name} -->)`);
	if (!marked.test(markdown)) throw new Error(`There is no place for the table "${name}"`);
	return markdown.replace(marked, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
