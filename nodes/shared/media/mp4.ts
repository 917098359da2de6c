/** What a stream of bytes looks like as an MP4 file. */
export interface Mp4Report {
	/** Bytes read. */
	readonly bytes: number;
	/** What is wrong with the file; `undefined` when it is whole. */
	readonly problem?: string;
}

const HEADER = 8;
const LARGE_HEADER = 16;

/**
 * Follows the top-level boxes of an MP4 (ISO/IEC 14496-12) to the end of the stream, without keeping it: a file that
 * was cut off ends within a box, or has no `moov` or `mdat`.
 */
export async function inspectMp4(stream: AsyncIterable<Buffer>): Promise<Mp4Report> {
	const seen = new Set<string>();
	let position = 0;
	let boxEnd = 0;
	let header = Buffer.alloc(0);
	let toTheEnd = false;

	for await (const chunk of stream) {
		let at = 0;
		while (at < chunk.length) {
			if (toTheEnd || position < boxEnd) {
				const step = toTheEnd ? chunk.length - at : Math.min(boxEnd - position, chunk.length - at);
				at += step;
				position += step;
				continue;
			}
			const wanted = isLarge(header) ? LARGE_HEADER : HEADER;
			const piece = chunk.subarray(at, at + wanted - header.length);
			header = Buffer.concat([header, piece]);
			at += piece.length;
			position += piece.length;
			if (header.length < wanted || (wanted === HEADER && isLarge(header))) continue;

			const size = isLarge(header) ? Number(header.readBigUInt64BE(8)) : header.readUInt32BE(0);
			const type = header.toString('latin1', 4, 8);
			if (seen.size === 0 && type !== 'ftyp')
				return { bytes: position, problem: 'it is not an MP4 file' };
			if (size !== 0 && size < header.length)
				return { bytes: position, problem: 'its structure is damaged' };
			seen.add(type);
			toTheEnd = size === 0;
			boxEnd = position - header.length + size;
			header = Buffer.alloc(0);
		}
	}

	if (position === 0) return { bytes: 0, problem: 'it is empty' };
	const cutOff = (!toTheEnd && position < boxEnd) || header.length > 0;
	const incomplete = cutOff || !seen.has('moov') || !seen.has('mdat');
	return incomplete ? { bytes: position, problem: 'it is cut off' } : { bytes: position };
}

/** A box whose 32-bit size is 1 has its size in the 64 bits behind the type. */
function isLarge(header: Buffer): boolean {
	return header.length >= HEADER && header.readUInt32BE(0) === 1;
}
