/**
 * Reads n8n's packed form of saved executions (that of the library `flatted`): a list of values in which the strings
 * inside objects and arrays are indices into the list.
 */
export function unflatten(text: string): unknown {
	const packed = JSON.parse(text) as unknown[];
	const unpacked = new Map<number, unknown>();

	const unpackMember = (value: unknown): unknown =>
		typeof value === 'string' ? unpack(Number(value)) : value;

	function unpack(index: number): unknown {
		if (unpacked.has(index)) return unpacked.get(index);
		const value = packed[index];
		if (typeof value !== 'object' || value === null) return value;
		const result: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
		// Before its members, which may point back to it.
		unpacked.set(index, result);
		for (const [key, member] of Object.entries(value)) {
			Object.assign(result, { [key]: unpackMember(member) });
		}
		return result;
	}
	return unpack(0);
}
