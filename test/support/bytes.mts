/** Pieces of binary files, for tests that build them by hand. */

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
export const u8 = (...values: number[]): Buffer => Buffer.from(values);
export const u16be = (value: number): Buffer => u8(value >> 8, value & 0xff);
export const u16le = (value: number): Buffer => u8(value & 0xff, value >> 8);
export const u24le = (value: number): Buffer => u8(value & 0xff, (value >> 8) & 0xff, value >> 16);

export function u32be(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

export function u32le(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value | 0);
	return bytes;
}

export function u64be(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes;
}

/** A box of ISO/IEC 14496-12: size, type, content. */
export function box(type: string, ...content: Buffer[]): Buffer {
	const body = Buffer.concat(content);
	return Buffer.concat([u32be(8 + body.length), latin1(type), body]);
}

/** A box that has its size in 64 bits. */
export function largeBox(type: string, ...content: Buffer[]): Buffer {
	const body = Buffer.concat(content);
	return Buffer.concat([u32be(1), latin1(type), u64be(16 + body.length), body]);
}
