type Cell = string | number;

/** Prints rows under column names: text to the left, numbers to the right. */
export function printTable(
	title: string,
	columns: readonly string[],
	rows: readonly (readonly Cell[])[],
): void {
	const lines = [columns, ...rows].map((cells) => cells.map(String));
	const widths = columns.map((_, column) =>
		Math.max(...lines.map((cells) => (cells[column] ?? '').length)),
	);
	const isNumber = columns.map((_, column) =>
		rows.every((cells) => /^(-|-?[\d.]+( %)?)$/.test(String(cells[column]))),
	);
	const print = (cells: readonly string[]) => {
		const padded = widths.map((width, column) => {
			const cell = cells[column] ?? '';
			return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
		});
		console.log(`  ${padded.join('  ')}`.trimEnd());
	};

	console.log(`\n${title}`);
	const [header = [], ...body] = lines;
	print(header);
	print(widths.map((width) => '-'.repeat(width)));
	body.forEach(print);
}

/** What a figure has to keep to. */
/** The middle one; of an even number, the greater of the two. */
export function medianOf(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export interface Bound {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	/** One of the two. */
	readonly atMost?: number;
	readonly atLeast?: number;
}

export function isKept({ value, atMost = Infinity, atLeast = -Infinity }: Bound): boolean {
	return value <= atMost && value >= atLeast;
}

/** Prints bounds and what was measured. A bound that is missed makes the process end with 1. */
export function checkBounds(bounds: readonly Bound[]): void {
	printTable(
		'Bounds',
		['', 'bound', 'measured', ''],
		bounds.map((bound) => [
			bound.name,
			bound.atMost === undefined
				? `>= ${bound.atLeast ?? NaN} ${bound.unit}`
				: `<= ${bound.atMost} ${bound.unit}`,
			`${Number(bound.value.toFixed(2))} ${bound.unit}`,
			isKept(bound) ? 'kept' : 'MISSED',
		]),
	);
	if (!bounds.every(isKept)) process.exitCode = 1;
}
